// Numbers that depend on nothing but a seed and a position: any thread can make any part of the data.
#pragma once

#include <cstdint>

namespace grainscope::workloads {

/// A bijection that spreads every bit of its input over all of its output (the finaliser of Steele, Lea and Flood's
/// SplitMix64).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/// Work for its own sake: that many numbers of SplitMix64, each the state of the next. About 1.5 ns a round.
constexpr std::uint64_t mix_rounds(std::uint64_t state, std::int64_t rounds) noexcept {
    for (; rounds > 0; --rounds) state = mix(state + 0x9e3779b97f4a7c15U);
    return state;
}

/// Keeps the compiler from leaving out work whose result nobody reads.
inline void need(std::uint64_t result) noexcept { asm volatile("" : : "r"(result)); }

/// SplitMix64 as a function of the position: the index-th number of the seed's sequence.
constexpr std::uint64_t random_at(std::uint64_t seed, std::uint64_t index) noexcept {
    return mix(seed + (index + 1) * 0x9e3779b97f4a7c15U);
}

/// The high half of the 128-bit product: maps a random 64-bit number to [0, bound) without a division (Lemire, 2019).
/// The bias is bound / 2^64.
constexpr std::uint64_t scale_to(std::uint64_t random, std::uint64_t bound) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{random} * bound) >> 64);
}

/// Uniform in [0, 1).
constexpr double to_unit(std::uint64_t random) noexcept { return static_cast<double>(random >> 11) * 0x1.0p-53; }

}  // namespace grainscope::workloads
