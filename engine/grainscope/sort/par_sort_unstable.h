// par_sort_unstable and its two sisters: the unstable sorts a user calls.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/byte_sort.h>
#include <grainscope/sort/contiguous.h>
#include <grainscope/sort/element.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/key_sort.h>
#include <grainscope/sort/natural_order.h>
#include <grainscope/sort/runtime_fork.h>
#include <grainscope/sort/string_sort.h>
#include <grainscope/sort/unstable_sort.h>

namespace grainscope::sorting {

namespace detail {

template <class T, class Compare, class Projection, Fork ForkT, Observer<T> ObserverT>
void sort_unstable_on(ForkT& fork, std::span<T> data, Compare& comp, Projection& proj, ObserverT& observer,
                      std::size_t workers) {
    constexpr bool descending = is_natural_greater<T, Compare, Projection>;
    constexpr bool natural = descending || is_natural_less<T, Compare, Projection>;
    const auto compare = [&](std::span<T> elements) {
        unstable_sort_on(fork, elements, ProjectedLess<Compare, Projection>(comp, proj), observer, workers);
    };
    if constexpr (natural && ByteKey<T>) {
        byte_sort_on(fork, data, descending, observer);
    } else if constexpr (natural && std::is_floating_point_v<T>) {
        const Numbers<T> numbers(fork, data);
        if constexpr (VectorKey<T>)
            key_sort_on<descending>(fork, numbers.span(), observer, workers);
        else
            compare(numbers.span());
    } else if constexpr (natural && VectorKey<T>) {
        key_sort_on<descending>(fork, data, observer, workers);
    } else if constexpr (natural && is_byte_string<T>) {
        if (data.size() >= string_sort_min &&
            string_sort_on<Stability::unstable>(fork, data, descending, observer, workers))
            return;
        compare(data);
    } else {
        compare(data);
    }
}

template <class Range, class Compare, class Projection, class ObserverT>
void sort_unstable_range(Range& range, Compare& comp, Projection& proj, ObserverT observer) {
    on_contiguous(range, [&]<class T>(std::span<T> data) {
        RuntimeFork fork;
        if (data.size() < fork_min<T>) return sort_unstable_on(fork, data, comp, proj, observer, 1);
        // The whole sort enters the pool at once, rather than each of its forks alone.
        fork.join([&] { sort_unstable_on(fork, data, comp, proj, observer, current_num_threads()); }, [] {});
    });
}

}  // namespace detail

/// What the sorts take: a range with random access whose elements can be moved and compared.
template <class Range, class Compare, class Projection>
concept SortableRange = std::ranges::random_access_range<Range> && std::ranges::sized_range<Range> &&
    std::ranges::borrowed_range<Range> && std::sortable<std::ranges::iterator_t<Range>, Compare, Projection>;

}  // namespace grainscope::sorting

namespace grainscope {

/// Sorts a range with random access (a vector, a span, an array, a deque) on the current pool. Not stable: elements
/// that compare equal may change their order.
///
/// O(n log n) comparisons whatever the data, O(n) for sorted or reversed data and for few different keys. In place with
/// O(log n) stack a worker for contiguous ranges, but that data which are a few long runs are merged if there is memory
/// for n elements, and sorted in place if not; for other ranges a buffer of n elements, and std::bad_alloc leaves the
/// data as it was. Throws what the comparator, the projection or a move throws; each element is then still there
/// exactly once (unless a move threw). A comparator that is no strict weak order gives some order, never an access out
/// of bounds; in the natural order of floating-point numbers, up or down, the NaNs come last. comp and proj are called
/// by several threads at once. Up to some thousand elements are sorted by the caller, without a fork.
///
///     std::vector<int> numbers{3, 1, 2};
///     par_sort_unstable(numbers);
///     par_sort_unstable(numbers, std::greater<>{});
///     struct Person { std::string name; int age; };
///     std::vector<Person> people{{"Ada", 36}, {"Alan", 41}};
///     par_sort_unstable(people, {}, &Person::age);
///
/// Numbers in the order of their type, up or down, are sorted by the vectors of the processor that the program runs on
/// (vector_kernels.h), and those of one byte are counted. With another comparator, elements of 4, 8 and 16 bytes that
/// are trivially copyable are split by vectors where the program is compiled for AVX2 or AVX-512.
template <std::ranges::random_access_range Range, class Compare = std::less<>, class Projection = std::identity>
requires sorting::SortableRange<Range, Compare, Projection>
void par_sort_unstable(Range&& range, Compare comp = {}, Projection proj = {}) {
    sorting::detail::sort_unstable_range(range, comp, proj, sorting::NoObserver{});
}

/// The same, ending with Cancelled soon after `token` is cancelled. The elements are then in some order, none is lost.
template <std::ranges::random_access_range Range, class Compare, class Projection>
requires sorting::SortableRange<Range, Compare, Projection>
void par_sort_unstable(Range&& range, Compare comp, Projection proj, const CancellationToken& token) {
    sorting::detail::sort_unstable_range(range, comp, proj, sorting::CancellationObserver{token});
}
template <std::ranges::random_access_range Range, class Compare>
requires sorting::SortableRange<Range, Compare, std::identity>
void par_sort_unstable(Range&& range, Compare comp, const CancellationToken& token) {
    par_sort_unstable(std::forward<Range>(range), std::move(comp), std::identity{}, token);
}
template <std::ranges::random_access_range Range>
requires sorting::SortableRange<Range, std::less<>, std::identity>
void par_sort_unstable(Range&& range, const CancellationToken& token) {
    par_sort_unstable(std::forward<Range>(range), std::less<>{}, std::identity{}, token);
}

/// par_sort_unstable with a comparator: `comp(a, b)` tells whether a comes before b.
///
///     std::vector<int> numbers{3, -1, 2};
///     par_sort_unstable_by(numbers, [](int a, int b) { return std::abs(a) < std::abs(b); });
template <std::ranges::random_access_range Range, class Compare>
requires sorting::SortableRange<Range, Compare, std::identity>
void par_sort_unstable_by(Range&& range, Compare comp) {
    par_sort_unstable(std::forward<Range>(range), std::move(comp), std::identity{});
}
template <std::ranges::random_access_range Range, class Compare>
requires sorting::SortableRange<Range, Compare, std::identity>
void par_sort_unstable_by(Range&& range, Compare comp, const CancellationToken& token) {
    par_sort_unstable(std::forward<Range>(range), std::move(comp), std::identity{}, token);
}

/// par_sort_unstable by a key: an element with a lesser `key(element)` comes before. The key is computed for every
/// comparison; for one that is dear see par_sort_by_cached_key.
///
///     std::vector<std::string> words{"three", "of", "them"};
///     par_sort_unstable_by_key(words, [](const std::string& word) { return word.size(); });
template <std::ranges::random_access_range Range, class Key, class Compare = std::less<>>
requires sorting::SortableRange<Range, Compare, Key>
void par_sort_unstable_by_key(Range&& range, Key key, Compare comp = {}) {
    par_sort_unstable(std::forward<Range>(range), std::move(comp), std::move(key));
}
template <std::ranges::random_access_range Range, class Key, class Compare>
requires sorting::SortableRange<Range, Compare, Key>
void par_sort_unstable_by_key(Range&& range, Key key, Compare comp, const CancellationToken& token) {
    par_sort_unstable(std::forward<Range>(range), std::move(comp), std::move(key), token);
}
template <std::ranges::random_access_range Range, class Key>
requires sorting::SortableRange<Range, std::less<>, Key>
void par_sort_unstable_by_key(Range&& range, Key key, const CancellationToken& token) {
    par_sort_unstable(std::forward<Range>(range), std::less<>{}, std::move(key), token);
}

}  // namespace grainscope
