// Results as JSON documents: the keys of the command line's documentation, and null for what is not known.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include <grainscope/backends/backend.h>
#include <grainscope/platform/machine.h>
#include <grainscope/study/advice.h>
#include <grainscope/study/run.h>
#include <grainscope/study/sweep.h>
#include <grainscope/study/threshold_search.h>
#include <grainscope/trace/analysis.h>
#include <grainscope/trace/event.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::cli {

/// Keys in the order they are set, as a person would read them.
using Json = nlohmann::ordered_json;

inline constexpr int schema = 1;

/// What every document about a measurement says besides its result.
struct Circumstances {
    std::string workload;
    std::uint64_t seed = 1;
    trace::Level level = trace::Level::states;
    platform::Machine machine;         ///< read before the first run
    std::uint64_t dropped_events = 0;  ///< by the recording
};

[[nodiscard]] Json parameters_json(const workloads::Values& values);
/// The header of a recording: what is known before anything has run.
[[nodiscard]] Json metadata_json(const Circumstances& circumstances, const study::Setting& setting);
[[nodiscard]] Json run_json(const Circumstances& circumstances, const study::RunResult& result);

[[nodiscard]] Json point_json(const study::SweepResult& result, std::size_t point);
[[nodiscard]] Json sweep_json(const Circumstances& circumstances, const study::SweepPlan& plan,
                              const study::SweepResult& result);

/// One value of a search, with the point's own keys.
[[nodiscard]] Json tune_point_json(const study::Setting& setting, const study::CurvePoint& point);
[[nodiscard]] Json tune_json(const Circumstances& circumstances, const study::Setting& setting,
                             const std::string& parameter, const study::SearchResult& result);

[[nodiscard]] Json list_json();
[[nodiscard]] Json machine_json(const platform::Machine& machine);
[[nodiscard]] Json analysis_json(const trace::Analysis& analysis, const study::Advice& advice);

/// "off", "states", "tasks"
[[nodiscard]] std::string level_name(trace::Level level);
/// A document as it is printed: two spaces of indentation, a closing newline. Text that is no UTF-8 is repaired.
[[nodiscard]] std::string printed(const Json& document);
/// A document on one line, for the notes of a stream.
[[nodiscard]] std::string on_one_line(const Json& document);

}  // namespace grainscope::cli
