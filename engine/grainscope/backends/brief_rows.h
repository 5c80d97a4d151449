// Rows for threads that come and go: each row is one thread at a time, and shows what that does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/thread_times.h>
#include <grainscope/runtime/state_recorder.h>
#include <grainscope/trace/subject.h>

namespace grainscope::backends {

class BriefRows final : public trace::Subject {
    struct Row {
        grainscope::detail::StateRecorder recorder;
        Atomic<int> tid{0};
        Atomic<std::uint64_t> threads{0};  ///< that sat here and have ended
        Atomic<std::uint64_t> ended_on_cpu_ns{0};
    };

  public:
    explicit BriefRows(std::size_t rows) : count_(rows), rows_(std::make_unique<Row[]>(rows)) {}

    /// The calling thread is that row's as long as the object lives, "busy" but for what it marks by blocked(). Nobody
    /// else is at the same time. A row beyond the last is none.
    class Seat {
      public:
        Seat(BriefRows& rows, std::size_t row) : row_(row < rows.count_ ? &rows.rows_[row] : nullptr) {
            if (row_ == nullptr) return;
            row_->tid.store(platform::current_tid(), relaxed);  // numbers for a collector, as all here
            row_->recorder.change(trace::State::busy);
            grainscope::detail::recorder_of_this_thread = &row_->recorder;
        }
        ~Seat() {
            if (row_ == nullptr) return;
            grainscope::detail::recorder_of_this_thread = nullptr;
            row_->recorder.change(trace::State::parked);
            row_->threads.store(row_->threads.load(relaxed) + 1, relaxed);
            // Gone first, added then: a reader in between misses it for a moment and never counts it twice.
            row_->tid.store(0, relaxed);
            row_->ended_on_cpu_ns.store(row_->ended_on_cpu_ns.load(relaxed) + platform::thread_cpu_ns(), relaxed);
        }
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;

      private:
        Row* row_;
    };

    [[nodiscard]] std::size_t worker_count() const override { return count_; }
    [[nodiscard]] trace::WorkerReading read_worker(std::size_t index, trace::Ticks now) const override {
        const Row& row = rows_[index];
        trace::WorkerReading reading{.tid = row.tid.load(relaxed)};
        reading.states = row.recorder.read(now);
        reading.ended = platform::ThreadTimes{.on_cpu_ns = row.ended_on_cpu_ns.load(relaxed), .runnable_ns = 0};
        reading.counters = trace::Counters{.jobs = row.threads.load(relaxed)};
        if (const trace::EventRing* ring = row.recorder.ring()) reading.dropped_events = ring->dropped();
        return reading;
    }
    void set_trace_level(trace::Level level) override {
        for (std::size_t i = 0; i < count_; ++i) rows_[i].recorder.set_level(level);
    }
    [[nodiscard]] trace::EventRing* ring(std::size_t index) override { return rows_[index].recorder.ring(); }

  private:
    std::size_t count_;
    std::unique_ptr<Row[]> rows_;
};

}  // namespace grainscope::backends
