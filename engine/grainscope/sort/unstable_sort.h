// The unstable sort behind par_sort_unstable: a pattern-defeating quicksort whose large splits are made by all workers,
// whose two sides are forked, and whose short ranges are sorted by one task. After Peters, "Pattern-defeating
// Quicksort" (2021), and Bergdoll and Peters, "ipnsort" (2024).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>

#include <grainscope/sort/element.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/heap_sort.h>
#include <grainscope/sort/long_runs.h>
#include <grainscope/sort/parallel_partition.h>
#include <grainscope/sort/pdqsort.h>
#include <grainscope/sort/pivot.h>
#include <grainscope/sort/runs.h>

namespace grainscope::sorting {

/// Shorter ranges are not worth waking another worker for.
template <class T>
inline constexpr std::size_t fork_min = copies_freely<T> ? std::size_t{1} << 14 : std::size_t{1} << 11;

/// One unstable sort over any fork-join.
///
/// O(n log n) comparisons whatever the data: a branch that has split badly log2 n times is heap sorted. O(n) for a run
/// and for few different keys. In place, O(log n) stack a worker. Any comparator is safe, and each element is there
/// exactly once even if it throws.
template <class T, class Less, Fork ForkT, Observer<T> ObserverT>
class UnstableSort {
  public:
    /// `workers`: how many tasks can run at once; decides how many splits are made by many tasks.
    UnstableSort(Less less, ForkT& fork, ObserverT& observer, std::size_t workers)
        : less_(less), fork_(fork), observer_(observer), workers_(workers) {}

    void run(std::span<T> data) {
        T* const first = data.data();
        T* const last = first + data.size();
        observer_.poll();
        base_ = first;
        end_ = last;
        parallel_split_min_ = std::max(parallel_partition_min, data.size() / std::max<std::size_t>(workers_, 1));
        switch (find_order(first, last, less_, fork_)) {
            case Arrangement::ascending:
                return;
            case Arrangement::descending:
                return reverse_parallel(first, last, fork_, observer_);
            case Arrangement::unsorted:
                break;
        }
        if constexpr (is_plain<T>) {
            if (merge_long_runs(data, less_, fork_, observer_, workers_)) return;
        }
        sort(first, last, nullptr, static_cast<int>(std::bit_width(data.size())));
    }

  private:
    // As pdqsort_loop, but forking.
    void sort(T* first, T* last, const T* predecessor, int bad_splits) {
        for (;;) {
            observer_.poll();
            const auto size = static_cast<std::size_t>(last - first);
            const auto stamp = observer_.begin();
            if (size <= task_max || bad_splits == 0) {
                if (size <= task_max)
                    detail::pdqsort_loop<T>(first, last, predecessor, end_, bad_splits, less_);
                else
                    heap_sort(first, last, less_);
                return observer_.end(stamp, Step::leaf, first, offset(first), size);
            }
            using std::swap;
            T* const pivot = choose_pivot(first, last, Pivot::ninther, 0, less_);
            if (pivot != first) swap(*first, *pivot);
            if (predecessor != nullptr && !less_(*predecessor, *first)) {
                T* const greater = partition(first + 1, last, NotGreaterThanPivot<T, Less>(*first, less_));
                end_partition(stamp, first, static_cast<std::size_t>(greater - first), size);
                first = greater;
                predecessor = nullptr;
                continue;
            }
            T* const cut = partition(first + 1, last, LessThanPivot<T, Less>(*first, less_)) - 1;
            if (cut != first) swap(*first, *cut);
            end_partition(stamp, first, size, size);
            const auto left_size = static_cast<std::size_t>(cut - first);
            if (std::min(left_size, size - left_size - 1) < size / 8) {
                --bad_splits;
                detail::break_pattern(first, cut);
                detail::break_pattern(cut + 1, last);
            }
            fork_.join([=, this] { sort(first, cut, predecessor, bad_splits); },
                       [=, this] { sort(cut + 1, last, cut, bad_splits); });
            return;
        }
    }

    template <class Predicate>
    T* partition(T* first, T* last, Predicate predicate) {
        if (splits_in_parallel(static_cast<std::size_t>(last - first) + 1))
            return partition_parallel(first, last, base_, predicate, fork_, observer_);
        return partition_sequential(first, last, predicate);
    }

    // Of `size` elements, the pivot among them.
    [[nodiscard]] bool splits_in_parallel(std::size_t size) const { return size > parallel_split_min_; }

    // Of a range of `size` elements, `count` have reached their side. The pieces of a parallel split report themselves.
    template <class Stamp>
    void end_partition(Stamp stamp, const T* first, std::size_t count, std::size_t size) {
        if (!splits_in_parallel(size)) observer_.end(stamp, Step::partition, first, offset(first), count);
    }

    [[nodiscard]] std::size_t offset(const T* at) const { return static_cast<std::size_t>(at - base_); }

    // A range of this length is sorted by one task: thousands of forks' worth of work.
    static constexpr std::size_t task_max = fork_min<T> / 4;

    Less less_;
    ForkT& fork_;
    ObserverT& observer_;
    std::size_t workers_;
    std::size_t parallel_split_min_ = 0;
    const T* base_ = nullptr;
    const T* end_ = nullptr;
};

/// Sorts on any fork-join; short ranges without it.
template <class T, class Less, Fork ForkT, Observer<T> ObserverT>
void unstable_sort_on(ForkT& fork, std::span<T> data, Less less, ObserverT& observer, std::size_t workers) {
    if (data.size() < fork_min<T>) {
        observer.poll();
        const auto stamp = observer.begin();
        pdqsort(data.data(), data.data() + data.size(), less);
        return observer.end(stamp, Step::leaf, data.data(), 0, data.size());
    }
    UnstableSort<T, Less, ForkT, ObserverT>(less, fork, observer, workers).run(data);
}

}  // namespace grainscope::sorting
