// The same work on few and on many threads: what the other threads make it cost in CPU time.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <grainscope/study/statistics.h>
#include <grainscope/trace/analysis.h>
#include <grainscope/trace/recording.h>

namespace grainscope::study {

/// What the metadata and the last parameters of a recording say that it is of. What they do not say is empty.
struct RecordedRun {
    std::string workload;
    std::string backend;
    std::string parameters;  ///< JSON, the names in order, without threads and backend
    std::string seed;        ///< JSON
    std::string processor;   ///< JSON: the model and the cores
    std::optional<std::size_t> threads;
    std::optional<std::size_t> logical_cores;
    std::optional<std::size_t> physical_cores;
    std::optional<double> items;  ///< of one sample, from the result
};
[[nodiscard]] RecordedRun recorded_run(const trace::Recording& recording);

/// The measured ranges since the parameters last changed: all of them speak of one setting.
[[nodiscard]] std::vector<trace::TimeRange> ranges_of_last_setting(const trace::Recording& recording);

/// Whether it was made by a study of several settings, whose samples lie between one another.
[[nodiscard]] bool holds_several_settings(const trace::Recording& recording);

/// Why two recordings cannot be held against each other, in a few words ("it is of fib, not of quicksort"); none where
/// they are the same work on the same processor with different numbers of threads.
[[nodiscard]] std::optional<std::string> why_not_comparable(const trace::Recording& recording,
                                                            const trace::Recording& other);

/// CPU time in which workers were busy, for the same amount of work. Where nobody waits it is the same for any number
/// of threads; it grows where the cores slow one another down: they share a memory's bandwidth, a cache, lines that
/// several of them write, or a clock that falls when more of them work.
struct CostGrowth {
    std::size_t few = 1, many = 1;  ///< threads
    /// median(many) / median(few), at the least: what may have been search counts as search.
    double growth = 1;
    /// From the least to the most it may be, with the bootstrap's doubt about both; none with fewer than three samples
    /// on either side.
    std::optional<Interval> interval;
    double speedup = 1;        ///< of the elapsed time
    double cores_at_once = 0;  ///< that computed on average, at the least, where there were `many` threads
    /// The larger share of the workers' time, of the two recordings, in which others had their cores: threads that take
    /// turns on a core do not slow one another down, and other programs do.
    double without_core = 0;
    bool cores_suffice = false;  ///< `many` is known to be no more than the processor's physical cores
};

/// Between the recordings with the fewest and with the most threads. None if there are no two that can be compared, or
/// if either holds no sample whose CPU time is known.
[[nodiscard]] std::optional<CostGrowth> cost_growth(std::span<const trace::Recording* const> recordings);

}  // namespace grainscope::study
