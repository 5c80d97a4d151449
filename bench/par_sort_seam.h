// par_sort and par_sort_unstable by the teaching sorts, until those are there.
#pragma once
#include <grainscope/sort/sort.h>
#include <functional>
#include <span>
namespace grainscope {
template <class T, class Less = std::less<>>
void par_sort_unstable(std::span<T> a, Less less = {}) {
    parallel_quicksort(a, QuicksortOptions<Less>{.comparator = less});
}
template <class T, class Less = std::less<>>
void par_sort(std::span<T> a, Less less = {}) {
    parallel_merge_sort(a, MergeSortOptions<Less>{.comparator = less});
}
}  // namespace grainscope
