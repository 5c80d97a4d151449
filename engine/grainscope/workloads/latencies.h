// How long the items of a run took, each by itself.
#pragma once

#include <chrono>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// Their median, 99th percentile (both by nearest rank) and maximum; nothing of no items. `what` begins the labels:
/// "Latency", and `name` the names: "latency". O(n).
[[nodiscard]] std::vector<Figure> latency_figures(std::vector<std::chrono::nanoseconds> took, const std::string& name,
                                                  const std::string& what);

}  // namespace grainscope::workloads
