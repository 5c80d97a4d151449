// par_sort_unstable by the teaching quicksort, until it is there.
#pragma once
#include <grainscope/sort/sort.h>

#if __has_include(<grainscope/sort/par_sort_unstable.h>)
#include <grainscope/sort/par_sort_unstable.h>
#else
#include <functional>
#include <span>
namespace grainscope {
template <class T, class Less = std::less<>>
void par_sort_unstable(std::span<T> a, Less less = {}) {
    parallel_quicksort(a, QuicksortOptions<Less>{.comparator = less});
}
}  // namespace grainscope
#endif
