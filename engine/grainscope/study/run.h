// One workload at one setting: warm it up, time it R times (or until stopped), keep every sample.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <grainscope/study/control.h>
#include <grainscope/study/figures.h>
#include <grainscope/study/harness.h>
#include <grainscope/study/observer.h>
#include <grainscope/study/statistics.h>
#include <grainscope/study/warmup.h>

namespace grainscope::study {

struct RunPlan {
    Setting setting;                         ///< resolved
    std::optional<std::size_t> repetitions;  ///< none: up to ten in two seconds, at least three
    std::optional<std::size_t> warmups;      ///< none: until warm (WarmupRule)
    bool loop = false;                       ///< until stopped, whatever `repetitions` says
};

struct RunResult {
    Setting setting;                              ///< the one measured last; all samples are of this one
    std::vector<double> samples;                  ///< nanoseconds, in order
    std::vector<trace::WorkerTimes> workers;      ///< sums over the samples
    std::optional<SplittingTelemetry> splitting;  ///< of the last sample; none without parallel iterators
    std::size_t discarded = 0;                    ///< repetitions that are no samples: slowed down, paused or cancelled
    bool checked = false;                         ///< at least one answer was checked
    bool correct = true;                          ///< every answer checked was right
    std::string wrong;                            ///< what was wrong with the first that was not
    double items = 0;                             ///< one run works through so many
    std::vector<workloads::ItemFailure> item_failures;
    FigureSamples figures;                      ///< of the samples
    std::optional<workloads::Failure> failure;  ///< what ended it early; the samples stand
    End end = End::none;

    /// Busy time of all rows as a share of rows × samples; none where it is not known.
    [[nodiscard]] std::optional<double> utilisation() const;
    [[nodiscard]] std::uint64_t dropped_events() const;
};

/// Runs the warm-up of one setting, already applied. An error ends the measurement; End and wrong answers go to the
/// result. Returns false if it was ended or a parameter changed.
[[nodiscard]] std::expected<bool, workloads::Failure> warm_up(Harness& harness, const WarmupRule& rule,
                                                              Observer& observer, RunResult& result);

/// Never fails as a whole: result.failure says what went wrong, and the rest is what was measured before.
/// sampled is called after each sample.
[[nodiscard]] RunResult run(Harness& harness, const RunPlan& plan, Observer& observer,
                            const std::function<void(const RunResult&)>& sampled = {});

}  // namespace grainscope::study
