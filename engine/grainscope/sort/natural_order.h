// The order that a type brings along: which comparators stand for it, and what it lacks where floating-point numbers
// are no numbers.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>

#include <grainscope/platform/atomic.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/parallel_partition.h>

namespace grainscope::sorting {

/// Whether Compare, behind Projection, is the < of T; and whether it is its >.
template <class T, class Compare, class Projection = std::identity>
inline constexpr bool is_natural_less = std::is_same_v<Projection, std::identity> &&
                                        (std::is_same_v<Compare, std::less<>> ||
                                         std::is_same_v<Compare, std::less<T>> ||
                                         std::is_same_v<Compare, std::ranges::less>);
template <class T, class Compare, class Projection = std::identity>
inline constexpr bool is_natural_greater = std::is_same_v<Projection, std::identity> &&
                                           (std::is_same_v<Compare, std::greater<>> ||
                                            std::is_same_v<Compare, std::greater<T>> ||
                                            std::is_same_v<Compare, std::ranges::greater>);

/// Moves every NaN to the end and returns the rest, on which < is a strict weak order. One pass, by all workers;
/// nothing moves where there is no NaN.
template <class T, Fork ForkT>
requires std::is_floating_point_v<T> std::span<T> set_nans_aside(std::span<T> data, ForkT& fork) {
    Atomic<bool> found = false;
    detail::fork_over(fork, 0, data.size(), std::size_t{1} << 14, [&](std::size_t begin, std::size_t end) {
        bool any = false;
        for (std::size_t i = begin; i < end; ++i) any |= std::isnan(data[i]);
        if (any) found.store(true, relaxed);  // relaxed: the joins order it before its reader
    });
    if (!found.load(relaxed)) return data;  // relaxed: see above
    T* const first = data.data();
    T* const last = first + data.size();
    return {first, partition_sequential(first, last, [](T x) { return !std::isnan(x); })};
}

}  // namespace grainscope::sorting
