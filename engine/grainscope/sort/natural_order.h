// The order that a type brings along: which comparators stand for it, and what it lacks where floating-point numbers
// are no numbers, or zeros.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
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

/// The numbers among floating-point data: every NaN has moved to the end, and no zero is negative until this goes, so
/// that what is left is in a strict total order. One pass by all workers; nothing is written where there is no NaN and
/// no -0.0.
template <class T>
requires std::is_floating_point_v<T>
class Numbers {
  public:
    template <Fork ForkT>
    Numbers(ForkT& fork, std::span<T> data) : span_(data) {
        Atomic<std::size_t> nans = 0;
        Atomic<std::size_t> negative_zeros = 0;
        detail::fork_over(fork, 0, data.size(), grain, [&](std::size_t begin, std::size_t end) {
            std::size_t no_numbers = 0, zeros = 0;
            for (std::size_t i = begin; i < end; ++i) {
                no_numbers += is_nan(data[i]);
                zeros += is_negative_zero(data[i]);
            }
            // relaxed: the joins order both before their reader.
            if (no_numbers > 0) nans.fetch_add(no_numbers, relaxed);
            if (zeros > 0) negative_zeros.fetch_add(zeros, relaxed);
        });
        negative_zeros_ = negative_zeros.load(relaxed);  // relaxed: see above
        if (nans.load(relaxed) > 0) {                    // relaxed: see above
            T* const first = data.data();
            span_ = {first, partition_sequential(first, first + data.size(), [](T x) { return !is_nan(x); })};
        }
        if (negative_zeros_ > 0) {
            detail::fork_over(fork, 0, span_.size(), grain, [this](std::size_t begin, std::size_t end) {
                for (T& x : span_.subspan(begin, end - begin)) x += T{0};
            });
        }
    }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;
    /// As many zeros are negative as before: the first ones, in whatever order the numbers are.
    ~Numbers() {
        std::size_t left = negative_zeros_;
        for (T* x = span_.data(); left > 0; ++x) {
            if (*x != T{0}) continue;
            *x = -T{0};
            --left;
        }
    }

    [[nodiscard]] std::span<T> span() const { return span_; }

  private:
    static constexpr std::size_t grain = std::size_t{1} << 14;

    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    // Integers: whole vectors, whatever the flags say about floating-point exceptions.
    static bool is_nan(T x) {
        if constexpr (sizeof(T) > 8)
            return std::isnan(x);
        else
            return (std::bit_cast<Bits>(x) << 1) > (std::bit_cast<Bits>(std::numeric_limits<T>::infinity()) << 1);
    }
    static bool is_negative_zero(T x) {
        if constexpr (sizeof(T) > 8)
            return x == T{0} && std::signbit(x);
        else
            return std::bit_cast<Bits>(x) == std::bit_cast<Bits>(-T{0});
    }

    std::span<T> span_;
    std::size_t negative_zeros_ = 0;
};

}  // namespace grainscope::sorting
