// Moments and how far away they are.
#pragma once

#include <chrono>

namespace grainscope {

/// A moment on the steady clock, which is CLOCK_MONOTONIC.
using Instant = std::chrono::steady_clock::time_point;

namespace detail::channel {

/// The deadline of an operation that waits as long as it takes, and of one that does not wait.
inline constexpr Instant no_deadline = Instant::max();
inline constexpr Instant deadline_passed = Instant::min();

/// The moment `delay` from now; no_deadline where the clock does not reach that far. A negative delay is none.
template <class Rep, class Period>
[[nodiscard]] Instant instant_after(std::chrono::duration<Rep, Period> delay) {
    using std::chrono::duration;
    const Instant now = std::chrono::steady_clock::now();
    if (!(delay > duration<Rep, Period>::zero())) return now;
    // Compared in floating point: hours::max() in nanoseconds overflows.
    const duration<double> left = no_deadline - now;
    if (duration<double>(delay) >= left) return no_deadline;
    return now + std::chrono::ceil<Instant::duration>(delay);
}

}  // namespace detail::channel

}  // namespace grainscope
