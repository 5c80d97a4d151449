// Parallel merge sort: stable, with a merge that is itself divided.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <utility>

#include <grainscope/sort/fork.h>
#include <grainscope/sort/heap_sort.h>
#include <grainscope/sort/insertion_sort.h>
#include <grainscope/sort/merge.h>
#include <grainscope/sort/options.h>
#include <grainscope/sort/pdqsort.h>
#include <grainscope/sort/runtime_fork.h>
#include <grainscope/sort/sort_buffer.h>

namespace grainscope::sorting {

/// One run of parallel merge sort over any fork-join.
///
/// The elements go back and forth between the data and a buffer of the same size, one level each way, so that a level
/// moves each element once. Every function below keeps one promise, however it ends: **when it returns or throws, the
/// elements of its range lie at their destination, each exactly once.** Whoever catches an exception therefore knows
/// where they are, and brings them to its own destination before passing the exception on.
template <class T, class Less, Fork ForkT, Observer<T> ObserverT>
class MergeSort {
  public:
    struct Knobs {
        std::size_t threshold;
        Merge merge;
        std::size_t merge_threshold;
        LeafSort leaf_sort;
    };

    MergeSort(const Knobs& knobs, Less less, ForkT& fork, ObserverT& observer)
        : knobs_(knobs), less_(less), fork_(fork), observer_(observer) {
        knobs_.threshold = std::max<std::size_t>(knobs_.threshold, 1);
        knobs_.merge_threshold = std::max<std::size_t>(knobs_.merge_threshold, 1);
    }

    void run(std::span<T> data) {
        if (data.size() < 2) return;
        SortBuffer<T> buffer(data, fork_);
        data_ = data.data();
        buffer_ = buffer.data();
        sort(0, data.size(), Place::data);
    }

  private:
    enum class Place : bool { data, buffer };
    static constexpr Place start = SortBuffer<T>::takes_elements ? Place::buffer : Place::data;

    [[nodiscard]] static Place other(Place place) { return place == Place::data ? Place::buffer : Place::data; }
    [[nodiscard]] T* at(Place place, std::size_t index) const {
        return (place == Place::data ? data_ : buffer_) + index;
    }
    void move_range(std::size_t first, std::size_t last, Place from, Place to) {
        std::move(at(from, first), at(from, last), at(to, first));
    }

    // Sorts [first, last), whose elements lie where all of them started, to `to`.
    void sort(std::size_t first, std::size_t last, Place to) {
        const std::size_t size = last - first;
        if (size <= knobs_.threshold) {
            sort_leaf(first, last, to);
            return;
        }
        const std::size_t middle = first + size / 2;
        try {
            fork_.join([=, this] { sort(first, middle, other(to)); }, [=, this] { sort(middle, last, other(to)); });
        } catch (...) {
            move_range(first, last, other(to), to);
            throw;
        }
        merge(at(other(to), first), middle - first, at(other(to), middle), last - middle, at(to, first), first);
    }

    // Merges the ranges at a and b to `out`, which stands for positions from `offset` on.
    void merge(T* a, std::size_t a_size, T* b, std::size_t b_size, T* out, std::size_t offset) {
        const std::size_t size = a_size + b_size;
        std::size_t from_a = 0, from_b = 0;
        const bool divide = knobs_.merge == Merge::parallel && size > knobs_.merge_threshold && size > 1;
        try {
            observer_.poll();
            if (divide) {
                from_a = co_rank(size / 2, a, a_size, b, b_size, less_);
                from_b = size / 2 - from_a;
            }
        } catch (...) {
            std::move(b, b + b_size, std::move(a, a + a_size, out));
            throw;
        }
        if (!divide) {
            const auto stamp = observer_.begin();
            merge_sequential(a, a + a_size, b, b + b_size, out, less_);
            observer_.end(stamp, Step::merge, out, offset, size);
            return;
        }
        fork_.join([=, this] { merge(a, from_a, b, from_b, out, offset); },
                   [=, this] {
                       merge(a + from_a, a_size - from_a, b + from_b, b_size - from_b, out + size / 2,
                             offset + size / 2);
                   });
    }

    void sort_leaf(std::size_t first, std::size_t last, Place to) {
        const auto stamp = observer_.begin();
        if (knobs_.leaf_sort == LeafSort::merge) {
            try {
                observer_.poll();
            } catch (...) {
                if (start != to) move_range(first, last, start, to);
                throw;
            }
            sort_run(first, last, to);
        } else {
            if (start != to) move_range(first, last, start, to);
            T* const begin = at(to, first);
            T* const end = at(to, last);
            observer_.poll();
            switch (knobs_.leaf_sort) {
                case LeafSort::insertion:
                    insertion_sort(begin, end, less_, [this] { observer_.poll(); });
                    break;
                case LeafSort::std_sort:
                    std::stable_sort(begin, end, less_);
                    break;
                case LeafSort::heap:
                    heap_sort(begin, end, less_);
                    break;
                case LeafSort::pdqsort:
                    pdqsort(begin, end, less_);
                    break;
                case LeafSort::merge:
                    break;
            }
        }
        observer_.end(stamp, Step::leaf, at(to, first), first, last - first);
    }

    // `sort` without forks: the leaf of a stable sort.
    void sort_run(std::size_t first, std::size_t last, Place to) {
        const std::size_t size = last - first;
        if (size <= unsplit_max<T>) {
            if constexpr (copies_freely<T>) {
                small_sort(at(start, first), at(to, first), size, less_);
            } else {
                if (start != to) move_range(first, last, start, to);
                insertion_sort(at(to, first), at(to, last), less_);
            }
            return;
        }
        const std::size_t middle = first + size / 2;
        SequentialFork in_turn;
        try {
            in_turn.join([=, this] { sort_run(first, middle, other(to)); },
                         [=, this] { sort_run(middle, last, other(to)); });
        } catch (...) {
            move_range(first, last, other(to), to);
            throw;
        }
        merge_sequential(at(other(to), first), at(other(to), middle), at(other(to), middle), at(other(to), last),
                         at(to, first), less_);
    }

    Knobs knobs_;
    Less less_;
    ForkT& fork_;
    ObserverT& observer_;
    T* data_ = nullptr;
    T* buffer_ = nullptr;
};

/// Sorts with the knobs of `options` on any fork-join. The building block of parallel_merge_sort and of the workloads.
template <class T, class Compare, class Projection, Fork ForkT, Observer<T> ObserverT>
void merge_sort_on(ForkT& fork, std::span<T> data, MergeSortOptions<Compare, Projection>& options,
                   ObserverT& observer) {
    using Less = ProjectedLess<Compare, Projection>;
    MergeSort<T, Less, ForkT, ObserverT> sort(
        {options.threshold, options.merge, options.merge_threshold, options.leaf_sort},
        Less(options.comparator, options.projection), fork, observer);
    sort.run(data);
}

}  // namespace grainscope::sorting

namespace grainscope {

/// Sorts a contiguous range (a span, a vector, an array) by parallel merge sort on the current pool. Stable with the
/// leaves merge (the default), insertion and std_sort; LeafSort::pdqsort and LeafSort::heap give up stability.
///
/// O(n log n) comparisons, a buffer of n elements (std::bad_alloc leaves the data as it was); the span of the fork-join
/// tree is O(log^3 n) with Merge::parallel, O(n) with Merge::sequential. Throws what the comparator or a move throws;
/// with any leaf but LeafSort::std_sort each element is then still there exactly once (unless a move threw), and a
/// comparator that is no strict weak order gives some order, never an access out of bounds.
///
///     std::vector<int> numbers{3, 1, 2};
///     parallel_merge_sort(numbers);
///     std::vector<std::pair<int, char>> pairs{{2, 'a'}, {1, 'b'}};
///     parallel_merge_sort(std::span(pairs), MergeSortOptions{.projection = &std::pair<int, char>::first});
template <std::ranges::contiguous_range Range, class Compare = std::less<>, class Projection = std::identity>
requires std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range>
void parallel_merge_sort(Range&& data, MergeSortOptions<Compare, Projection> options = {}) {
    sorting::RuntimeFork fork;
    sorting::NoObserver observer;
    sorting::merge_sort_on(fork, std::span(std::ranges::data(data), std::ranges::size(data)), options, observer);
}

/// The same, ending with Cancelled soon after `token` is cancelled. The elements are then in some order, none is lost.
template <std::ranges::contiguous_range Range, class Compare = std::less<>, class Projection = std::identity>
requires std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range>
void parallel_merge_sort(Range&& data, MergeSortOptions<Compare, Projection> options, const CancellationToken& token) {
    sorting::RuntimeFork fork;
    sorting::CancellationObserver observer{token};
    sorting::merge_sort_on(fork, std::span(std::ranges::data(data), std::ranges::size(data)), options, observer);
}

/// The same with the options left out.
template <std::ranges::contiguous_range Range, std::same_as<CancellationToken> Token>
requires std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range>
void parallel_merge_sort(Range&& data, const Token& token) {
    parallel_merge_sort(std::forward<Range>(data), MergeSortOptions<>{}, token);
}

}  // namespace grainscope
