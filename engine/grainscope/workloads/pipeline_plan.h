// Which threads a pipeline has: who works at which of its steps.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace grainscope::workloads {

/// The steps that every message goes through.
inline constexpr std::array<std::string_view, 4> pipeline_steps = {"produce", "parse", "compress", "store"};

/// What the user asked for, by step.
struct PipelineWish {
    std::array<std::size_t, pipeline_steps.size()> workers{1, 1, 1, 1};  ///< none is 0
    std::array<double, pipeline_steps.size()> costs{};                   ///< what a step costs a message, in any unit
};

/// Consecutive steps, done one after the other by each of `rows` threads: between two stages there is a channel.
struct PipelineStage {
    std::size_t first_step = 0, end_step = 1;
    std::size_t first_row = 0, rows = 1;
    friend bool operator==(const PipelineStage&, const PipelineStage&) = default;
};

/// The stages of a pipeline on exactly `threads` threads. As many as were asked for: one stage a step. More: each
/// further thread joins the step that costs most for each of its workers. Fewer: workers are taken from the step that
/// misses them least, and once every step has but one, neighbouring steps share a thread, so that the dearest thread
/// costs as little as it can; on one thread there is no channel left. threads is at least 1.
[[nodiscard]] std::vector<PipelineStage> plan_pipeline(const PipelineWish& wish, std::size_t threads);

}  // namespace grainscope::workloads
