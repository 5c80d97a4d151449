// What a recording says in numbers: the same for the command line and the window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <grainscope/trace/recording.h>

namespace grainscope::trace {

/// [begin, end)
struct TimeRange {
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    bool operator==(const TimeRange&) const = default;
};

/// Time in which workers did nothing useful, by reason; a reason that the recording cannot tell is none. Descheduled
/// lies inside busy: the program meant to run and the kernel had no core for it.
struct IdleTimes {
    std::optional<Nanoseconds> searching;
    std::optional<Nanoseconds> parked;
    std::optional<Nanoseconds> blocked;  ///< on a channel, a lock or IO
    std::optional<Nanoseconds> descheduled;
};

/// IdleTimes::blocked by what was waited for.
struct BlockedTimes {
    std::optional<Nanoseconds> channel;
    std::optional<Nanoseconds> lock;
    std::optional<Nanoseconds> io;
};

/// Sums over all workers and all of the ranges that were asked for.
struct Analysis {
    bool complete = false;        ///< Recording::complete
    Nanoseconds elapsed = 0;      ///< the length of the ranges, as far as recorded
    std::size_t ranges = 0;       ///< how many of them have any length
    Nanoseconds worker_time = 0;  ///< elapsed for each worker that was sampled: what busy and idle are parts of
    std::optional<Nanoseconds> busy;
    std::optional<double> utilisation;  ///< busy / worker_time
    IdleTimes idle;
    BlockedTimes blocked;
    std::optional<Nanoseconds> on_cpu;  ///< from the kernel, whatever the worker did
    /// Inside busy, at the least (a search on a core counts as busy): neither on a core nor ready for one. The worker
    /// slept in a call that waits and is not marked as blocked. None without states or without the kernel's times.
    std::optional<Nanoseconds> asleep_while_busy;
    std::optional<std::uint64_t> steals;
    std::uint64_t dropped_events = 0;
    // From the fork-join tree; none unless tasks were recorded, all of them, and nothing was dropped.
    std::optional<Nanoseconds> work;
    std::optional<Nanoseconds> span;
    std::optional<Nanoseconds> burdened_span;
    std::optional<double> parallelism;  ///< work / span
};

/// The parts of a recording that count: its samples, without discarded ones and without pauses inside them, the last
/// one up to the recording's end if it is still open. A recording without any phase counts as a whole.
[[nodiscard]] std::vector<TimeRange> measured_ranges(const Recording& recording);

/// Over measured_ranges.
[[nodiscard]] Analysis analyze(const Recording& recording);
/// Over one range, for example a selection.
[[nodiscard]] Analysis analyze(const Recording& recording, TimeRange range);
[[nodiscard]] Analysis analyze(const Recording& recording, std::span<const TimeRange> ranges);
/// The same without the fork-join tree, whose fields stay none: O(ranges workers log samples), however many tasks there
/// are.
[[nodiscard]] Analysis analyze_times(const Recording& recording, std::span<const TimeRange> ranges);

/// How much of each of `buckets` equal parts of the range the worker was busy, 0 to 1. From the spans where they are
/// finer than the samples, else from the samples (the kernel's on-CPU and waiting time for a backend without states).
/// O(buckets log samples + spans in a short range). Empty if there is no such worker or no bucket.
[[nodiscard]] std::vector<float> busy_fraction(const Recording& recording, std::size_t worker, TimeRange range,
                                               std::size_t buckets);

/// The spans of one worker that overlap the range, found by binary search.
[[nodiscard]] std::span<const StateSpan> states_in(const WorkerTrack& track, TimeRange range);
/// The steals of one worker in the range, found by binary search.
[[nodiscard]] std::span<const StealMark> steals_in(const WorkerTrack& track, TimeRange range);

/// The span that was still open at the worker's last sample, up to that sample. None if it has no length.
[[nodiscard]] std::optional<StateSpan> open_span(const WorkerTrack& track);

}  // namespace grainscope::trace
