// The fork-join tree of a recording of tasks, and its work and span.
#pragma once

#include <optional>

#include <grainscope/trace/analysis.h>
#include <grainscope/trace/recording.h>

namespace grainscope::trace {

/// What one fork costs a parallel program at the worst: the path of work that migrates to another core, caches and all.
/// The 15,000 cycles of He, Leiserson, Leiserson (SPAA 2010) on a processor of 3 GHz.
inline constexpr Nanoseconds fork_burden_ns = 5'000;

struct WorkAndSpan {
    Nanoseconds work = 0;           ///< time of all tasks by themselves: what one worker would take
    Nanoseconds span = 0;           ///< the longest path of dependencies: what no number of workers gets below
    Nanoseconds burdened_span = 0;  ///< the longest path with fork_burden_ns at every fork on it
    bool operator==(const WorkAndSpan&) const = default;
};

/// The tasks that began in the range, as one program. None if there are none, if events were dropped in the range, or
/// if the tree has a hole (a task whose parent was not recorded).
///
/// A task's own time is its span without the joins it waited in, without the tasks that ran inside it, and without the
/// time its worker searched, parked or was blocked. The halves of a join are one after the other in their parent's time
/// but parallel to each other: they count as the longer of the two. A spawned task is parallel to what its parent does
/// from the first later fork on (the moment of a spawn is not stamped), so that the span is never too short.
[[nodiscard]] std::optional<WorkAndSpan> work_and_span(const Recording& recording, TimeRange range);

}  // namespace grainscope::trace
