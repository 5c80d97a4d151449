// Which messages of a run are followed through its stages.
#pragma once

#include <grainscope/platform/clock.h>
#include <grainscope/workloads/gate.h>

namespace grainscope::workloads {

/// A source's choice: all messages while somebody looks closely (slow motion, a pause), else about a thousand a second.
class Follower {
  public:
    explicit Follower(const Gate* gate) : gate_(gate) {}

    [[nodiscard]] bool wants_next() {
        const platform::Ticks now = platform::ticks();
        const bool looked_at = gate_ != nullptr && gate_->is_asked();
        if (!looked_at && now - last_ < interval_) return false;
        last_ = now;
        return true;
    }

  private:
    const Gate* gate_;
    const platform::Ticks interval_ = static_cast<platform::Ticks>(1e6 * platform::ticks_per_ns());
    platform::Ticks last_ = 0;
};

}  // namespace grainscope::workloads
