// How a thread waits for another one that is in the middle of a step: a few pauses first, then the core itself.
#pragma once

#include <grainscope/platform/parking.h>

namespace grainscope::detail {

/// Waits a little longer each time it is asked. crossbeam-utils, `Backoff`.
class Backoff {
  public:
    /// After a lost race: somebody else got on, so the next try comes soon.
    void spin() noexcept {
        for (unsigned i = 0; i < (1U << (step_ < spin_limit ? step_ : spin_limit)); ++i) platform::cpu_relax();
        ++step_;
    }
    /// While another thread must finish its step first: it may have no core, so that later ones offer this one.
    void snooze() noexcept {
        if (step_ <= spin_limit) return spin();
        platform::yield_thread();
    }

  private:
    static constexpr unsigned spin_limit = 6;
    unsigned step_ = 0;
};

/// Before a queue is found empty or full for good: a few pauses, 100 to 225 ns. Who empties a queue as fast
/// as another fills it would else take every element's cache line away the moment it is written; so they come in
/// bursts, and two threads get three times as many through (README.md).
inline void let_others_get_on() noexcept {
    for (int i = 0; i < 4; ++i) platform::cpu_relax();
}

}  // namespace grainscope::detail
