// Insertion sort: stable, and safe for any comparator.
#pragma once

#include <iterator>
#include <utility>

#include <grainscope/sort/element.h>

namespace grainscope::sorting {

namespace detail {

// Holds the element being inserted; puts it back into the gap however the search for its place ends.
template <class T, class Iterator>
struct Inserted {
    T value;
    Iterator gap;
    ~Inserted() { *gap = value; }
};

}  // namespace detail

/// Moves *last into its place in the sorted range [first, last]. Each element is there exactly once even if less
/// throws.
template <std::random_access_iterator Iterator, class Less>
void insert_last(Iterator first, Iterator last, Less less) {
    using T = std::iter_value_t<Iterator>;
    if constexpr (copies_freely<T>) {
        if (first == last || !less(*last, last[-1])) return;
        detail::Inserted<T, Iterator> inserted{*last, last};
        do {
            *inserted.gap = inserted.gap[-1];
            --inserted.gap;
        } while (inserted.gap != first && less(inserted.value, inserted.gap[-1]));
    } else {
        // Every comparison comes before the first move: nothing is out of its place when one throws.
        Iterator place = last;
        while (place != first && less(*last, place[-1])) --place;
        if (place == last) return;
        T value = std::move(*last);
        for (Iterator gap = last; gap != place; --gap) *gap = std::move(gap[-1]);
        *place = std::move(value);
    }
}

/// Stable; O(n^2). `poll` is called every 256 elements.
template <std::random_access_iterator Iterator, class Less, class Poll>
void insertion_sort(Iterator first, Iterator last, Less less, Poll&& poll) {
    if (first == last) return;
    for (Iterator next = first + 1; next != last; ++next) {
        insert_last(first, next, less);
        if (((next - first) & 255) == 0) poll();
    }
}

template <std::random_access_iterator Iterator, class Less>
void insertion_sort(Iterator first, Iterator last, Less less) {
    insertion_sort(first, last, less, [] {});
}

}  // namespace grainscope::sorting
