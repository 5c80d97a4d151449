// What runs tell besides their time, and what it comes to over many of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::study {

/// The figures of several runs, told apart by name.
class FigureSamples {
  public:
    void add(const std::vector<workloads::Figure>& figures);
    /// The median of each, in the order in which they were first seen.
    [[nodiscard]] std::vector<workloads::Figure> medians() const;
    void clear() { samples_.clear(); }

  private:
    std::vector<std::pair<workloads::Figure, std::vector<double>>> samples_;
};

}  // namespace grainscope::study
