// A sequential quicksort that no pattern defeats: runs are recognised, equal keys leave in one pass, and a range that
// keeps splitting badly is shuffled and at last heap sorted. After Peters, "Pattern-defeating Quicksort" (2021), with
// the branch-free partition and small sort of its successor ipnsort.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include <grainscope/sort/column_sort.h>
#include <grainscope/sort/heap_sort.h>
#include <grainscope/sort/insertion_sort.h>
#include <grainscope/sort/partition.h>
#include <grainscope/sort/pivot.h>
#include <grainscope/sort/small_sort.h>

namespace grainscope::sorting {

/// The largest range that is sorted without splitting.
template <class T>
inline constexpr std::size_t unsplit_max = copies_freely<T> ? small_sort_max : 20;

/// The same for an unstable sort.
template <class T, class Less>
inline constexpr std::size_t unsplit_unstable_max = [] {
    if constexpr (sorts_by_columns<T, Less>)
        return column_sort_max<T>;
    else
        return unsplit_max<T>;
}();

/// Sorts a range of at most unsplit_unstable_max<T, Less> elements, perhaps not stably. `bound`: an element that none
/// in the range is greater than, or null.
template <class T, class Less>
void sort_unsplit(T* first, T* last, [[maybe_unused]] const T* bound, Less less) {
    const auto size = static_cast<std::size_t>(last - first);
    if constexpr (sorts_by_columns<T, Less>) {
        if (size > Lanes<T>::count) return column_sort(first, size, bound, less);
    }
    if constexpr (copies_freely<T>)
        small_sort(first, first, size, less);
    else
        insertion_sort(first, last, less);
}

/// Puts the pivot, which stands at *first, between the elements less than it and the others; returns where it stands.
template <class T, class Less>
T* partition_at_first(T* first, T* last, Less less) {
    T* const cut = partition_sequential(first + 1, last, LessThanPivot<T, Less>(*first, less)) - 1;
    using std::swap;
    if (cut != first) swap(*first, *cut);
    return cut;
}

/// For a pivot at *first that nothing in the range is less than: moves what equals it to the front and returns where
/// the greater elements begin.
template <class T, class Less>
T* partition_equal_to_first(T* first, T* last, Less less) {
    return partition_sequential(first + 1, last, NotGreaterThanPivot<T, Less>(*first, less));
}

/// Sorts a range that is one ascending or one strictly descending run; false, with nothing changed, if it is neither.
template <class T, class Less>
bool sort_single_run(T* first, T* last, Less less) {
    if (last - first < 2) return true;
    T* next = first + 1;
    if (less(*next, *first)) {
        while (++next != last && less(*next, next[-1])) {
        }
        if (next != last) return false;
        std::reverse(first, last);
        return true;
    }
    while (++next != last && !less(*next, next[-1])) {
    }
    return next == last;
}

namespace detail {

// Moves elements of a badly split side to where the pivot will be looked for.
template <class T>
void break_pattern(T* first, T* last) {
    const std::ptrdiff_t size = last - first;
    if (size < 64) return;
    const std::ptrdiff_t quarter = size / 4;
    using std::swap;
    for (const std::ptrdiff_t i : {0, 1, 2}) {
        swap(first[i], first[quarter + i]);
        swap(*(last - 1 - i), *(last - 1 - quarter - i));
    }
}

// `predecessor`: an element not greater than any in the range and equal to no earlier pivot's rest, or null.
// `end`: where the whole range ends; *last is a pivot in its place unless it is that. `bad_splits`: how many more may
// go wrong before the heap takes over.
template <class T, class Less>
void pdqsort_loop(T* first, T* last, const T* predecessor, const T* end, int bad_splits, Less less) {
    for (;;) {
        const auto size = static_cast<std::size_t>(last - first);
        if (size <= unsplit_unstable_max<T, Less>) {
            sort_unsplit<T>(first, last, last == end ? nullptr : last, less);
            return;
        }
        if (bad_splits == 0) {
            heap_sort(first, last, less);
            return;
        }
        using std::swap;
        T* const pivot = choose_pivot(first, last, Pivot::ninther, 0, less);
        if (pivot != first) swap(*first, *pivot);
        if (predecessor != nullptr && !less(*predecessor, *first)) {
            first = partition_equal_to_first(first, last, less);
            predecessor = nullptr;
            continue;
        }
        T* const cut = partition_at_first(first, last, less);
        const auto left_size = static_cast<std::size_t>(cut - first);
        const std::size_t right_size = size - left_size - 1;
        if (std::min(left_size, right_size) < size / 8) {
            --bad_splits;
            break_pattern(first, cut);
            break_pattern(cut + 1, last);
        }
        // Recurse into the shorter side, so that the stack grows by log2 n frames at most.
        if (left_size < right_size) {
            pdqsort_loop<T>(first, cut, predecessor, end, bad_splits, less);
            first = cut + 1;
            predecessor = cut;
        } else {
            pdqsort_loop<T>(cut + 1, last, cut, end, bad_splits, less);
            last = cut;
        }
    }
}

}  // namespace detail

/// Not stable; O(n log n) always, O(n) for one run or few different keys, O(log n) stack. Each element is there exactly
/// once even if less throws, and any comparator is safe.
template <class T, class Less>
void pdqsort(T* first, T* last, Less less) {
    const auto size = static_cast<std::size_t>(last - first);
    if (size <= unsplit_unstable_max<T, Less>) {
        sort_unsplit<T>(first, last, nullptr, less);
        return;
    }
    if (sort_single_run(first, last, less)) return;
    detail::pdqsort_loop<T>(first, last, nullptr, last, static_cast<int>(std::bit_width(size)), less);
}

}  // namespace grainscope::sorting
