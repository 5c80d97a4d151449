// What an advice rests on, before anybody judges it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <grainscope/study/advice.h>
#include <grainscope/study/cost_growth.h>
#include <grainscope/trace/analysis.h>

namespace grainscope::study::detail {

/// Shares of the workers' measured time.
struct Shares {
    double computing = 0;  ///< on a core, or ready for one
    double io = 0;         ///< marked as waiting for IO
    double asleep = 0;     ///< called busy, but sleeping in the kernel
    double channel = 0, lock = 0;
    double searching = 0, parked = 0;
    double descheduled = 0;
    [[nodiscard]] double waiting_for_io() const { return io + asleep; }
    [[nodiscard]] double active() const { return computing + waiting_for_io(); }
    [[nodiscard]] double blocked() const { return channel + lock; }
    [[nodiscard]] double starved() const { return searching + parked; }
};

struct Known {
    trace::Analysis times;
    Shares shares;
    RecordedRun run;
    double workers = 0;         ///< on average
    double active_workers = 0;  ///< of them computing or waiting for IO, on average
    /// Cores that computed for the workers, on average and at the least.
    double computing_cores = 0;
    std::optional<CostGrowth> cost;
};

/// Whether the recording tells what workers did, and what the kernel knows of their threads.
inline bool tells_states(const trace::Analysis& times) { return times.idle.searching.has_value(); }
inline bool tells_kernel_times(const trace::Analysis& times) { return times.on_cpu.has_value(); }

/// What a recording says, and what `others` add to it: those that can be compared with it.
[[nodiscard]] Known known_of(const trace::Recording& recording, std::span<const trace::Recording* const> others);

/// All of it that is known, by name.
[[nodiscard]] std::vector<Evidence> evidence_of(const Known& known);

}  // namespace grainscope::study::detail
