// Waiting for another thread that is in the middle of a few instructions.
#pragma once

#include <cstdint>

#include <grainscope/platform/parking.h>

namespace grainscope::detail::channel {

/// For waits that end as soon as another thread has run its next few instructions. It pauses 1, 2, 4, … 64 times, then
/// offers the core: the other thread may have been preempted.
class Backoff {
  public:
    /// After losing a race: tries again at once are for whoever can win.
    void spin() noexcept { pause(step_ < last_spin ? step_++ : last_spin); }
    /// For somebody else's progress.
    void snooze() noexcept {
        if (step_ < last_spin)
            pause(step_++);
        else
            platform::yield_thread();
    }

  private:
    static constexpr std::uint32_t last_spin = 6;
    static void pause(std::uint32_t step) noexcept {
        for (std::uint32_t i = 0; i < (std::uint32_t{1} << step); ++i) platform::cpu_relax();
    }
    std::uint32_t step_ = 0;
};

}  // namespace grainscope::detail::channel
