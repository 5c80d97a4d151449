// What a worker records, as it stands in its ring.
#pragma once

#include <cstdint>

#include <grainscope/platform/clock.h>

namespace grainscope::trace {

using platform::Ticks;

/// What a worker is doing. "Descheduled" is no state of the program: the kernel's times tell it
/// (ThreadTimes::runnable_ns).
enum class State : std::uint8_t { busy, searching, parked, blocked_channel, blocked_lock, blocked_io };
inline constexpr int state_count = 6;

/// How much is recorded. off: counters only; states: a span per state and a mark per steal; tasks: also a span per
/// task.
enum class Level : std::uint8_t { off, states, tasks };

enum class EventKind : std::uint8_t {
    state,  ///< [begin, end) in State(detail)
    steal,  ///< at begin == end, this worker stole from worker `victim` (the stolen task's own span says which it was)
    task,   ///< [begin, end) ran task `id`, a child of task `parent`
    message,  ///< [begin, end) worked on message `id` at stage `victim` of the run's diagram
};

/// Flags of a task event.
enum TaskFlags : std::uint16_t {
    task_is_leaf = 1,     ///< it forked nothing
    task_is_right = 2,    ///< the second half of a join (the stealable one), or a spawned task
    task_is_stolen = 4,   ///< it ran on another worker than the one that forked it (`victim`)
    task_is_spawned = 8,  ///< by scope or spawn rather than join
};

/// One packed record. Task ids are unique in a pool: (worker + 1) << 40 | sequence; 0 is the root.
struct Event {
    Ticks begin = 0;
    Ticks end = 0;
    std::uint64_t id = 0;
    std::uint64_t parent = 0;
    std::uint32_t victim = 0;
    std::uint16_t flags = 0;
    EventKind kind = EventKind::state;
    std::uint8_t detail = 0;
};
static_assert(sizeof(Event) == 40);

/// A state change shorter than this is no span of its own: a failed search of a few microseconds would flood the ring.
inline constexpr std::uint64_t shortest_search_span_ns = 20'000;

}  // namespace grainscope::trace
