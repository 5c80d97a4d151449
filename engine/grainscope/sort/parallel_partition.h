// Splitting a range by a predicate with many tasks, in place.
//
// The range is cut into pieces that lie symmetrically about its middle: piece i is the i-th stretch from the left end
// and the i-th from the right. Each task partitions its two stretches against one another (partition_pair), and the few
// elements that then stand on the wrong side of the common cut are swapped at the end. After Francis and Pannain,
// "Parallel partition for the quicksort algorithm" (1992). Why this and not
//  - fetch-and-add of blocks (Tsigas and Zhang, 2003): that one leaves less to swap at the end, but which task gets
//  which
//    block depends on timing, so that no two runs and no two backends would do the same work, and it needs its threads
//    to run at once, which fork and join do not promise;
//  - prefix sums into a second array: every element moves twice through memory, and the memory doubles.
// For a pivot near the median, what is left over is about the square root of a stretch for each piece.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <grainscope/sort/fork.h>
#include <grainscope/sort/partition.h>

namespace grainscope::sorting {

/// Shorter ranges are partitioned by one task: several would not earn back their forks and the final swaps.
inline constexpr std::size_t parallel_partition_min = std::size_t{1} << 17;

namespace detail {

// Ranges that belong on the other side of the cut, seen as one sequence. Two of equal length are swapped element by
// element; any part of the sequence may be swapped by any task.
template <class T>
class Misplaced {
  public:
    void add(T* first, T* last) {
        if (first == last) return;
        starts_.push_back(first);
        offsets_.push_back(size_);
        size_ += static_cast<std::size_t>(last - first);
    }
    [[nodiscard]] std::size_t size() const { return size_; }

    // Swaps positions [first, first + count) of the two sequences.
    void swap_with(Misplaced& other, std::size_t first, std::size_t count) {
        std::size_t mine = stretch_of(first), theirs = other.stretch_of(first);
        while (count > 0) {
            const std::size_t step = std::min({count, stretch_end(mine) - first, other.stretch_end(theirs) - first});
            T* const a = starts_[mine] + (first - offsets_[mine]);
            T* const b = other.starts_[theirs] + (first - other.offsets_[theirs]);
            std::swap_ranges(a, a + step, b);
            first += step;
            count -= step;
            if (first == stretch_end(mine)) ++mine;
            if (first == other.stretch_end(theirs)) ++theirs;
        }
    }

  private:
    [[nodiscard]] std::size_t stretch_of(std::size_t position) const {
        return static_cast<std::size_t>(std::upper_bound(offsets_.begin(), offsets_.end(), position) -
                                        offsets_.begin()) -
               1;
    }
    [[nodiscard]] std::size_t stretch_end(std::size_t stretch) const {
        return stretch + 1 < offsets_.size() ? offsets_[stretch + 1] : size_;
    }

    std::vector<T*> starts_;
    std::vector<std::size_t> offsets_;  // of each stretch in the sequence; ascending
    std::size_t size_ = 0;
};

template <class ForkT, class Body>
void fork_over(ForkT& fork, std::size_t first, std::size_t last, std::size_t grain, const Body& body) {
    if (last - first <= grain) {
        body(first, last);
        return;
    }
    const std::size_t middle = first + (last - first) / 2;
    fork.join([&] { fork_over(fork, first, middle, grain, body); },
              [&] { fork_over(fork, middle, last, grain, body); });
}

}  // namespace detail

/// partition_sequential by many tasks: the same contract. `base` is where the observer counts positions from. The order
/// of the result depends on the data alone, never on timing.
template <class T, class Predicate, Fork ForkT, Observer<T> ObserverT>
T* partition_parallel(T* first, T* last, const T* base, Predicate belongs_left, ForkT& fork, ObserverT& observer) {
    const auto size = static_cast<std::size_t>(last - first);
    // A piece fits a second-level cache; their number is bounded, so that the final swaps stay short.
    const std::size_t stretch = std::max<std::size_t>(std::size_t{1} << 15, size / 1024);
    const std::size_t pieces = std::max<std::size_t>(1, size / (2 * stretch));
    std::vector<PairCut<T>> cuts(pieces);
    const auto left_begin = [&](std::size_t piece) { return first + piece * stretch; };
    const auto right_end = [&](std::size_t piece) { return last - piece * stretch; };
    // The innermost piece takes what the division left over.
    const auto left_end = [&](std::size_t piece) {
        return piece + 1 == pieces ? first + size / 2 : left_begin(piece + 1);
    };
    const auto right_begin = [&](std::size_t piece) {
        return piece + 1 == pieces ? first + size / 2 : right_end(piece + 1);
    };

    detail::fork_over(fork, 0, pieces, 1, [&](std::size_t piece, std::size_t) {
        observer.poll();
        const auto stamp = observer.begin();
        T* const left = left_begin(piece);
        T* const right = right_begin(piece);
        cuts[piece] = partition_pair(left, left_end(piece), right, right_end(piece), belongs_left);
        observer.end(stamp, Step::partition, left, static_cast<std::size_t>(left - base),
                     static_cast<std::size_t>(left_end(piece) - left));
        observer.end(observer.begin(), Step::partition, right, static_cast<std::size_t>(right - base),
                     static_cast<std::size_t>(right_end(piece) - right));
    });

    std::size_t left_total = 0;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        left_total += static_cast<std::size_t>(cuts[piece].left - left_begin(piece)) +
                      static_cast<std::size_t>(cuts[piece].right - right_begin(piece));
    }
    T* const cut = first + left_total;
    detail::Misplaced<T> too_far_left, too_far_right;
    const auto sort_out = [&](T* begin, T* inner_cut, T* end) {
        // [begin, inner_cut) belongs left of `cut`, [inner_cut, end) right of it.
        if (inner_cut > cut) too_far_right.add(std::max(begin, cut), inner_cut);
        if (inner_cut < cut) too_far_left.add(inner_cut, std::min(end, cut));
    };
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        sort_out(left_begin(piece), cuts[piece].left, left_end(piece));
        sort_out(right_begin(piece), cuts[piece].right, right_end(piece));
    }
    // As many stand too far left as too far right, because the cut is at the number of elements that belong left. This
    // is arithmetic on positions: the predicate is not asked again, so that even one that contradicts itself is safe.
    detail::fork_over(fork, 0, too_far_left.size(), std::size_t{1} << 15, [&](std::size_t begin, std::size_t end) {
        if (begin != end) too_far_left.swap_with(too_far_right, begin, end - begin);
    });
    return cut;
}

}  // namespace grainscope::sorting
