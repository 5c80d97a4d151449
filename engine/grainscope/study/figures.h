// What runs tell besides their time, and what it comes to over many of them.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::study {

/// The figures of several runs, told apart by name.
class FigureSamples {
  public:
    /// Those of one more run.
    void add(const std::vector<workloads::Figure>& figures);
    /// The median of each, in the order in which they were first seen.
    [[nodiscard]] std::vector<workloads::Figure> medians() const;
    /// What the run of that number told, in the same order; none where it did not tell a figure that others did.
    [[nodiscard]] std::vector<std::optional<double>> of_run(std::size_t run) const;
    void clear() { *this = {}; }

  private:
    using Values = std::vector<std::optional<double>>;  ///< one a run
    std::vector<std::pair<workloads::Figure, Values>> samples_;
    std::size_t runs_ = 0;
};

}  // namespace grainscope::study
