// The threads of a backend that keeps no books of its own: one row each, with the kernel's identifier.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/thread_times.h>
#include <grainscope/trace/subject.h>

namespace grainscope::backends {

/// Counters and states are unknown here; the kernel's times of a row's thread are all there is to see.
class ThreadRows final : public trace::Subject {
  public:
    /// first_brief_row: rows from here on are a new thread each time, which calls leave; all others keep theirs.
    explicit ThreadRows(std::size_t rows, std::size_t first_brief_row = SIZE_MAX)
        : rows_(rows),
          first_brief_row_(first_brief_row),
          tids_(std::make_unique<Atomic<int>[]>(rows)),
          ended_on_cpu_ns_(std::make_unique<Atomic<std::uint64_t>[]>(rows)),
          ended_runnable_ns_(std::make_unique<Atomic<std::uint64_t>[]>(rows)) {
        // Row 0 is the thread that builds the backend and calls run; its past is no work of the row's.
        enter(0);
    }

    /// The calling thread is the one that runs as `row` from now on. Wait-free.
    void enter(std::size_t row) noexcept {
        // Relaxed, here and below: the number stands for itself and orders nothing.
        if (row < rows_) tids_[row].store(platform::current_tid(), relaxed);
    }

    /// The calling thread, which ran as `row`, is about to end: what it took is kept. The row's threads follow one
    /// another.
    void leave(std::size_t row) noexcept {
        if (row >= rows_) return;
        const auto times = platform::ThreadTimesReader(platform::current_tid()).read();
        // Gone first, added then: a reader in between misses it for a moment and never counts it twice.
        tids_[row].store(0, relaxed);
        // Not the on-CPU time of schedstat, which lags behind by up to a tick: a brief thread's would often be 0.
        ended_on_cpu_ns_[row].fetch_add(platform::thread_cpu_ns(), relaxed);
        if (times) ended_runnable_ns_[row].fetch_add(times->runnable_ns, relaxed);
    }

    [[nodiscard]] std::size_t worker_count() const override { return rows_; }
    [[nodiscard]] trace::WorkerReading read_worker(std::size_t index, trace::Ticks) const override {
        trace::WorkerReading reading;
        reading.tid = tids_[index].load(relaxed);
        if (index >= first_brief_row_) {
            reading.ended = platform::ThreadTimes{.on_cpu_ns = ended_on_cpu_ns_[index].load(relaxed),
                                                  .runnable_ns = ended_runnable_ns_[index].load(relaxed)};
        }
        return reading;
    }

  private:
    std::size_t rows_;
    std::size_t first_brief_row_;
    std::unique_ptr<Atomic<int>[]> tids_;
    std::unique_ptr<Atomic<std::uint64_t>[]> ended_on_cpu_ns_;
    std::unique_ptr<Atomic<std::uint64_t>[]> ended_runnable_ns_;
};

}  // namespace grainscope::backends
