// The most memory that a run had.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <grainscope/platform/memory.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// Of this process, what was there before the run included.
class MemoryPeak {
  public:
    void begin() { is_known_ = platform::restart_peak_memory(); }
    void end() { bytes_ = is_known_ ? platform::peak_memory_bytes() : std::nullopt; }
    /// Nothing where the kernel does not tell.
    void add_to(std::vector<Figure>& figures) const {
        if (bytes_) figures.push_back({"peak_memory_bytes", "Peak memory", "bytes", static_cast<double>(*bytes_)});
    }

  private:
    bool is_known_ = false;
    std::optional<std::uint64_t> bytes_;
};

}  // namespace grainscope::workloads
