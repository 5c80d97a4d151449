// Stable quicksort out of place: two-stack partitions down to small sorts, forking on its way.
//
// After Rust's driftsort (Peters and Bergdoll, 2024): pivots by a recursive median of three, elements equal to a pivot
// split off at once, so that k distinct values cost n log k, and a merge sort once too many splits were bad.
#pragma once

#include <bit>
#include <cstddef>

#include <grainscope/sort/small_sort.h>
#include <grainscope/sort/two_stack_partition.h>

namespace grainscope::sorting {

/// What the parts of one stable sort have in common.
template <class Less, class ForkT, class ObserverT>
struct StableTools {
    Less less;
    ForkT& fork;
    ObserverT& observer;
    std::size_t grain;  ///< ranges of at most this many elements are not divided among tasks
};

namespace detail {

/// Shorter pieces do not look whether the sort was cancelled.
inline constexpr std::size_t poll_min = 4096;

template <class T, class Less>
const T* middle_of_three(const T* a, const T* b, const T* c, Less less) {
    const bool ab = less(*a, *b);
    if (ab != less(*a, *c)) return a;
    return less(*b, *c) == ab ? b : c;
}

// Tukey's ninther, and again: each of the three is itself chosen from a stretch of that length.
template <class T, class Less>
const T* middle_of_stretches(const T* a, const T* b, const T* c, std::size_t stretch, Less less) {
    if (stretch >= 8) {
        const std::size_t eighth = stretch / 8;
        a = middle_of_stretches(a, a + eighth * 4, a + eighth * 7, eighth, less);
        b = middle_of_stretches(b, b + eighth * 4, b + eighth * 7, eighth, less);
        c = middle_of_stretches(c, c + eighth * 4, c + eighth * 7, eighth, less);
    }
    return middle_of_three(a, b, c, less);
}

template <class T>
struct PickedPivot {
    T value;
    bool is_floor;  // equals an element that none of the range is less than
};

// About the median of a sample of size^0.53.
template <class T, class Tools>
PickedPivot<T> pick_pivot(const TwoStacks<T>& range, const T* floor, const Tools& tools) {
    try {
        if (range.size >= poll_min) tools.observer.poll();
        const T* const data = range.storage();
        const std::size_t eighth = range.size / 8;
        const T* const pivot = middle_of_stretches(data, data + eighth * 4, data + eighth * 7, eighth, tools.less);
        return {*pivot, floor != nullptr && !tools.less(*floor, *pivot)};
    } catch (...) {
        range.settle();
        throw;
    }
}

}  // namespace detail

template <class T, class Tools>
void merge_sort_runs(T* data, T* work, std::size_t size, const Tools& tools);  // in natural_runs.h

/// How many splits one range may go through before the merge sort takes over.
inline unsigned split_limit(std::size_t size) { return 2 * static_cast<unsigned>(std::bit_width(size)); }

/// Sorts plain elements, stably. When it returns or throws they stand in the destination, each exactly once; `less` may
/// be any predicate. `floor` is null or an element that none of these is less than. O(n log n) comparisons, of which
/// the n of the first split are one task's.
template <class T, class Tools>
void stable_quicksort(TwoStacks<T> range, const T* floor, unsigned limit, const Tools& tools) {
    const auto& less = tools.less;
    for (;;) {
        if (range.size <= small_sort_max) {
            if (!(range.in_work && range.mirrored)) range.settle();
            small_sort(range.in_work && range.mirrored ? range.work : range.destination, range.destination, range.size,
                       less);
            return;
        }
        if (limit-- == 0) {
            range.settle();
            merge_sort_runs(range.destination, range.work, range.size, tools);
            return;
        }
        const detail::PickedPivot<T> pivot = detail::pick_pivot(range, floor, tools);
        std::size_t front = 0;
        if (!pivot.is_floor) {
            front = split(range, [&](const T& element) { return less(element, pivot.value); });
            if (front == 0) range = range.rest(0);
        }
        if (front == 0) {
            // Nothing is less than the pivot: what equals it is in its place, and the pivot itself is among it.
            front = split(range, [&](const T& element) { return !less(pivot.value, element); });
            range.less(front).settle();
            range = range.rest(front);
            floor = nullptr;
            continue;
        }
        const TwoStacks<T> lesser = range.less(front);
        const TwoStacks<T> rest = range.rest(front);
        if (range.size > tools.grain) {
            tools.fork.join([&] { stable_quicksort(lesser, floor, limit, tools); },
                            [&] { stable_quicksort(rest, &pivot.value, limit, tools); });
            return;
        }
        // The rest first: if it throws, the lesser elements stand in the destination already.
        stable_quicksort(rest, &pivot.value, limit, tools);
        range = lesser;
    }
}

}  // namespace grainscope::sorting
