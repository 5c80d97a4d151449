// Spans of the two halves of a join, for recordings of tasks. Neighbours share a stamp: three readings of the clock a
// join.
#pragma once

#include <cstdint>
#include <utility>

#include <grainscope/platform/clock.h>
#include <grainscope/runtime/worker.h>
#include <grainscope/trace/event.h>

namespace grainscope::detail {

/// One task's span, written when it ends. A task that forks nothing is a leaf.
class TaskSpan {
  public:
    TaskSpan(Worker& worker, std::uint64_t id, std::uint64_t parent, std::uint16_t flags, std::uint32_t victim,
             platform::Ticks begin) noexcept
        : worker_(worker), forks_before_(worker.recorded_forks), task_before_(std::exchange(worker.current_task, id)) {
        event_ = {.begin = begin,
                  .id = id,
                  .parent = parent,
                  .victim = victim,
                  .flags = flags,
                  .kind = trace::EventKind::task};
    }
    TaskSpan(const TaskSpan&) = delete;
    TaskSpan& operator=(const TaskSpan&) = delete;
    ~TaskSpan() { end(platform::ticks()); }

    [[nodiscard]] platform::Ticks ended_at() const noexcept { return event_.end; }

    void end(platform::Ticks now) noexcept {
        if (std::exchange(ended_, true)) return;
        event_.end = now;
        if (worker_.recorded_forks == forks_before_) event_.flags |= trace::task_is_leaf;
        worker_.current_task = task_before_;
        worker_.recorder().record(event_);
    }

  private:
    Worker& worker_;
    std::uint64_t forks_before_;
    std::uint64_t task_before_;
    trace::Event event_;
    bool ended_ = false;
};

/// One join of a recorded worker: who forks, and the names of both halves.
struct ForkRecord {
    explicit ForkRecord(Worker& worker) noexcept
        : forker(worker),
          parent(worker.current_task),
          left(worker.new_task_id()),
          right(worker.new_task_id()),
          boundary(platform::ticks()) {
        ++worker.recorded_forks;
    }
    Worker& forker;
    const std::uint64_t parent, left, right;
    platform::Ticks boundary;  ///< the moment between two neighbouring spans
};

class LeftSpan {
  public:
    explicit LeftSpan(ForkRecord& fork) noexcept
        : fork_(fork), span_(fork.forker, fork.left, fork.parent, 0, 0, fork.boundary) {}
    LeftSpan(const LeftSpan&) = delete;
    LeftSpan& operator=(const LeftSpan&) = delete;
    ~LeftSpan() {
        const platform::Ticks now = platform::ticks();
        span_.end(now);
        fork_.boundary = now;
    }

  private:
    ForkRecord& fork_;
    TaskSpan span_;
};

/// On the forking worker it begins where the left half ended; on a thief, now.
class RightSpan {
  public:
    RightSpan(const ForkRecord& fork, Worker& runner) noexcept
        : span_(runner, fork.right, fork.parent, flags(fork, runner), static_cast<std::uint32_t>(fork.forker.index()),
                &runner == &fork.forker ? fork.boundary : platform::ticks()) {}

  private:
    static std::uint16_t flags(const ForkRecord& fork, const Worker& runner) noexcept {
        return trace::task_is_right | (&runner == &fork.forker ? 0 : trace::task_is_stolen);
    }

    TaskSpan span_;
};

}  // namespace grainscope::detail
