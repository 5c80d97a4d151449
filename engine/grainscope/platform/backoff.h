// Waiting for another thread that is in the middle of a few instructions.
#pragma once

#include <cstdint>

#include <grainscope/platform/parking.h>

namespace grainscope::platform {

/// For waits that end as soon as another thread has run its next few instructions: 1, 2, 4, … 64 pauses, then the core
/// is offered, as the other thread may have been preempted. crossbeam-utils, `Backoff`.
class Backoff {
  public:
    /// After a lost race: somebody else got on, so the next try comes soon.
    void spin() noexcept { pause(step_ < last_spin ? step_++ : last_spin); }
    /// While another thread must finish its step first.
    void snooze() noexcept {
        if (step_ < last_spin)
            pause(step_++);
        else
            yield_thread();
    }

  private:
    static constexpr std::uint32_t last_spin = 6;
    static void pause(std::uint32_t step) noexcept {
        for (std::uint32_t i = 0; i < (std::uint32_t{1} << step); ++i) cpu_relax();
    }
    std::uint32_t step_ = 0;
};

}  // namespace grainscope::platform
