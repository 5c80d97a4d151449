#include <algorithm>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include <grainscope/study/sweep.h>

#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "app/cli/session.h"
#include "app/cli/text.h"

namespace grainscope::cli {
namespace {

constexpr std::size_t default_repetitions = 10;
constexpr std::size_t bar_cells = 20;
/// With more figures than these a table for people would be too wide to read.
constexpr std::size_t most_figure_columns = 4;

ExitStatus refuse(const Refusal& refusal) {
    print_error(refusal.line);
    return refusal.status;
}

/// What one point's row begins with: only what the sweep varies.
std::vector<std::string> varied_header(const study::SweepPlan& plan) {
    std::vector<std::string> names{"threads"};
    if (plan.backends.size() > 1) names.insert(names.begin(), "backend");
    for (const study::Axis& axis : plan.axes) names.push_back(axis.name);
    return names;
}

std::vector<std::string> varied_values(const study::SweepPlan& plan, const study::Setting& setting) {
    std::vector<std::string> values{std::to_string(setting.threads)};
    if (plan.backends.size() > 1) values.insert(values.begin(), setting.backend);
    for (const study::Axis& axis : plan.axes) values.push_back(workloads::to_string(setting.values.at(axis.name)));
    return values;
}

/// The figures of all listed points, in the order in which they are first told.
std::vector<workloads::Figure> figures_of(const study::SweepResult& result) {
    std::vector<workloads::Figure> figures;
    for (const study::Point& point : result.points) {
        if (!point.listed) continue;
        for (const workloads::Figure& figure : point.figures.medians())
            if (std::ranges::find(figures, figure.name, &workloads::Figure::name) == figures.end())
                figures.push_back(figure);
    }
    return figures;
}

std::optional<double> value_of(const study::Point& point, const workloads::Figure& figure) {
    const auto medians = point.figures.medians();
    const auto told = std::ranges::find(medians, figure.name, &workloads::Figure::name);
    return told == medians.end() ? std::nullopt : std::optional(told->value);
}

std::string sweep_text(const workloads::Description& description, const study::SweepPlan& plan,
                       const study::SweepResult& result) {
    std::vector<std::string> header = varied_header(plan);
    const std::size_t first = header.size();
    for (const char* name : {"median", "95 % interval", "runs", "speedup", "95 % interval", "efficiency"})
        header.emplace_back(name);
    std::vector<workloads::Figure> figures = figures_of(result);
    if (figures.size() > most_figure_columns) figures.clear();
    for (const workloads::Figure& figure : figures) header.push_back(lower_case_first(figure.label));
    header.emplace_back();
    Table table(header);
    table.align_left(first + 6 + figures.size());
    double slowest = 0;
    for (const study::Point& point : result.points) {
        if (point.listed) slowest = std::max(slowest, study::median(point.samples).value_or(0));
    }
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        if (!result.points[i].listed) continue;
        const study::PointSummary summary = study::summarise(result, i);
        std::vector<std::string> row = varied_values(plan, result.points[i].setting);
        const auto& speedup = summary.speedup_interval;
        row.push_back(duration(summary.median_ns));
        row.push_back(duration_interval(summary.median_interval));
        row.push_back(std::to_string(result.points[i].samples.size()));
        row.push_back(ratio(summary.speedup));
        row.push_back(speedup ? fmt::format("[{:.2f}, {:.2f}]", speedup->low, speedup->high) : "–");
        row.push_back(percent(summary.efficiency));
        for (const workloads::Figure& figure : figures) {
            const auto value = value_of(result.points[i], figure);
            row.push_back(value ? quantity(*value, figure.unit) : unknown_text);
        }
        row.push_back(bar(slowest > 0 ? summary.median_ns.value_or(0) / slowest : 0, bar_cells));
        table.add(std::move(row));
    }
    std::string text = fmt::format("\n  {}{}\n\n{}\n", description.title,
                                   plan.backends.size() == 1 ? " on " + plan.backends.front() : "", table.text());
    if (const auto base = result.points.empty() ? std::nullopt : result.base_of(0)) {
        const study::Setting& setting = result.points[base->point].setting;
        text += fmt::format("  Speedups are against the best run on one thread: {}, {}.\n", setting.backend,
                            duration(base->median_ns));
    }
    const auto curve = study::scaling_curve(plan, result, plan.backends.front());
    if (const auto amdahl = study::fit_amdahl(curve)) {
        text += fmt::format("  Amdahl: {:.1f} % serial.\n", 100 * amdahl->serial_fraction);
    }
    if (const auto usl = study::fit_universal_scalability(curve)) {
        const auto peak = usl->peak_threads();
        text += fmt::format("  Universal scalability law: σ = {:.4f}, κ = {:.6f}, λ = {:.3f}; {}.\n", usl->sigma,
                            usl->kappa, usl->lambda,
                            peak ? fmt::format("the curve turns at {:.0f} threads", *peak) : "the curve does not turn");
    }
    const study::ParameterCurve tuned = study::parameter_curve(plan, result);
    if (const auto plateau = study::find_plateau(tuned.points)) {
        const auto at = [&](std::size_t i) { return count(tuned.points[i].value); };
        text +=
            plateau->first == plateau->last
                ? fmt::format("  Best {}: {}.\n", plan.axes.front().name, at(plateau->best))
                : fmt::format("  {} from {} to {} is statistically the same; recommended: {}.\n",
                              plan.axes.front().name, at(plateau->first), at(plateau->last), at(plateau->recommended));
    }
    return text + "\n";
}

std::string sweep_csv(const Circumstances& circumstances, const study::SweepResult& result) {
    std::vector<std::string> header{"schema", "workload", "backend", "threads"};
    for (const auto& [name, value] : result.points.front().setting.values) header.push_back(name);
    for (const char* name : {"samples", "median_ns", "ci95_low_ns", "ci95_high_ns", "speedup", "speedup_ci95_low",
                             "speedup_ci95_high", "efficiency"}) {
        header.emplace_back(name);
    }
    const std::vector<workloads::Figure> figures = figures_of(result);
    for (const workloads::Figure& figure : figures) header.push_back(figure.name);
    std::string table = csv_line(header);
    const auto low = [](const auto& interval) { return interval ? csv_number(interval->low) : std::string(); };
    const auto high = [](const auto& interval) { return interval ? csv_number(interval->high) : std::string(); };
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        const study::Point& point = result.points[i];
        if (!point.listed) continue;
        const study::PointSummary summary = study::summarise(result, i);
        std::vector<std::string> row{std::to_string(schema), circumstances.workload, point.setting.backend,
                                     std::to_string(point.setting.threads)};
        for (const auto& [name, value] : point.setting.values) row.push_back(workloads::to_string(value));
        row.push_back(std::to_string(point.samples.size()));
        row.push_back(csv_number(summary.median_ns));
        row.push_back(low(summary.median_interval));
        row.push_back(high(summary.median_interval));
        row.push_back(csv_number(summary.speedup));
        row.push_back(low(summary.speedup_interval));
        row.push_back(high(summary.speedup_interval));
        row.push_back(csv_number(summary.efficiency));
        for (const workloads::Figure& figure : figures) row.push_back(csv_number(value_of(point, figure)));
        table += csv_line(row);
    }
    return table;
}

/// The points that a sample changes: its own, and all of its problem when it belongs to their base.
void note_points(Session& session, const study::SweepResult& result, std::size_t sampled) {
    const bool is_base = result.points[sampled].setting.threads == 1;
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        if (!result.points[i].listed || result.points[i].samples.empty()) continue;
        if (i == sampled || (is_base && result.problem_of[i] == result.problem_of[sampled])) {
            session.note(trace::NoteKind::point, point_json(result, i));
        }
    }
}

}  // namespace

ExitStatus execute(const SweepCommand& command) {
    const auto entry = find_workload(command.measure.workload);
    if (!entry) return refuse(entry.error());
    for (const std::string& backend : command.backends) {
        if (const auto usable = check_backend((*entry)->description, backend); !usable) return refuse(usable.error());
    }
    const workloads::Description& description = (*entry)->description;
    const auto values = workloads::parse_values(description, command.measure.parameters);
    if (!values) return refuse({exit_status(values.error().kind), values.error().message});
    std::size_t most_threads = 0;
    for (const std::size_t threads : command.threads)
        most_threads = std::max(most_threads, study::resolved({"", threads, *values}, description).threads);
    if (study::slow_factor(*values) > 1) {
        return refuse({exit_command_line, "a run in slow motion is no sample; leave out -p slow in a sweep"});
    }

    study::SweepPlan plan{
        .base = study::resolved({command.backends.front(), command.measure.threads, *values}, description),
        .backends = command.backends,
        .threads = command.threads,
        .axes = command.axes,
        .repetitions = command.measure.repetitions.value_or(default_repetitions),
        .warmups = command.measure.warmups,
        .budget_seconds = command.budget_seconds,
        .seed = command.measure.seed};
    auto laid_out = study::lay_out(description, plan);
    if (!laid_out) return refuse({exit_status(laid_out.error().kind), laid_out.error().message});
    study::SweepResult& result = *laid_out;

    auto opened = Session::open(command.measure, command.backends.front(), most_threads, true);
    if (!opened) return refuse(opened.error());
    Session& session = **opened;
    study::measure(session.harness(), plan, session.reporter(), result,
                   [&](const study::SweepResult& so_far, std::size_t point) { note_points(session, so_far, point); });

    Session::Outcome outcome{
        .wrong = result.wrong, .failure = result.failure, .end = result.end, .document = {}, .text = {}};
    const bool measured = std::any_of(result.points.begin(), result.points.end(),
                                      [](const auto& point) { return !point.samples.empty(); });
    if (measured || !result.failure) {
        outcome.document = sweep_json(session.circumstances(), plan, result);
        switch (command.measure.format) {
            case Format::json:
                outcome.text = printed(*outcome.document);
                break;
            case Format::csv:
                outcome.text = sweep_csv(session.circumstances(), result);
                break;
            case Format::text:
                outcome.text = sweep_text(session.description(), plan, result);
                break;
        }
    }
    return session.close(outcome);
}

}  // namespace grainscope::cli
