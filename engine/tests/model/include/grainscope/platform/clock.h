// Stands in for engine/grainscope/platform/clock.h in the model program: a second passes between any two looks.
#pragma once

#include <chrono>
#include <cstdint>

#include "model/hooks.h"

namespace grainscope::platform {

using Ticks = std::uint64_t;

struct ClockPair {
    Ticks ticks = 0;
    std::uint64_t monotonic_ns = 0;
};

inline std::uint64_t monotonic_ns() noexcept {
    model::let_time_pass(std::chrono::seconds(1));
    return static_cast<std::uint64_t>(model::now().time_since_epoch().count());
}
inline Ticks ticks() noexcept { return monotonic_ns(); }
inline ClockPair clock_pair() noexcept {
    const std::uint64_t now = monotonic_ns();
    return {.ticks = now, .monotonic_ns = now};
}
inline double ticks_per_ns() noexcept { return 1; }
inline bool ticks_are_tsc() noexcept { return false; }

}  // namespace grainscope::platform
