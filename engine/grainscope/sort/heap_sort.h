// Heap sort: n log n whatever the data, in place; the way out for a quicksort that splits badly.
#pragma once

#include <cstddef>
#include <utility>

namespace grainscope::sorting {

namespace detail {

template <class T, class Less>
void sift_down(T* heap, std::size_t size, std::size_t node, Less less) {
    for (;;) {
        std::size_t child = 2 * node + 1;
        if (child >= size) return;
        if (child + 1 < size && less(heap[child], heap[child + 1])) ++child;
        if (!less(heap[node], heap[child])) return;
        using std::swap;
        swap(heap[node], heap[child]);
        node = child;
    }
}

}  // namespace detail

/// Not stable; O(n log n). Only swaps: each element is there exactly once even if less throws, and any comparator is
/// safe.
template <class T, class Less>
void heap_sort(T* first, T* last, Less less) {
    const auto size = static_cast<std::size_t>(last - first);
    for (std::size_t node = size / 2; node-- > 0;) detail::sift_down(first, size, node, less);
    for (std::size_t end = size; end-- > 1;) {
        using std::swap;
        swap(first[0], first[end]);
        detail::sift_down(first, end, 0, less);
    }
}

}  // namespace grainscope::sorting
