// What a runtime is made of.
#pragma once

#include <memory>
#include <vector>

#include <grainscope/io/blocking_pool.h>
#include <grainscope/io/join_handle.h>
#include <grainscope/io/loop.h>
#include <grainscope/io/runtime.h>

namespace grainscope::detail::async {

/// An IO thread. `running` and `stopping` are its own.
struct IoSeat {
    void count_end() noexcept {
        // Only this thread writes it. Release pairs with the acquire in telemetry: it ended after it was spawned.
        ended.store(ended.load(relaxed) + 1, release);
    }

    std::unique_ptr<Loop> loop;
    std::shared_ptr<const PanicHandler> panic;
    RunningTasks running;
    bool stopping = false;
    Atomic<std::uint64_t> ended{0};  ///< how many tasks
    Atomic<int> tid{0};
    platform::Thread thread;
};

class RuntimeCore final : public trace::Subject {
  public:
    explicit RuntimeCore(grainscope::io::RuntimeOptions options);
    ~RuntimeCore() override;

    void start(Spawned& spawned) noexcept;

    [[nodiscard]] BlockingPool& blocking() noexcept { return blocking_; }
    [[nodiscard]] grainscope::io::RuntimeTelemetry telemetry() const;

    [[nodiscard]] std::size_t worker_count() const override { return seats_.size() + blocking_.limit(); }
    [[nodiscard]] trace::WorkerReading read_worker(std::size_t index, trace::Ticks now) const override;
    void set_trace_level(trace::Level level) override;
    [[nodiscard]] trace::EventRing* ring(std::size_t index) override;

  private:
    void stop() noexcept;

    const grainscope::io::RuntimeOptions options_;
    std::vector<std::unique_ptr<IoSeat>> seats_;
    BlockingPool blocking_;  ///< behind the loops: its threads end first, and may be about to leave a loop's post
    Atomic<std::uint64_t> spawned_{0};
};

}  // namespace grainscope::detail::async
