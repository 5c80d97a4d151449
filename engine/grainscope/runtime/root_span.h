// The span of a task that no join forked: one that entered the pool, or was spawned.
#pragma once

#include <cstdint>
#include <optional>

#include <grainscope/runtime/task_span.h>
#include <grainscope/runtime/worker.h>

namespace grainscope::detail {

/// Who spawned a task, remembered with the job. Costs nothing while tasks are not recorded.
struct SpawnRecord {
    std::uint64_t id = 0;  ///< 0: no recording worker has spawned it
    std::uint64_t parent = 0;
    std::uint32_t spawner = 0;

    /// As the calling thread would have it remembered.
    [[nodiscard]] static SpawnRecord here() noexcept {
        Worker* const worker = Worker::current();
        if (worker == nullptr || !worker->records_tasks()) return {};
        ++worker->recorded_forks;
        return {worker->new_task_id(), worker->current_task, static_cast<std::uint32_t>(worker->index())};
    }
};

class RootSpan {
  public:
    explicit RootSpan(Worker& runner, const SpawnRecord& spawned = {}) noexcept {
        if (!runner.records_tasks()) return;
        std::uint16_t flags = trace::task_is_spawned | trace::task_is_right;
        if (spawned.id != 0 && spawned.spawner != runner.index()) flags |= trace::task_is_stolen;
        span_.emplace(runner, spawned.id != 0 ? spawned.id : runner.new_task_id(), spawned.parent, flags,
                      spawned.spawner, platform::ticks());
    }

  private:
    std::optional<TaskSpan> span_;
};

}  // namespace grainscope::detail
