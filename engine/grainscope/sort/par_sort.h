// The stable sorts of the library: par_sort and its siblings.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/contiguous.h>
#include <grainscope/sort/element.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/handle_sort.h>
#include <grainscope/sort/natural_order.h>
#include <grainscope/sort/par_sort_unstable.h>
#include <grainscope/sort/runtime_fork.h>
#include <grainscope/sort/signed_zeros.h>
#include <grainscope/sort/stable_sort.h>

namespace grainscope {

/// A range that par_sort can sort: sized and random-access, its elements have addresses (so no std::vector<bool>), and
/// it is not about to vanish (an lvalue, or a view such as std::span).
template <class Range>
concept ParSortRange = std::ranges::random_access_range<Range> && std::ranges::sized_range<Range> &&
    std::ranges::borrowed_range<Range> && std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>>;

/// Whether such a range can be sorted by this comparator after this projection, as std::ranges::sort asks for.
template <class Range, class Compare, class Projection>
concept ParSortable = ParSortRange<Range> && std::sortable<std::ranges::iterator_t<Range>, Compare, Projection>;

namespace sorting {

/// Sorts plain elements that lie one after the other. Numbers in their natural order cannot be told apart when they are
/// equal: the unstable sort does for them, and for floating-point numbers once their zeros are put right.
template <class T, class Compare, class Projection, class ObserverT>
void sort_plain(RuntimeFork& fork, std::span<T> data, Compare& comp, Projection& proj, ObserverT& observer) {
    constexpr bool natural = is_natural_less<T, Compare, Projection> || is_natural_greater<T, Compare, Projection>;
    if constexpr (natural && std::is_integral_v<T>) {
        detail::sort_unstable_range(data, comp, proj, observer);
    } else if constexpr (natural && std::is_floating_point_v<T>) {
        const SignedZeros<T> zeros(fork, data);
        detail::sort_unstable_range(data, comp, proj, observer);
        zeros.restore(data);
    } else {
        stable_sort_on(fork, current_num_threads(), data.data(), data.size(), ProjectedLess(comp, proj), observer);
    }
}

/// Sorts any range that ParSortRange allows, by the way that fits its elements.
template <class Range, class Compare, class Projection, class ObserverT>
void sort_range(Range& range, Compare& comp, Projection& proj, ObserverT observer) {
    using T = std::ranges::range_value_t<Range>;
    RuntimeFork fork;
    if constexpr (is_plain<T> && !std::is_same_v<T, std::string_view>) {
        on_contiguous(range, [&](std::span<T> data) { sort_plain(fork, data, comp, proj, observer); });
    } else {
        sort_by_handles(fork, current_num_threads(), std::ranges::begin(range),
                        static_cast<std::size_t>(std::ranges::size(range)), comp, proj, observer);
    }
}

}  // namespace sorting

/// Sorts a range (a vector, span, array, deque ...) on the current pool. Stable: what compares equal keeps its order.
///
/// O(n log n) comparisons whatever the data, about n where they are sorted, reversed or made of few such runs. Memory
/// besides the data: n elements if they are only bytes and at most 64 of them (2 n for a deque), else n elements and 2
/// n pointers; if it is not to be had, std::bad_alloc leaves the data as they were. `comp` and `proj` are called by
/// several threads at once. What they throw reaches the caller, with each element in the range exactly once, in some
/// order; so it is for a comparator that is no strict weak order.
///
///     std::vector<int> numbers{3, 1, 2};
///     par_sort(numbers);
///     struct Person { std::string name; int age; };
///     std::vector<Person> people{{"Ada", 36}, {"Alan", 41}};
///     par_sort(people, std::greater<>{}, &Person::age);
///
/// Natural runs and powersort, a stable quicksort after Rust's driftsort, merges by co-ranking; the sources stand in
/// natural_runs.h, stable_quicksort.h and merge.h.
template <class Range, class Compare = std::less<>, class Projection = std::identity>
requires ParSortable<Range, Compare, Projection>
void par_sort(Range&& data, Compare comp = {}, Projection proj = {}) {
    sorting::sort_range(data, comp, proj, sorting::NoObserver{});
}

/// The same, ending with Cancelled soon after `token` is cancelled. The elements are then in some order, none is lost.
template <class Range, class Compare, class Projection>
requires ParSortable<Range, Compare, Projection>
void par_sort(Range&& data, Compare comp, Projection proj, const CancellationToken& token) {
    sorting::sort_range(data, comp, proj, sorting::CancellationObserver{token});
}
template <class Range, class Compare>
requires ParSortable<Range, Compare, std::identity>
void par_sort(Range&& data, Compare comp, const CancellationToken& token) {
    par_sort(data, std::move(comp), std::identity{}, token);
}
template <class Range>
requires ParSortable<Range, std::less<>, std::identity>
void par_sort(Range&& data, const CancellationToken& token) { par_sort(data, std::less<>{}, std::identity{}, token); }

/// par_sort by a comparator: comp(a, b) answers whether a must stand before b.
///
///     std::vector<std::string> words{"three", "of", "them"};
///     par_sort_by(words, [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
template <class Range, class Compare>
requires ParSortable<Range, Compare, std::identity>
void par_sort_by(Range&& data, Compare comp) { par_sort(data, std::move(comp)); }
/// The same, ending with Cancelled soon after `token` is cancelled.
template <class Range, class Compare>
requires ParSortable<Range, Compare, std::identity>
void par_sort_by(Range&& data, Compare comp, const CancellationToken& token) {
    par_sort(data, std::move(comp), std::identity{}, token);
}

/// par_sort by a key that is computed anew for every comparison, O(n log n) times. For a key that costs something see
/// par_sort_by_cached_key.
///
///     std::vector<std::string> words{"three", "of", "them"};
///     par_sort_by_key(words, [](const std::string& word) { return word.size(); });
template <class Range, class Key, class Compare = std::less<>>
requires ParSortable<Range, Compare, Key>
void par_sort_by_key(Range&& data, Key key, Compare comp = {}) { par_sort(data, std::move(comp), std::move(key)); }
/// The same, ending with Cancelled soon after `token` is cancelled.
template <class Range, class Key, class Compare>
requires ParSortable<Range, Compare, Key>
void par_sort_by_key(Range&& data, Key key, Compare comp, const CancellationToken& token) {
    par_sort(data, std::move(comp), std::move(key), token);
}
template <class Range, class Key>
requires ParSortable<Range, std::less<>, Key>
void par_sort_by_key(Range&& data, Key key, const CancellationToken& token) {
    par_sort(data, std::less<>{}, std::move(key), token);
}

namespace sorting {

template <class Range, class Key, class Compare, class ObserverT>
void sort_range_by_cached_key(Range& range, Key& key, Compare& comp, ObserverT&& observer) {
    RuntimeFork fork;
    sort_by_cached_keys(fork, current_num_threads(), std::ranges::begin(range),
                        static_cast<std::size_t>(std::ranges::size(range)), key, comp, observer);
}

}  // namespace sorting

/// par_sort by a key that is computed exactly once for each element, by several threads at once, before anything is
/// compared. Stable.
///
/// O(n) calls of `key`, O(n log n) comparisons of keys. Memory besides the data: n elements and n keys, and as much
/// again as the keys to sort them. What `key` and `comp` throw reaches the caller with the data as they were.
///
///     std::vector<std::string> files{"a.txt", "notes.md"};
///     par_sort_by_cached_key(files, [](const std::string& path) { return path.substr(path.rfind('.')); });
template <class Range, class Key, class Compare = std::less<>>
requires ParSortable<Range, Compare, Key>
void par_sort_by_cached_key(Range&& data, Key key, Compare comp = {}) {
    sorting::sort_range_by_cached_key(data, key, comp, sorting::NoObserver{});
}
/// The same, ending with Cancelled soon after `token` is cancelled, with the data as they were.
template <class Range, class Key, class Compare>
requires ParSortable<Range, Compare, Key>
void par_sort_by_cached_key(Range&& data, Key key, Compare comp, const CancellationToken& token) {
    sorting::sort_range_by_cached_key(data, key, comp, sorting::CancellationObserver{token});
}
template <class Range, class Key>
requires ParSortable<Range, std::less<>, Key>
void par_sort_by_cached_key(Range&& data, Key key, const CancellationToken& token) {
    par_sort_by_cached_key(data, std::move(key), std::less<>{}, token);
}

}  // namespace grainscope
