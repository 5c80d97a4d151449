// What a runtime is made of.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include <grainscope/io/blocking_pool.h>
#include <grainscope/io/join_handle.h>
#include <grainscope/io/loop.h>
#include <grainscope/io/runtime.h>

namespace grainscope::detail::async {

class RuntimeCore final : public trace::Subject {
  public:
    explicit RuntimeCore(grainscope::io::RuntimeOptions options);
    ~RuntimeCore() override;

    void start(std::shared_ptr<Spawned> spawned);
    void count_end() noexcept { ended_.fetch_add(1, relaxed); }  // a number that stands for itself
    /// On the spawned task's loop: it has ended.
    void forget(Loop& loop, std::shared_ptr<Spawned> spawned);

    [[nodiscard]] BlockingPool& blocking() noexcept { return blocking_; }
    [[nodiscard]] grainscope::io::RuntimeTelemetry telemetry() const;

    [[nodiscard]] std::size_t worker_count() const override { return seats_.size() + blocking_.limit(); }
    [[nodiscard]] trace::WorkerReading read_worker(std::size_t index, trace::Ticks now) const override;
    void set_trace_level(trace::Level level) override;
    [[nodiscard]] trace::EventRing* ring(std::size_t index) override;

  private:
    /// An IO thread. `running` and `stopping` are its own.
    struct Seat {
        std::unique_ptr<Loop> loop;
        std::set<std::shared_ptr<Spawned>> running;
        bool stopping = false;
        Atomic<int> tid{0};
        platform::Thread thread;
    };
    [[nodiscard]] Seat& seat_of(const Loop& loop) noexcept;
    void stop() noexcept;

    const grainscope::io::RuntimeOptions options_;
    const std::shared_ptr<const PanicHandler> panic_;
    std::vector<std::unique_ptr<Seat>> seats_;
    BlockingPool blocking_;  ///< behind the loops: its threads end first, and may be about to leave a loop's post
    Atomic<std::uint64_t> spawned_{0};
    Atomic<std::uint64_t> ended_{0};
};

}  // namespace grainscope::detail::async
