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

/// The times of the samples around [begin, end): the smallest stretch about which the kernel speaks exactly. Empty
/// (equal ends) where there are no two samples.
struct SampleHull {
    trace::Nanoseconds begin = 0, end = 0;
    friend bool operator==(const SampleHull&, const SampleHull&) = default;
};
[[nodiscard]] SampleHull sampleHull(const trace::WorkerTrack& track, trace::Nanoseconds begin, trace::Nanoseconds end);

}  // namespace grainscope::ui
