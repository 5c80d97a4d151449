// The threads of a backend that keeps no books of its own: one row each, with the kernel's identifier.
#pragma once

#include <cstddef>
#include <memory>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/thread_times.h>
#include <grainscope/trace/subject.h>

namespace grainscope::backends {

/// Counters and states are unknown here; the kernel's times of a row's thread are all there is to see.
class ThreadRows final : public trace::Subject {
  public:
    explicit ThreadRows(std::size_t rows) : rows_(rows), tids_(std::make_unique<Atomic<int>[]>(rows)) {}

    /// The calling thread is the one that runs as `row` from now on. Wait-free.
    void enter(std::size_t row) noexcept {
        // Relaxed, here and below: the number stands for itself and orders nothing.
        if (row < rows_) tids_[row].store(platform::current_tid(), relaxed);
    }

    [[nodiscard]] std::size_t worker_count() const override { return rows_; }
    [[nodiscard]] trace::WorkerReading read_worker(std::size_t index, trace::Ticks) const override {
        trace::WorkerReading reading;
        reading.tid = tids_[index].load(relaxed);
        return reading;
    }

  private:
    std::size_t rows_;
    std::unique_ptr<Atomic<int>[]> tids_;
};

}  // namespace grainscope::backends
