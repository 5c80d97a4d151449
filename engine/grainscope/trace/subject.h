// What a collector may ask of the thing it watches: the workers of a pool, or the threads of another backend.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <grainscope/platform/thread_times.h>
#include <grainscope/trace/event.h>

namespace grainscope::trace {

class EventRing;

/// Exact counts since the worker began; none of them ever falls.
struct Counters {
    std::uint64_t jobs = 0;           ///< tasks run: pops + steals + injected
    std::uint64_t pops = 0;           ///< own tasks taken back
    std::uint64_t steals = 0;         ///< tasks won from another worker
    std::uint64_t failed_steals = 0;  ///< tries that came back with nothing (sweeps over all victims count one)
    std::uint64_t parks = 0;
    std::uint64_t wakes = 0;
    std::uint64_t injected = 0;  ///< tasks taken from the pool's entrance
    std::uint64_t splits = 0;    ///< adaptive splits of parallel iterators
};

/// One consistent reading of a worker's states.
struct StateReading {
    State state = State::parked;             ///< what it does now
    Ticks since = 0;                         ///< since when
    Ticks drawn_since = 0;                   ///< begin of the span that is still open in the recording
    State drawn_state = State::parked;       ///< its state (a short search does not close a span)
    std::array<Ticks, state_count> total{};  ///< ticks in each state, the open one up to `now` included
};

struct WorkerReading {
    int tid = 0;                         ///< the kernel's thread id, 0 before the thread has started
    std::optional<Counters> counters;    ///< none where a backend has none
    std::optional<StateReading> states;  ///< likewise
    std::uint64_t dropped_events = 0;    ///< events that a full ring did not take
    /// Where a worker is a thread of its own each time: what those that have ended took, the one that is `tid` now not
    /// included. None where it is one thread for good.
    std::optional<platform::ThreadTimes> ended;
};

/// Implemented by ThreadPool's registry and by the other backends. Every function may be called from any thread at any
/// time while the subject lives.
class Subject {
  public:
    virtual ~Subject() = default;
    [[nodiscard]] virtual std::size_t worker_count() const = 0;
    [[nodiscard]] virtual WorkerReading read_worker(std::size_t index, Ticks now) const = 0;

    /// Turns recording on or off. Rings exist from the first call that asks for more than Level::off.
    virtual void set_trace_level(Level) {}
    /// The ring that worker writes to, or null if there is none. Its consumer side belongs to the one collector.
    [[nodiscard]] virtual EventRing* ring(std::size_t) { return nullptr; }
};

}  // namespace grainscope::trace
