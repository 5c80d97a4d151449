// Which messages of a run are followed through its stages, and how their way gets into the recording.
#pragma once

#include <cstdint>
#include <utility>

#include <grainscope/platform/clock.h>
#include <grainscope/runtime/message_span.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/workload.h>

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

/// Does the work of one stage on a message (which has an `id`, and says whether it is `followed`), and passes the gate.
/// Throws Cancelled before it if the run was cancelled.
template <class Message, class Work>
void work_at_stage(std::size_t stage, const Message& message, const RunContext& context, Work&& work) {
    context.cancel.throw_if_cancelled();
    const bool timed = message.followed || (context.gate != nullptr && context.gate->wants_time());
    const platform::Ticks begin = timed ? platform::ticks() : 0;
    std::forward<Work>(work)();
    if (context.gate != nullptr) context.gate->checkpoint(timed ? platform::ticks() - begin : 0, context.cancel);
    // Behind the gate: in slow motion the message is at this stage for as long as the eye sees it there.
    if (message.followed) record_message(message.id, static_cast<std::uint32_t>(stage), begin, platform::ticks());
}

}  // namespace grainscope::workloads
