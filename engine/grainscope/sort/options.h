// The knobs of the two teaching sorts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace grainscope {

/// How quicksort picks the element to split by.
enum class Pivot {
    first,    ///< the first element: the textbook's, and the worst on sorted data
    random,   ///< one element at a pseudo-random position (QuicksortOptions::seed)
    median3,  ///< the median of the first, middle and last element
    ninther,  ///< Tukey's median of three such medians; of three elements below 128
};

/// What sorts a range that has become too short to fork.
enum class LeafSort {
    insertion,  ///< stable; O(threshold) comparisons an element
    std_sort,   ///< std::sort (std::stable_sort under parallel_merge_sort): the comparator must not throw and must be a
                ///< strict weak order, else the behaviour is undefined as it is there
    pdqsort,    ///< pattern-defeating quicksort, branch-free for small trivially copyable elements
    heap,       ///< heap sort: the same cost whatever the order
    merge,      ///< stable: the same merge sort, without forks
};

/// How merge sort combines two sorted halves.
enum class Merge {
    sequential,  ///< by one task: the last merge alone costs n, however many workers there are
    parallel,    ///< by splitting at the middle rank of the result, again and again
};

/// Knobs of parallel_quicksort. `QuicksortOptions{.threshold = 128}` sets one and leaves the rest.
///
/// comparator: a strict weak order; called by several threads at once. projection: as in std::ranges::sort.
template <class Compare = std::less<>, class Projection = std::identity>
struct QuicksortOptions {
    std::size_t threshold = 32;  ///< ranges of at most this many elements are not split any more; 0 counts as 1
    Pivot pivot = Pivot::ninther;
    LeafSort leaf_sort = LeafSort::pdqsort;
    Compare comparator{};
    Projection projection{};
    bool parallel_partition = true;  ///< split ranges of over 131,072 elements by several tasks
    std::uint64_t seed = 0;          ///< for Pivot::random
};

/// Knobs of parallel_merge_sort. The result is stable with the leaves insertion, std_sort and merge.
///
/// comparator: a strict weak order; called by several threads at once. projection: as in std::ranges::stable_sort.
template <class Compare = std::less<>, class Projection = std::identity>
struct MergeSortOptions {
    std::size_t threshold = 1024;  ///< ranges of at most this many elements are sorted by one task; 0 counts as 1
    Merge merge = Merge::parallel;
    std::size_t merge_threshold = 8192;  ///< merges that give at most this many elements are not split; 0 counts as 1
    LeafSort leaf_sort = LeafSort::merge;
    Compare comparator{};
    Projection projection{};
};

}  // namespace grainscope
