// Splitting a range by a predicate: by one task, branch-free where elements copy freely.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <grainscope/sort/block_partition.h>
#include <grainscope/sort/element.h>

namespace grainscope::sorting {

namespace detail {

// The hole that a cyclic permutation moves about, and the element that was lifted out of it. However the loop ends, the
// element goes back into the hole.
template <class T>
struct Hole {
    T value;
    T* at;
    ~Hole() { *at = value; }
};

// Lomuto's partition as one cycle of moves without a branch (Peters and Bergdoll, "Branchless Lomuto Partitioning",
// 2023). Invariant: [first, cut) belongs left, [cut, next) right, and the hole is next - 1. One load, two stores and
// one comparison an element; the mispredicted branch of the classical loop costs more than all of that.
template <class T, class Predicate>
T* partition_branch_free(T* first, T* last, Predicate belongs_left) {
    if (first == last) return first;
    T* cut = first;
    Hole<T> hole{*first, first};
    const auto step = [&](T* next) {
        const bool left = belongs_left(*next);
        *hole.at = *cut;
        *cut = *next;
        hole.at = next;
        cut += left;
    };
    T* next = first + 1;
    for (; last - next >= 4; next += 4) {
        step(next);
        step(next + 1);
        step(next + 2);
        step(next + 3);
    }
    for (; next != last; ++next) step(next);
    const bool left = belongs_left(hole.value);
    *hole.at = *cut;
    hole.at = cut;
    return cut + left;
}

// Hoare's partition with a bound on both scans: swaps only what is on the wrong side, for elements dear to move.
template <class T, class Predicate>
T* partition_by_swaps(T* first, T* last, Predicate belongs_left) {
    for (;;) {
        while (first != last && belongs_left(*first)) ++first;
        while (first != last && !belongs_left(last[-1])) --last;
        if (first == last) return first;
        using std::swap;
        swap(*first++, *--last);
    }
}

}  // namespace detail

/// The pivot as the partition's loop keeps it: a copy in a register where elements copy freely, else where it stands.
template <class T>
using PivotValue = std::conditional_t<copies_freely<T>, T, const T&>;

/// The predicate of a split: what is less than the pivot goes left. The pivot lies outside the range and stays alive.
template <class T, class Less>
class LessThanPivot {
  public:
    LessThanPivot(const T& pivot, Less less) : pivot_(pivot), less_(less) {}
    bool operator()(const T& element) const { return less_(element, pivot_); }

  private:
    PivotValue<T> pivot_;
    Less less_;
};

/// The predicate that takes out a pivot's equals, where nothing is less than the pivot.
template <class T, class Less>
class NotGreaterThanPivot {
  public:
    NotGreaterThanPivot(const T& pivot, Less less) : pivot_(pivot), less_(less) {}
    bool operator()(const T& element) const { return !less_(pivot_, element); }

  private:
    PivotValue<T> pivot_;
    Less less_;
};

/// A predicate that can split a range by itself.
template <class Predicate, class T>
concept SplitsRanges = requires(const Predicate& belongs_left, T* at) {
    { belongs_left.partition(at, at) } -> std::same_as<T*>;
};

/// Reorders [first, last) so that the elements for which belongs_left holds come first, and returns where the others
/// begin. Each element is there exactly once even if the predicate throws.
template <class T, class Predicate>
T* partition_sequential(T* first, T* last, Predicate belongs_left) {
    if constexpr (SplitsRanges<Predicate, T>)
        return belongs_left.partition(first, last);
    else if constexpr (partitions_by_vectors<T>)
        return partition_blocks(first, last, belongs_left);
    else if constexpr (copies_freely<T>)
        return detail::partition_branch_free(first, last, belongs_left);
    else
        return detail::partition_by_swaps(first, last, belongs_left);
}

/// Where the right elements of each of two ranges begin.
template <class T>
struct PairCut {
    T* left = nullptr;
    T* right = nullptr;
};

/// Partitions [left, left_end) and [right, right_end), which lie in this order, each on its own, moving left elements
/// to the left range and right elements to the right one while there are any: afterwards at most one of the two is
/// mixed. Where vectors do it, each range is partitioned alone, and what is on the wrong side is swapped while it is
/// still in the cache. Other free elements go by blocks: first note what is on the wrong side, without a branch, then
/// swap (Edelkamp and Weiss, "BlockQuicksort", 2016).
template <class T, class Predicate>
PairCut<T> partition_pair(T* left, T* left_end, T* right, T* right_end, Predicate belongs_left) {
    if constexpr (SplitsRanges<Predicate, T> || partitions_by_vectors<T>) {
        PairCut<T> cut{partition_sequential(left, left_end, belongs_left),
                       partition_sequential(right, right_end, belongs_left)};
        const std::ptrdiff_t swaps = std::min(left_end - cut.left, cut.right - right);
        // The last of the right range's left elements change places with as many right elements of the left range.
        std::swap_ranges(cut.left, cut.left + swaps, cut.right - swaps);
        return {cut.left + swaps, cut.right - swaps};
    }
    T* l = left;
    T* r = right_end;
    if constexpr (copies_freely<T>) {
        constexpr std::size_t block = 128;
        std::uint8_t wrong_left[block];
        std::uint8_t wrong_right[block];
        std::size_t left_count = 0, right_count = 0, left_begin = 0, right_begin = 0;
        while (static_cast<std::size_t>(left_end - l) >= block && static_cast<std::size_t>(r - right) >= block) {
            if (left_count == 0) {
                left_begin = 0;
                for (std::size_t i = 0; i < block; ++i) {
                    wrong_left[left_count] = static_cast<std::uint8_t>(i);
                    left_count += !belongs_left(l[i]);
                }
            }
            if (right_count == 0) {
                right_begin = 0;
                for (std::size_t i = 0; i < block; ++i) {
                    wrong_right[right_count] = static_cast<std::uint8_t>(i);
                    right_count += belongs_left(*(r - 1 - i));
                }
            }
            const std::size_t swaps = std::min(left_count, right_count);
            for (std::size_t i = 0; i < swaps; ++i) {
                using std::swap;
                swap(l[wrong_left[left_begin + i]], *(r - 1 - wrong_right[right_begin + i]));
            }
            left_begin += swaps;
            left_count -= swaps;
            right_begin += swaps;
            right_count -= swaps;
            if (left_count == 0) l += block;
            if (right_count == 0) r -= block;
        }
    }
    for (;;) {
        while (l != left_end && belongs_left(*l)) ++l;
        while (r != right && !belongs_left(r[-1])) --r;
        if (l == left_end || r == right) break;
        using std::swap;
        swap(*l++, *--r);
    }
    if (l == left_end) return {left_end, partition_sequential(right, r, belongs_left)};
    return {partition_sequential(l, left_end, belongs_left), right};
}

}  // namespace grainscope::sorting
