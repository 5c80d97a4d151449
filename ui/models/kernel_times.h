// What the kernel said about a worker's thread between any two moments.
#pragma once

#include <optional>

#include <grainscope/trace/recording.h>

namespace grainscope::ui {

/// The times of a thread in [begin, end), straight lines drawn between samples. None where no sample reaches, or where
/// the kernel did not tell.
struct KernelTimes {
    std::optional<double> onCpu;        ///< nanoseconds on a core
    std::optional<double> descheduled;  ///< nanoseconds ready to run without a core
    double known = 0;                   ///< the part of [begin, end) that lies between samples, in nanoseconds
};
[[nodiscard]] KernelTimes kernelTimes(const trace::WorkerTrack& track, trace::Nanoseconds begin,
                                      trace::Nanoseconds end);

/// The samples around a stretch of time: the smallest one about which the kernel speaks exactly. Null where there are
/// none.
struct SampleHull {
    const trace::WorkerSample* first = nullptr;
    const trace::WorkerSample* last = nullptr;
    friend bool operator==(const SampleHull&, const SampleHull&) = default;
};
[[nodiscard]] SampleHull sampleHull(const trace::WorkerTrack& track, trace::Nanoseconds begin, trace::Nanoseconds end);

/// How much of `active` time a worker had no core, of the time that it was ready to run without one: woken from a wait,
/// it may be ready for long before it is active again.
[[nodiscard]] double withoutCore(double active, const std::optional<double>& onCpu, double descheduled);

/// How much of the busy time between two samples the worker had no core, 0 to 1; 0 where nobody knows.
[[nodiscard]] double descheduledPartOfBusy(const SampleHull& hull);

}  // namespace grainscope::ui
