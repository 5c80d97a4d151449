// The threads on which spawn_blocking runs what would keep an IO thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/threads.h>
#include <grainscope/runtime/state_recorder.h>

namespace grainscope::detail::async {

/// One call for a blocking thread. Its result lies in the derived class.
class BlockingJob {
  public:
    virtual ~BlockingJob() = default;

    /// Does the work and tells the task that waits, unless that has gone. Not after discard.
    void run() noexcept {
        std::uint32_t seen = queued;
        // Acquire and release, here and in abandon: whoever comes second sees what the first has done.
        if (!state_.compare_exchange_strong(seen, running, acq_rel, acquire)) return;
        call();
        if (state_.exchange(ended, acq_rel) == running) report();
    }
    /// The task waits no longer. Returns whether `report` will not be called any more: otherwise it is on its way.
    [[nodiscard]] bool abandon() noexcept { return state_.exchange(abandoned, acq_rel) != ended; }

  protected:
    virtual void call() noexcept = 0;
    virtual void report() noexcept = 0;

  private:
    static constexpr std::uint32_t queued = 0, running = 1, ended = 2, abandoned = 3;
    Atomic<std::uint32_t> state_{queued};
};

/// Threads that are started while jobs wait and fewer than `limit` run, and end after they were idle for `keep_idle`.
/// First come, first served. Every member may be called from any thread.
class BlockingPool {
  public:
    BlockingPool(std::size_t limit, std::chrono::milliseconds keep_idle);
    /// Forgets the jobs that wait and joins the threads.
    ~BlockingPool();

    /// Throws std::system_error if there is no thread and none can be started.
    void push(std::shared_ptr<BlockingJob> job);

    struct Telemetry {
        std::size_t threads = 0;
        std::size_t idle = 0;
        std::size_t queued = 0;
        std::size_t most_threads = 0;  ///< at once, so far
    };
    [[nodiscard]] Telemetry telemetry() const;
    [[nodiscard]] std::size_t limit() const noexcept { return seats_.size(); }

    /// The calling thread's seat in its pool; none if it is no blocking thread.
    [[nodiscard]] static std::optional<std::size_t> seat_of_this_thread() noexcept;

    /// What the thread on that seat does; seats are taken from the lowest on.
    struct Seat {
        StateRecorder recorder;
        Atomic<int> tid{0};
        Atomic<std::uint64_t> jobs{0};
        Atomic<std::uint64_t> ended_on_cpu_ns{0};  ///< of threads that sat here before
        platform::Thread thread;                   ///< under the mutex
        bool taken = false;                        ///< likewise
        bool over = false;                         ///< likewise: its thread is about to end, and can be joined
    };
    [[nodiscard]] Seat& seat(std::size_t index) noexcept { return *seats_[index]; }
    [[nodiscard]] const Seat& seat(std::size_t index) const noexcept { return *seats_[index]; }

  private:
    void start_thread();
    void work(Seat& seat);

    const std::chrono::milliseconds keep_idle_;
    std::vector<std::unique_ptr<Seat>> seats_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<BlockingJob>> jobs_;
    std::size_t threads_ = 0;
    std::size_t idle_ = 0;
    std::size_t most_threads_ = 0;
    bool stopping_ = false;
};

}  // namespace grainscope::detail::async
