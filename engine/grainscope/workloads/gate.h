// Where a demonstration is slowed down, paused and stepped.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/clock.h>
#include <grainscope/runtime/cancellation.h>

namespace grainscope::workloads {

/// Every task of a run passes the gate when it ends. While nothing is asked of it, that is one relaxed load. All
/// functions may be called from any thread. Nobody spins: who waits sleeps in the kernel, and pause, resume, step,
/// set_slow and wake take effect at once.
///
/// To cancel a run that may be waiting here: cancel its token, then call wake().
class Gate {
  public:
    Gate() = default;
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    /// Every task that ends from now on waits here.
    void pause();
    /// All go on.
    void resume();
    /// Exactly one more task passes (each call adds one); pauses if it was not paused.
    void step();
    /// Each task takes `factor` times its own time; 1 (or less) is full speed. Such a run is no sample.
    void set_slow(double factor);
    /// Whoever waits looks at its cancellation token again.
    void wake();

    [[nodiscard]] bool is_paused() const;
    /// Steps that no task has used yet.
    [[nodiscard]] std::uint64_t steps_left() const;
    [[nodiscard]] double slow_factor() const;

    /// Whether a task must measure its own time for `checkpoint`: only while slowed down. One relaxed load.
    [[nodiscard]] bool wants_time() const noexcept { return (asked_.load(relaxed) & asked_slow) != 0; }

    /// Whether it is asked for anything now: whoever has no tasks to pass it with may ask before. One relaxed load.
    [[nodiscard]] bool is_asked() const noexcept { return asked_.load(relaxed) != 0; }

    /// Called by the worker that has just ended a task, which took `ticks` (0 if it did not measure). Returns early
    /// when `cancel` was cancelled.
    void checkpoint(platform::Ticks ticks, const CancellationToken& cancel) {
        // Relaxed: a hint to look under the mutex, where everything that counts is ordered. A task that misses a
        // request made this very moment meets it at its next checkpoint.
        if (asked_.load(relaxed) != 0) [[unlikely]]
            wait_as_asked(ticks, cancel);
    }

  private:
    static constexpr std::uint32_t asked_pause = 1;
    static constexpr std::uint32_t asked_slow = 2;

    void wait_as_asked(platform::Ticks ticks, const CancellationToken& cancel);
    void publish_asked();

    Atomic<std::uint32_t> asked_{0};
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_:
    bool paused_ = false;
    std::uint64_t steps_ = 0;  // tasks that may still pass while paused
    double slow_ = 1;
    std::uint64_t slow_epoch_ = 0;  // grows with every set_slow: a wait for an old factor ends
};

}  // namespace grainscope::workloads
