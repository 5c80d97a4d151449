// The one thing that tells equal floating-point numbers apart: -0.0 equals 0.0.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/parallel_partition.h>

namespace grainscope::sorting {

/// Remembers in which order the zeros of either sign come, and gives them back that order after a sort that was not
/// stable. One pass by all workers; where there is no -0.0, which is nearly always, nothing else.
template <class T>
requires std::is_floating_point_v<T>
class SignedZeros {
  public:
    template <Fork ForkT>
    SignedZeros(ForkT& fork, std::span<const T> data) {
        Atomic<bool> found = false;
        detail::fork_over(fork, 0, data.size(), std::size_t{1} << 15, [&](std::size_t begin, std::size_t end) {
            bool any = false;
            for (std::size_t i = begin; i < end; ++i) any |= data[i] == T{0} && std::signbit(data[i]);
            if (any) found.store(true, relaxed);  // relaxed: the joins order it before its reader
        });
        if (!found.load(relaxed)) return;  // relaxed: see above
        for (const T value : data) {
            if (value == T{0}) negative_.push_back(std::signbit(value));
        }
    }

    /// `data` hold the same numbers, with all zeros side by side.
    void restore(std::span<T> data) const {
        if (negative_.empty()) return;
        auto zero = std::ranges::find(data, T{0});
        for (const bool negative : negative_) *zero++ = negative ? -T{0} : T{0};
    }

  private:
    std::vector<bool> negative_;
};

}  // namespace grainscope::sorting
