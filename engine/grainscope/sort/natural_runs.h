// The order that is in the data already: runs, and when to merge which two of them.
//
// Powersort (Munro and Wild, "Nearly-optimal mergesorts", ESA 2018) with the lazy runs of Rust's driftsort (Peters and
// Bergdoll, 2024): where no run of some length begins, the next stretch counts as an unsorted one; neighbours that are
// both unsorted are only joined, and what is unsorted when its turn to be merged comes is sorted by quicksort. Data
// with r runs costs O(n log r) comparisons, data without order one quicksort.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/sort/merge.h>
#include <grainscope/sort/stable_quicksort.h>

namespace grainscope::sorting {

/// What is known about the order of a range.
enum class Trend : std::uint8_t { unknown, ascending, strictly_descending };

struct Run {
    std::size_t size;
    Trend order;
};

/// The longest run at the front of the data; only a strictly descending one may be reversed without breaking ties.
template <class T, class Less>
Run find_run(const T* data, std::size_t size, Less less) {
    if (size < 2) return {size, Trend::ascending};
    std::size_t end = 2;
    if (less(data[1], data[0])) {
        while (end < size && less(data[end], data[end - 1])) ++end;
        return {end, Trend::strictly_descending};
    }
    while (end < size && !less(data[end], data[end - 1])) ++end;
    return {end, Trend::ascending};
}

/// Merges the sorted ranges [data, data + middle) and [data + middle, data + size) in their place. What is in order
/// already is found by searches and not moved.
template <class T, class Less>
void merge_in_place(T* data, std::size_t middle, std::size_t size, T* work, Less less) {
    T* const right = data + middle;
    T* const end = data + size;
    if (middle == 0 || middle == size || !less(*right, right[-1])) return;
    T* const first = std::upper_bound(data, right, *right, less);
    T* const last = std::lower_bound(right, end, right[-1], less);
    // A comparator that contradicts itself may put either anywhere; an empty side has nothing to merge.
    const auto moved = static_cast<std::size_t>(last - first);
    std::uninitialized_copy_n(first, moved, work);
    T* const work_middle = work + (right - first);
    merge_sequential(work, work_middle, work_middle, work + moved, first, less);
}

/// Brings the runs of plain elements together, as far as that is worth it: the whole is ascending afterwards, or one
/// strictly descending run, or without much order. Each element is in `data` exactly once when it returns or throws.
template <class T, class Tools>
class NaturalRuns {
  public:
    /// `sorts_all`: short runs are made by small sorts, so that the result is never unknown, and no quicksort runs.
    NaturalRuns(T* data, T* work, std::size_t size, bool sorts_all, const Tools& tools)
        : data_(data), work_(work), size_(size), sorts_all_(sorts_all), tools_(tools) {}

    Trend merge() {
        Run current = next_run(0);
        if (current.size == size_) return current.order;
        in_order(0, current);
        std::size_t end = current.size;  // of what has been looked at; `current` ends there
        while (end < size_) {
            Run next = next_run(end);
            in_order(end, next);
            const unsigned power = node_power(end - current.size, end, end + next.size);
            while (depth_ > 0 && pending_[depth_ - 1].power >= power) current = merge_with_pending(current, end);
            pending_[depth_++] = {current, power};
            end += next.size;
            current = next;
        }
        while (depth_ > 0) current = merge_with_pending(current, end);
        return current.order;
    }

  private:
    struct Pending {
        Run run;
        unsigned power;
    };

    // Runs shorter than about the root of n are not worth merging one by one.
    [[nodiscard]] std::size_t worthwhile() const {
        if (size_ <= 4096) return std::min<std::size_t>(size_ - size_ / 2, 64);
        return static_cast<std::size_t>(std::sqrt(static_cast<double>(size_)));
    }

    Run next_run(std::size_t begin) {
        const std::size_t left = size_ - begin;
        if (left >= worthwhile_) {
            const Run run = find_run(data_ + begin, left, tools_.less);
            if (run.size >= worthwhile_) return run;
        }
        if (sorts_all_) {
            const std::size_t size = std::min(left, small_sort_max);
            small_sort(data_ + begin, data_ + begin, size, tools_.less);
            return {size, Trend::ascending};
        }
        return {std::min(left, worthwhile_), Trend::unknown};
    }

    void in_order(std::size_t begin, Run& run) {
        if (run.order != Trend::strictly_descending) return;
        std::reverse(data_ + begin, data_ + begin + run.size);
        run.order = Trend::ascending;
    }

    // Depth in the ideal merge tree of the boundary between [left, middle) and [middle, right): how many leading bits
    // the two midpoints, as fractions of the whole, have in common.
    [[nodiscard]] unsigned node_power(std::size_t left, std::size_t middle, std::size_t right) const {
        const std::uint64_t x = (std::uint64_t{left} + middle) * scale_;
        const std::uint64_t y = (std::uint64_t{middle} + right) * scale_;
        return static_cast<unsigned>(std::countl_zero(x ^ y));
    }

    Run merge_with_pending(Run right, std::size_t end) {
        const Run left = pending_[--depth_].run;
        const std::size_t size = left.size + right.size;
        if (left.order == Trend::unknown && right.order == Trend::unknown) return {size, Trend::unknown};
        T* const begin = data_ + (end - size);
        if (left.order == Trend::unknown) sort(begin, left.size);
        if (right.order == Trend::unknown) sort(begin + left.size, right.size);
        if (size >= detail::poll_min) tools_.observer.poll();
        merge_in_place(begin, left.size, size, work_ + (end - size), tools_.less);
        return {size, Trend::ascending};
    }

    void sort(T* begin, std::size_t size) {
        const TwoStacks<T> range{begin, work_ + (begin - data_), size, false, false};
        stable_quicksort(range, static_cast<const T*>(nullptr), split_limit(size), tools_);
    }

    T* data_;
    T* work_;
    std::size_t size_;
    bool sorts_all_;
    const Tools& tools_;
    std::size_t worthwhile_ = worthwhile();
    std::uint64_t scale_ = ((std::uint64_t{1} << 62) + size_ - 1) / size_;
    std::array<Pending, 66> pending_{};
    std::size_t depth_ = 0;
};

/// Merge sort of small sorted runs: what is left to a quicksort whose pivots were bad. O(n log n) comparisons.
template <class T, class Tools>
void merge_sort_runs(T* data, T* work, std::size_t size, const Tools& tools) {
    NaturalRuns<T, Tools> runs(data, work, size, true, tools);
    if (runs.merge() == Trend::strictly_descending) std::reverse(data, data + size);
}

}  // namespace grainscope::sorting
