// A subject that does what a test tells it to.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <grainscope/trace/event_ring.h>
#include <grainscope/trace/subject.h>

namespace grainscope::trace::testing {

class FakeSubject final : public Subject {
  public:
    explicit FakeSubject(std::size_t workers, std::size_t ring_capacity = 1024) : rows_(workers) {
        for (Row& row : rows_) {
            row.ring = std::make_unique<EventRing>(ring_capacity);
            row.reading.counters.emplace();
            row.reading.states.emplace();
            row.reading.states->since = row.reading.states->drawn_since = platform::ticks();
        }
    }

    /// Changes what read_worker says.
    template <class Change>
    void change(std::size_t worker, Change&& change) {
        const std::scoped_lock lock(mutex_);
        change(rows_[worker].reading);
    }
    /// As its worker would: only one thread at a time for each worker.
    void push(std::size_t worker, const Event& event) { rows_[worker].ring->push(event); }

    [[nodiscard]] Level level() const {
        const std::scoped_lock lock(mutex_);
        return level_;
    }

    [[nodiscard]] std::size_t worker_count() const override { return rows_.size(); }
    [[nodiscard]] WorkerReading read_worker(std::size_t index, Ticks) const override {
        const std::scoped_lock lock(mutex_);
        WorkerReading reading = rows_[index].reading;
        reading.dropped_events = rows_[index].ring->dropped();
        return reading;
    }
    void set_trace_level(Level level) override {
        const std::scoped_lock lock(mutex_);
        level_ = level;
    }
    [[nodiscard]] EventRing* ring(std::size_t index) override { return rows_[index].ring.get(); }

  private:
    struct Row {
        WorkerReading reading;
        std::unique_ptr<EventRing> ring;
    };
    mutable std::mutex mutex_;
    Level level_ = Level::off;
    std::vector<Row> rows_;
};

}  // namespace grainscope::trace::testing
