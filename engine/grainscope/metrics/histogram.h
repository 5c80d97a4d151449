// How large things were: counts in buckets that grow with the numbers they count.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <grainscope/platform/atomic.h>

namespace grainscope {

/// A distribution of numbers, from 0 to 2^64 - 1, in 976 buckets (7.8 KB): below 32 every number has its own, above
/// each power of two is cut into 16. So each answer is within 1/16 of the numbers that were recorded, and exact below
/// 32. Gil Tene's HdrHistogram has the same buckets.
///
/// Any thread may do anything at any time. record() is one relaxed addition; the other functions walk all buckets, O(1)
/// but microseconds, and while others record they see some of what comes in.
///
///     grainscope::Histogram nanoseconds;
///     for (std::uint64_t i = 1; i <= 1000; ++i) nanoseconds.record(i);
///     std::uint64_t count = nanoseconds.count();                         // 1000
///     std::optional<std::uint64_t> median = nanoseconds.quantile(0.5);   // 500 or so
class Histogram {
  public:
    static constexpr std::size_t buckets = 976;

    void record(std::uint64_t value) noexcept {
        counts_[bucket_of(value)].fetch_add(1, relaxed);  // a number by itself: nothing pairs with it
    }
    /// Adds what the other has recorded. Histograms of threads add up to that of all.
    void merge(const Histogram& other) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept;
    /// The number below or at which a share q of the recorded ones lies: the median for 0.5, the smallest for 0, the
    /// largest for 1. Nothing was recorded: none. Throws std::invalid_argument for a q outside of 0 to 1.
    [[nodiscard]] std::optional<std::uint64_t> quantile(double q) const;
    [[nodiscard]] std::optional<std::uint64_t> min() const { return quantile(0); }
    [[nodiscard]] std::optional<std::uint64_t> max() const { return quantile(1); }
    /// All recorded numbers added up, each as the middle of its bucket.
    [[nodiscard]] double sum() const noexcept;
    /// None where nothing was recorded.
    [[nodiscard]] std::optional<double> mean() const noexcept;
    /// How many recorded numbers are at most `bound`. Exact where `bound` is the largest number of a bucket, as all
    /// 2^n - 1 are; else those of the bound's bucket count as above it.
    [[nodiscard]] std::uint64_t count_at_most(std::uint64_t bound) const noexcept;

    // -- the buckets ------------------------------------------------------------------------------------------------

    [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
        if (value < 2 * parts) return static_cast<std::size_t>(value);
        const int shift =
            static_cast<int>(std::bit_width(value)) - 5;  // so that five bits are left, the highest of them set
        return static_cast<std::size_t>(shift) * parts + static_cast<std::size_t>(value >> shift);
    }
    [[nodiscard]] static constexpr std::uint64_t smallest_of(std::size_t bucket) noexcept {
        if (bucket < 2 * parts) return bucket;
        return (bucket % parts + parts) << (bucket / parts - 1);
    }
    [[nodiscard]] static constexpr std::uint64_t largest_of(std::size_t bucket) noexcept {
        return bucket + 1 == buckets ? ~std::uint64_t{0} : smallest_of(bucket + 1) - 1;
    }

  private:
    static constexpr std::size_t parts = 16;

    static constexpr std::uint64_t middle_of(std::size_t bucket) noexcept {
        return smallest_of(bucket) + (largest_of(bucket) - smallest_of(bucket)) / 2;
    }

    std::array<Atomic<std::uint64_t>, buckets> counts_{};
};

}  // namespace grainscope
