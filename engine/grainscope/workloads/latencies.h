// How long the items of a run took, each by itself.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// Their median, 99th percentile (both by nearest rank) and maximum; nothing of no items. `what` begins the labels:
/// "Latency", and `name` the names: "latency". O(n).
[[nodiscard]] std::vector<Figure> latency_figures(std::vector<std::chrono::nanoseconds> took, const std::string& name,
                                                  const std::string& what);

/// The height at which pictures draw a latency: logarithmic, 0 at a tenth of a millisecond and 1 at a minute.
[[nodiscard]] float latency_height(std::chrono::nanoseconds took);
/// As a picture says it.
inline constexpr const char* latency_height_text = "latency (0.1 ms to 1 min, logarithmic; failed: whole height)";

}  // namespace grainscope::workloads
