// Many settings of one workload, measured fairly: in random blocks, so that a machine that drifts drifts for all of
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <grainscope/study/axis.h>
#include <grainscope/study/figures.h>
#include <grainscope/study/harness.h>
#include <grainscope/study/models.h>
#include <grainscope/study/observer.h>
#include <grainscope/study/plateau.h>
#include <grainscope/study/run.h>

namespace grainscope::study {

/// One setting and everything measured at it.
struct Point {
    Setting setting;
    std::vector<double> samples;  ///< nanoseconds
    bool listed = true;           ///< false: measured only as a base for speedups
    FigureSamples figures;        ///< of the samples
};

/// The best sequential run of one problem: what the speedups of its points are measured against.
struct Base {
    std::size_t problem = 0;  ///< index into SweepResult::problems
    std::size_t point = 0;    ///< index into SweepResult::points
    double median_ns = 0;
};

struct SweepPlan {
    Setting base;                       ///< every value that is not varied; resolved
    std::vector<std::string> backends;  ///< at least one
    std::vector<std::size_t> threads;   ///< empty: that of `base`
    std::vector<Axis> axes;
    std::size_t repetitions = 10;        ///< samples a point
    std::optional<std::size_t> warmups;  ///< none: WarmupRule for the first setting, one run for every other pool
    std::optional<double> budget_seconds;
    std::uint64_t seed = 1;  ///< of the order
};

struct SweepResult {
    std::vector<Point> points;
    std::vector<std::size_t> problem_of;  ///< a point's problem: points of one problem have the same answer
    bool correct = true;
    std::string wrong;
    std::optional<workloads::Failure> failure;
    End end = End::none;
    bool budget_spent = false;  ///< some points have fewer samples than planned

    /// The fastest median among the one-thread points of the same problem; none before there is one with samples.
    [[nodiscard]] std::optional<Base> base_of(std::size_t point) const;
};

/// A point's place among the others.
struct PointSummary {
    std::optional<double> median_ns;
    std::optional<Interval> median_interval;
    std::optional<double> speedup;
    std::optional<Interval> speedup_interval;
    std::optional<double> efficiency;
};
[[nodiscard]] PointSummary summarise(const SweepResult& result, std::size_t point);

/// The product of the axes, resolved and without doubles (`sequential` has one thread count), and the sequential base
/// of each problem, not listed if nobody asked for it. The error is one line.
[[nodiscard]] std::expected<SweepResult, workloads::Failure> lay_out(const workloads::Description& description,
                                                                     const SweepPlan& plan);

/// Measures what lay_out made, in place. sampled(result, point) is called after each sample.
using Sampled = std::function<void(const SweepResult&, std::size_t point)>;
void measure(Harness& harness, const SweepPlan& plan, Observer& observer, SweepResult& result,
             const Sampled& sampled = {});

/// Takes one sample of a point; false if the measurement is over (failure, wrong answer, ended).
[[nodiscard]] bool take_sample(Harness& harness, SweepResult& result, std::size_t point, trace::PhaseKind kind);

/// The scaling curve of one backend at one set of parameters; empty if the sweep varied more than threads and backends.
[[nodiscard]] std::vector<SpeedupPoint> scaling_curve(const SweepPlan& plan, const SweepResult& result,
                                                      const std::string& backend);

/// The listed points along the only numeric axis, for one backend and thread count; empty if the sweep varied anything
/// else. `indices` are their places in result.points.
struct ParameterCurve {
    std::vector<CurvePoint> points;
    std::vector<std::size_t> indices;
};
[[nodiscard]] ParameterCurve parameter_curve(const SweepPlan& plan, const SweepResult& result);

/// A value on a numeric axis; none for words.
[[nodiscard]] std::optional<double> numeric(const workloads::Value& value);

}  // namespace grainscope::study
