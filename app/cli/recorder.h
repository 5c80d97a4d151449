// The recording of a measurement: --record FILE, --stream TO, both, or neither.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include <grainscope/study/control.h>
#include <grainscope/trace/collector.h>
#include <grainscope/trace/stream_writer.h>

#include "app/cli/arguments.h"

namespace grainscope::cli {

class Recorder {
  public:
    /// Opens the sinks and writes the header. Null if nothing is to be recorded; the error is one line. A reader that
    /// goes away ends the measurement.
    [[nodiscard]] static std::expected<std::unique_ptr<Recorder>, std::string> create(const MeasureOptions& options,
                                                                                      const std::string& metadata,
                                                                                      std::size_t workers,
                                                                                      study::Control& control);

    [[nodiscard]] trace::Collector& collector() { return *collector_; }

    /// Ends the recording with its result (may be empty). One line for each sink that failed.
    [[nodiscard]] std::vector<std::string> finish(const std::string& result);

  private:
    Recorder() = default;
    trace::StreamWriter writer_;
    std::unique_ptr<trace::Collector> collector_;
};

}  // namespace grainscope::cli
