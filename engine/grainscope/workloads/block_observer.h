// What watches the loops of the workloads: the cancellation token, the clock and the gate around every block, and who
// runs it, for the board.
#pragma once

#include <cstdint>
#include <utility>

#include <grainscope/backends/backend.h>
#include <grainscope/platform/clock.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// For the body of for_blocks and reduce_blocks:
///
///     const BlockObserver observer(context, backend);
///     backends::for_blocks(backend, n, grain, [&](std::size_t first, std::size_t last) {
///         observer.block([&] { ...; if (context.board != nullptr) publish(first, last, observer.owner()); });
///     });
///
/// Without a gate, three predictable branches a block.
class BlockObserver {
  public:
    /// Both must outlive the observer.
    BlockObserver(const RunContext& context, const backends::Backend& backend)
        : cancel_(context.cancel), gate_(context.gate), backend_(backend) {}

    /// Runs work(), then passes the gate. Throws Cancelled before it if the token was cancelled.
    template <class Work>
    void block(Work&& work) const {
        cancel_.throw_if_cancelled();
        const bool timed = gate_ != nullptr && gate_->wants_time();
        const platform::Ticks begun = timed ? platform::ticks() : 0;
        std::forward<Work>(work)();
        if (gate_ != nullptr) gate_->checkpoint(timed ? platform::ticks() - begun : 0, cancel_);
    }

    /// The calling thread as the board names it.
    [[nodiscard]] std::uint16_t owner() const noexcept { return static_cast<std::uint16_t>(backend_.worker_index()); }

  private:
    const CancellationToken& cancel_;
    Gate* gate_;
    const backends::Backend& backend_;
};

}  // namespace grainscope::workloads
