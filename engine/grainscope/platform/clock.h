// Time, as the operating system and the processor tell it.
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#endif

namespace grainscope::platform {

/// A raw stamp: TSC cycles where the TSC is invariant, nanoseconds of CLOCK_MONOTONIC elsewhere.
using Ticks = std::uint64_t;

/// A reading of both clocks at one moment; two of them turn any Ticks between into nanoseconds.
struct ClockPair {
    Ticks ticks = 0;
    std::uint64_t monotonic_ns = 0;
};

namespace detail {
extern bool tsc_is_invariant;  // read once from CPUID, before main
Ticks monotonic_ticks() noexcept;
}  // namespace detail

/// The stamp of now. About 10 ns with an invariant TSC, 25 ns without.
inline Ticks ticks() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    if (detail::tsc_is_invariant) [[likely]]
        return __rdtsc();
#endif
    return detail::monotonic_ticks();
}

/// Nanoseconds of CLOCK_MONOTONIC.
std::uint64_t monotonic_ns() noexcept;

/// Both clocks, read within a few tens of nanoseconds of one another (the best of several tries).
ClockPair clock_pair() noexcept;

/// Ticks per nanosecond, measured once (at least 10 ms after the program's first reading) and exact to about 1e-5.
/// Recordings do not rely on it: they ship clock pairs.
double ticks_per_ns() noexcept;

/// Whether ticks() reads the TSC.
inline bool ticks_are_tsc() noexcept { return detail::tsc_is_invariant; }

}  // namespace grainscope::platform
