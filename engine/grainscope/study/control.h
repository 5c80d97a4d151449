// What is asked of a measurement while it goes on: by a window, a script, or Ctrl+C.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/runtime/cancellation.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::study {

/// A parameter's new value; `name` may also be "threads" or "backend".
struct Change {
    std::string name;
    workloads::Value value;
};

/// The error is one line that names what would be right.
[[nodiscard]] std::expected<Change, std::string> parse_change(const workloads::Description& description,
                                                              std::string_view name, std::string_view text);

/// Why a measurement ended before its plan was done.
enum class End : std::uint8_t {
    none,
    stopped,      ///< asked to, or nobody is there to see it
    interrupted,  ///< Ctrl+C
};

/// Requests arrive from any thread; the one thread that measures takes them between repetitions. A request that
/// concerns the repetition in progress reaches it at once: its token is cancelled, or its gate closed.
class Control {
  public:
    // -- asking, from any thread
    // ------------------------------------------------------------------------------------------
    /// Cancels the repetition in progress; the next one starts with the new value.
    void set(Change change);
    void pause();
    void resume();
    /// One more task ends, then all pause again; a run that was not paused pauses after that task.
    void step();
    /// Ends the measurement with what it has; the first reason stands.
    void end(End reason);

    // -- the measuring thread
    // ---------------------------------------------------------------------------------------------
    [[nodiscard]] End ended() const;
    [[nodiscard]] bool has_changes() const;
    [[nodiscard]] std::vector<Change> take_changes();
    /// Waits while paused; returns for a step, a change, an end, or when resumed.
    void wait_to_proceed();
    /// Waits until the deadline (steady clock), a change or an end.
    void wait_until(std::chrono::steady_clock::time_point deadline);

    [[nodiscard]] workloads::Gate& gate() { return gate_; }
    /// The token of the next repetition; already cancelled if something has been asked for meanwhile.
    [[nodiscard]] CancellationToken begin_repetition();
    /// Whether the repetition was paused at any time: then it is no sample.
    [[nodiscard]] bool end_repetition();

    /// Told true when a pause takes hold, inside a repetition or between two, and false when it ends there: one that
    /// lasts from one place to the other is told twice. Set before any thread asks.
    std::function<void(bool)> on_pause;

  private:
    void cancel_current();
    void mark_pause(bool paused);

    workloads::Gate gate_;
    mutable std::mutex mutex_;
    std::condition_variable asked_;
    // Guarded by mutex_:
    std::vector<Change> changes_;
    End end_ = End::none;
    bool paused_ = false;
    bool step_pending_ = false;         ///< a step that the next repetition shall begin with
    std::uint64_t steps_at_begin_ = 0;  ///< all that the gate was given until the repetition ended
    bool in_repetition_ = false;
    bool was_paused_ = false;
    CancellationToken token_;
};

}  // namespace grainscope::study
