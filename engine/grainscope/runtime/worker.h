// A worker: one thread of a pool, its lanes, and what it does while it waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/job.h>
#include <grainscope/runtime/lane.h>
#include <grainscope/runtime/splitting_log.h>
#include <grainscope/runtime/state_recorder.h>

namespace grainscope::detail {

class Registry;

/// Something a worker waits for: a question that stays true once it is.
class Condition {
  public:
    template <class Latch>
    explicit Condition(const Latch& latch) noexcept
        : latch_(&latch), probe_([](const void* l) { return static_cast<const Latch*>(l)->is_set(); }) {}
    [[nodiscard]] bool is_set() const { return probe_(latch_); }

  private:
    const void* latch_;
    bool (*probe_)(const void*);
};

class Worker {
  public:
    Worker(Registry& registry, std::size_t index);
    ~Worker();

    /// The worker that the calling thread is, or null.
    [[nodiscard]] static Worker* current() noexcept {
        Lane* lane = Lane::current();
        return lane == nullptr ? nullptr : &lane->worker();
    }

    [[nodiscard]] Registry& registry() const noexcept { return *registry_; }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    [[nodiscard]] Lane& lane() const noexcept { return *lane_; }
    [[nodiscard]] StateRecorder& recorder() noexcept { return recorder_; }
    [[nodiscard]] const StateRecorder& recorder() const noexcept { return recorder_; }

    /// The thread's whole life.
    void run();

    /// Makes a job stealable, growing the deque if need be.
    void push(Job& job) { lane_->push(job); }

    /// Runs other jobs until the condition holds: its own first, then its mailbox, then what it can steal or what was
    /// injected; parks when there is nothing. Inside an isolated region it takes only that region's work.
    template <class Latch>
    void wait_until(const Latch& latch) {
        if (!latch.is_set()) wait_until_slow(Condition(latch));
    }

    /// Wakes this worker if it is parked. Called by whoever has just set a latch this worker may be waiting for, with a
    /// sequentially consistent store: pairs with the last look in park.
    void wake_for_latch() noexcept;

    /// Runs one job if there is one: a local one, or any.
    bool run_one(bool local_only);
    [[nodiscard]] bool has_local_jobs() const noexcept { return !lane_->deque().looks_empty(); }

    /// Enters a region: from here on this thread pushes to a lane of that region. leave_region hands what is left there
    /// (a detached spawn) to the outer lane.
    Lane& enter_region(const Region* region);
    void leave_region(Lane& outer);

    // -- telemetry --------------------------------------------------------------------------------------------------

    [[nodiscard]] trace::Counters counters() const noexcept;
    [[nodiscard]] int tid() const noexcept { return tid_.load(relaxed); }  // a number that stands for itself
    [[nodiscard]] const Lane* first_lane() const noexcept { return lanes_.load(acquire); }  // pairs with add_lane
    [[nodiscard]] Lane* first_lane() noexcept { return lanes_.load(acquire); }              // likewise

    /// What the pipelines that ended on this worker tell.
    [[nodiscard]] SplittingLog& splitting_log() noexcept { return splitting_log_; }
    [[nodiscard]] const SplittingLog& splitting_log() const noexcept { return splitting_log_; }
    /// How many pipelines' pieces this thread is inside of, one in another; 0 in a job that was found elsewhere.
    std::size_t pipelines = 0;

    // -- what a recording of tasks needs (README.md, "Tasks") ---------------------------------------------------------

    [[nodiscard]] bool records_tasks() const noexcept { return records_tasks_; }
    [[nodiscard]] std::uint64_t new_task_id() noexcept { return (std::uint64_t{index_} + 1) << 40 | ++last_task_; }
    std::uint64_t current_task = 0;
    std::uint64_t recorded_forks = 0;
    std::size_t steal_depth = 0;

  private:
    /// A count that its worker alone writes and anybody reads: relaxed, it stands for itself.
    class OwnedCount {
      public:
        void increment() noexcept { value_.store(value_.load(relaxed) + 1, relaxed); }
        [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(relaxed); }

      private:
        Atomic<std::uint64_t> value_{0};
    };

    struct Found {
        Job* job = nullptr;
        Worker* origin = nullptr;
        const Region* region = nullptr;  ///< the isolated region the job belongs to
        bool injected = false;
    };

    void wait_until_slow(Condition condition);
    void run_found(const Found& found);
    void refresh_recording();
    [[nodiscard]] Found take_local();
    [[nodiscard]] Found take_mail();
    [[nodiscard]] Found take_elsewhere();
    [[nodiscard]] Found steal_from(Worker& victim);
    [[nodiscard]] Found search(const Condition& condition);
    [[nodiscard]] bool sees_work() const noexcept;
    [[nodiscard]] bool is_restricted() const noexcept;
    Lane& add_lane();
    [[nodiscard]] std::uint32_t random() noexcept;

    Registry* registry_;
    std::size_t index_;
    Lane* lane_ = nullptr;          ///< where this thread pushes now
    Atomic<Lane*> lanes_{nullptr};  ///< all that ever were, newest first
    std::vector<std::unique_ptr<Lane>> owned_lanes_;
    Lane* idle_lanes_ = nullptr;
    std::uint32_t random_state_;
    std::uint64_t last_task_ = 0;
    bool records_tasks_ = false;
    StateRecorder recorder_;
    Atomic<int> tid_{0};
    OwnedCount steals_;
    OwnedCount failed_steals_;
    OwnedCount parks_;
    OwnedCount wakes_;
    OwnedCount injected_;
    SplittingLog splitting_log_;
};

}  // namespace grainscope::detail
