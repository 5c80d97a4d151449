// The small generator behind resampling and shuffling: the same seed gives the same study on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

namespace grainscope::study {

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). 2^64 states, passes BigCrush: enough for resampling, not for secrets.
class SplitMix64 {
  public:
    using result_type = std::uint64_t;
    explicit constexpr SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}
    static constexpr result_type min() noexcept { return 0; }
    static constexpr result_type max() noexcept { return ~result_type{0}; }

    constexpr result_type operator()() noexcept {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// A number in [0, bound), by multiplication (Lemire); the bias is below bound / 2^32. 0 < bound < 2^32.
    constexpr std::size_t below(std::size_t bound) noexcept {
        return static_cast<std::size_t>(((*this)() >> 32) * bound >> 32);
    }

    /// A number in [0, 1).
    constexpr double uniform() noexcept { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

  private:
    std::uint64_t state_;
};

}  // namespace grainscope::study
