// Looking for order before sorting: a range that is one run, up or down, costs one pass by all workers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include <grainscope/platform/atomic.h>
#include <grainscope/sort/element.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/parallel_partition.h>

namespace grainscope::sorting {

/// What a whole range is.
enum class Arrangement {
    unsorted,
    ascending,   ///< no element is less than the one before it
    descending,  ///< no element is greater than the one before it
};

namespace detail {

// Where the first element stands that is out_of_order with the one before it; `last` if there is none.
template <class T, class OutOfOrder>
const T* run_end(const T* first, const T* last, OutOfOrder out_of_order) {
    if (first == last) return last;
    if constexpr (copies_freely<T>) {
        // By blocks of a fixed length, so that the comparisons become vectors; a block is asked to its end.
        constexpr std::ptrdiff_t block = 64;
        for (; last - first > block; first += block) {
            unsigned char broken = 0;
            for (std::ptrdiff_t i = 0; i < block; ++i)
                broken = static_cast<unsigned char>(broken | static_cast<bool>(out_of_order(first[i], first[i + 1])));
            if (broken != 0) break;
        }
    }
    while (++first != last && !out_of_order(first[-1], first[0])) {
    }
    return first;
}

template <class T, class OutOfOrder>
bool is_run(const T* first, const T* last, OutOfOrder out_of_order) {
    return run_end(first, last, out_of_order) == last;
}

// is_run by many tasks, which stop soon after one of them has found a pair out of order.
template <class T, class OutOfOrder, Fork ForkT>
bool is_run_parallel(const T* first, const T* last, OutOfOrder out_of_order, ForkT& fork) {
    constexpr std::size_t glance = 1024;
    const auto size = static_cast<std::size_t>(last - first);
    if (!is_run(first, first + std::min(size, glance), out_of_order)) return false;
    if (size <= glance) return true;
    Atomic<bool> broken = false;
    fork_over(fork, glance - 1, size - 1, std::size_t{1} << 14, [&](std::size_t begin, std::size_t end) {
        // relaxed: only an invitation to stop; the joins order the answer before its reader.
        if (broken.load(relaxed)) return;
        if (!is_run(first + begin, first + end + 1, out_of_order)) broken.store(true, relaxed);
    });
    return !broken.load(relaxed);  // relaxed: see above
}

}  // namespace detail

/// O(n) comparisons if the range is a run, few if it is not. Moves nothing.
template <class T, class Less, Fork ForkT>
Arrangement find_order(const T* first, const T* last, Less less, ForkT& fork) {
    if (last - first < 2) return Arrangement::ascending;
    const auto falls = [less](const T& earlier, const T& later) { return less(later, earlier); };
    const auto rises = [less](const T& earlier, const T& later) { return less(earlier, later); };
    if (falls(*first, last[-1]))
        return detail::is_run_parallel(first, last, rises, fork) ? Arrangement::descending : Arrangement::unsorted;
    return detail::is_run_parallel(first, last, falls, fork) ? Arrangement::ascending : Arrangement::unsorted;
}

/// The same for a stable sort: where neighbours are equal, nothing is called descending, since reversing would swap
/// them.
template <class T, class Less, Fork ForkT>
Arrangement find_strict_order(const T* first, const T* last, Less less, ForkT& fork) {
    if (last - first < 2) return Arrangement::ascending;
    const auto falls = [less](const T& earlier, const T& later) { return less(later, earlier); };
    const auto stays = [less](const T& earlier, const T& later) { return !less(later, earlier); };
    if (falls(*first, last[-1]))
        return detail::is_run_parallel(first, last, stays, fork) ? Arrangement::descending : Arrangement::unsorted;
    return detail::is_run_parallel(first, last, falls, fork) ? Arrangement::ascending : Arrangement::unsorted;
}

/// std::reverse by many tasks. `offset`: where the range begins, for the observer.
template <class T, Fork ForkT, Observer<T> ObserverT>
void reverse_parallel(T* first, T* last, ForkT& fork, ObserverT& observer, std::size_t offset = 0) {
    const auto size = static_cast<std::size_t>(last - first);
    detail::fork_over(fork, 0, size / 2, std::size_t{1} << 14, [=, &observer](std::size_t begin, std::size_t end) {
        observer.poll();
        const auto stamp = observer.begin();
        T* const low = first + begin;
        T* const high = last - end;
        std::swap_ranges(low, first + end, std::make_reverse_iterator(last - begin));
        observer.end(stamp, Step::partition, low, offset + begin, end - begin);
        observer.end(observer.begin(), Step::partition, high, offset + size - end, end - begin);
    });
}

}  // namespace grainscope::sorting
