// Parallel quicksort: split by a pivot, fork the two sides, sort what is short.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <utility>

#include <grainscope/sort/fork.h>
#include <grainscope/sort/heap_sort.h>
#include <grainscope/sort/insertion_sort.h>
#include <grainscope/sort/options.h>
#include <grainscope/sort/parallel_partition.h>
#include <grainscope/sort/pdqsort.h>
#include <grainscope/sort/runtime_fork.h>

namespace grainscope::sorting {

/// One run of parallel quicksort over any fork-join.
///
/// O(n log n) whatever the data: a branch that has been split 2 log2 n times is heap sorted, which bounds the stack as
/// well. Equal keys leave in one pass (a pivot that equals the pivot to the left of its range). With a leaf other than
/// std_sort, any comparator is safe, and each element is there exactly once even if it throws.
template <class T, class Less, Fork ForkT, Observer<T> ObserverT>
class Quicksort {
  public:
    struct Knobs {
        std::size_t threshold;
        Pivot pivot;
        LeafSort leaf_sort;
        bool parallel_partition;
        std::uint64_t seed;
    };

    Quicksort(const Knobs& knobs, Less less, ForkT& fork, ObserverT& observer)
        : knobs_(knobs), less_(less), fork_(fork), observer_(observer) {
        knobs_.threshold = std::max<std::size_t>(knobs_.threshold, 1);
    }

    void run(std::span<T> data) {
        base_ = data.data();
        if (data.size() < 2) return;
        sort(data.data(), data.data() + data.size(), false, 2 * static_cast<int>(std::bit_width(data.size())));
    }

  private:
    // has_predecessor: first[-1] is a pivot in its final place, so nothing here is less than it.
    void sort(T* first, T* last, bool has_predecessor, int splits_left) {
        for (;;) {
            observer_.poll();
            const auto size = static_cast<std::size_t>(last - first);
            const auto stamp = observer_.begin();
            if (size <= knobs_.threshold) {
                sort_leaf(first, last);
                observer_.end(stamp, Step::leaf, first, offset(first), size);
                return;
            }
            if (splits_left == 0) {
                heap_sort(first, last, less_);
                observer_.end(stamp, Step::leaf, first, offset(first), size);
                return;
            }
            using std::swap;
            T* const pivot = choose_pivot(first, last, knobs_.pivot, knobs_.seed ^ mix64(offset(first)) ^ size, less_);
            if (pivot != first) swap(*first, *pivot);
            if (has_predecessor && !less_(first[-1], *first)) {
                T* const greater = partition(first + 1, last, NotGreaterThanPivot<T, Less>(*first, less_));
                end_partition(stamp, first, static_cast<std::size_t>(greater - first), size);
                first = greater;
                // What is left is greater: only a comparator that contradicts itself could ask for this again.
                has_predecessor = false;
                if (first == last) return;
                continue;
            }
            T* const cut = partition(first + 1, last, LessThanPivot<T, Less>(*first, less_)) - 1;
            if (cut != first) swap(*first, *cut);
            end_partition(stamp, first, size, size);
            --splits_left;
            fork_.join(
                [=, this] {
                    if (first != cut) sort(first, cut, has_predecessor, splits_left);
                },
                [=, this] {
                    if (cut + 1 != last) sort(cut + 1, last, true, splits_left);
                });
            return;
        }
    }

    template <class Predicate>
    T* partition(T* first, T* last, Predicate predicate) {
        if (splits_in_parallel(static_cast<std::size_t>(last - first) + 1))
            return partition_parallel(first, last, base_, predicate, fork_, observer_);
        return partition_sequential(first, last, predicate);
    }

    [[nodiscard]] bool splits_in_parallel(std::size_t size) const {
        return knobs_.parallel_partition && size > parallel_partition_min;
    }

    // Of a range of `size` elements, `count` have reached their side. The pieces of a parallel split report themselves.
    template <class Stamp>
    void end_partition(Stamp stamp, const T* first, std::size_t count, std::size_t size) {
        if (!splits_in_parallel(size)) observer_.end(stamp, Step::partition, first, offset(first), count);
    }

    void sort_leaf(T* first, T* last) {
        switch (knobs_.leaf_sort) {
            case LeafSort::insertion:
                return insertion_sort(first, last, less_, [this] { observer_.poll(); });
            case LeafSort::std_sort:
                return std::sort(first, last, less_);
            case LeafSort::heap:
                return heap_sort(first, last, less_);
            case LeafSort::merge:  // a stable leaf would gain nothing here, and it would need memory
            case LeafSort::pdqsort:
                return pdqsort(first, last, less_);
        }
    }

    [[nodiscard]] std::size_t offset(const T* at) const { return static_cast<std::size_t>(at - base_); }

    Knobs knobs_;
    Less less_;
    ForkT& fork_;
    ObserverT& observer_;
    const T* base_ = nullptr;
};

/// Sorts with the knobs of `options` on any fork-join. The building block of parallel_quicksort and of the workloads.
template <class T, class Compare, class Projection, Fork ForkT, Observer<T> ObserverT>
void quicksort_on(ForkT& fork, std::span<T> data, QuicksortOptions<Compare, Projection>& options, ObserverT& observer) {
    using Less = ProjectedLess<Compare, Projection>;
    Quicksort<T, Less, ForkT, ObserverT> sort(
        {options.threshold, options.pivot, options.leaf_sort, options.parallel_partition, options.seed},
        Less(options.comparator, options.projection), fork, observer);
    sort.run(data);
}

}  // namespace grainscope::sorting

namespace grainscope {

/// Sorts a contiguous range (a span, a vector, an array) by parallel quicksort on the current pool. Not stable, in
/// place.
///
/// O(n log n) comparisons whatever the data, O(n) for few different keys; the span of the fork-join tree is O(n) with
/// `parallel_partition = false`, else that of the swaps. Throws what the comparator or a move throws; with any leaf but
/// LeafSort::std_sort each element is then still there exactly once (unless a move threw), and a comparator that is no
/// strict weak order gives some order, never an access out of bounds.
///
///     std::vector<int> numbers{3, 1, 2};
///     parallel_quicksort(numbers);
///     parallel_quicksort(std::span(numbers), QuicksortOptions{.threshold = 128, .comparator = std::greater<>{}});
template <std::ranges::contiguous_range Range, class Compare = std::less<>, class Projection = std::identity>
requires std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range>
void parallel_quicksort(Range&& data, QuicksortOptions<Compare, Projection> options = {}) {
    sorting::RuntimeFork fork;
    sorting::NoObserver observer;
    sorting::quicksort_on(fork, std::span(std::ranges::data(data), std::ranges::size(data)), options, observer);
}

/// The same, ending with Cancelled soon after `token` is cancelled. The elements are then in some order, none is lost.
template <std::ranges::contiguous_range Range, class Compare = std::less<>, class Projection = std::identity>
requires std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range>
void parallel_quicksort(Range&& data, QuicksortOptions<Compare, Projection> options, const CancellationToken& token) {
    sorting::RuntimeFork fork;
    sorting::CancellationObserver observer{token};
    sorting::quicksort_on(fork, std::span(std::ranges::data(data), std::ranges::size(data)), options, observer);
}

/// The same with the options left out.
template <std::ranges::contiguous_range Range, std::same_as<CancellationToken> Token>
requires std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range>
void parallel_quicksort(Range&& data, const Token& token) {
    parallel_quicksort(std::forward<Range>(data), QuicksortOptions<>{}, token);
}

}  // namespace grainscope
