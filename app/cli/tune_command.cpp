#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>

#include <fmt/format.h>

#include <grainscope/study/run.h>
#include <grainscope/study/sweep.h>
#include <grainscope/study/threshold_search.h>

#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "app/cli/session.h"
#include "app/cli/text.h"

namespace grainscope::cli {
namespace {

constexpr double default_budget_seconds = 60;
constexpr std::size_t bar_cells = 24;

ExitStatus refuse(const Refusal& refusal) {
    print_error(refusal.line);
    return refusal.status;
}

std::string tune_text(const workloads::Description& description, const study::Setting& setting,
                      const std::string& parameter, const study::SearchResult& result) {
    Table table({parameter, "median", "95 % interval", "runs", ""});
    table.align_left(4);
    double slowest = 0;
    for (const study::CurvePoint& point : result.curve)
        slowest = std::max(slowest, study::median(point.samples).value_or(0));
    for (std::size_t i = 0; i < result.curve.size(); ++i) {
        const study::CurvePoint& point = result.curve[i];
        const auto median = study::median(point.samples);
        const bool tied = result.plateau && i >= result.plateau->first && i <= result.plateau->last;
        table.add({count(point.value), duration(median), duration_interval(study::median_interval(point.samples)),
                   std::to_string(point.samples.size()),
                   bar(slowest > 0 ? median.value_or(0) / slowest : 0, bar_cells) + (tied ? " plateau" : "")});
    }
    std::string text = fmt::format("\n  {} on {}, {} threads\n\n{}\n", description.title, setting.backend,
                                   setting.threads, table.text());
    if (!result.plateau) return text + "  Nothing was measured.\n\n";
    const auto at = [&](std::size_t i) { return count(result.curve[i].value); };
    text += fmt::format("  {} from {} to {} is statistically the same; recommended: {}.\n", parameter,
                        at(result.plateau->first), at(result.plateau->last), at(result.plateau->recommended));
    if (result.gain) {
        text += fmt::format(
            "  {:.2f} times as fast as the default ({}){}.\n", *result.gain, count(result.default_point.value),
            result.gain_interval
                ? fmt::format(", 95 % interval [{:.2f}, {:.2f}]", result.gain_interval->low, result.gain_interval->high)
                : std::string());
    }
    return text + "\n";
}

std::string tune_csv(const Circumstances& circumstances, const study::Setting& setting, const std::string& parameter,
                     const study::SearchResult& result) {
    std::string table = csv_line({"schema", "workload", "backend", "threads", parameter, "samples", "median_ns",
                                  "ci95_low_ns", "ci95_high_ns", "plateau"});
    for (std::size_t i = 0; i < result.curve.size(); ++i) {
        const study::CurvePoint& point = result.curve[i];
        const auto interval = study::median_interval(point.samples);
        const bool tied = result.plateau && i >= result.plateau->first && i <= result.plateau->last;
        table +=
            csv_line({std::to_string(schema), circumstances.workload, setting.backend, std::to_string(setting.threads),
                      csv_number(point.value), std::to_string(point.samples.size()),
                      csv_number(study::median(point.samples)), interval ? csv_number(interval->low) : "",
                      interval ? csv_number(interval->high) : "", tied ? "true" : "false"});
    }
    return table;
}

/// Runs the workload at whatever value the search asks for, until the time is up or something ends it.
class Probe {
  public:
    Probe(Session& session, std::string parameter, std::size_t expected, double budget_seconds)
        : session_(session), parameter_(std::move(parameter)), expected_(expected), budget_seconds_(budget_seconds) {}

    bool warm_up(const std::optional<std::size_t>& exactly) {
        study::RunResult outcome;
        session_.reporter().progress(0, expected_, "preparing");
        if (auto applied = session_.harness().apply(session_.setting()); !applied) {
            measured_.failure = applied.error();
            return false;
        }
        const auto warm = study::warm_up(session_.harness(), {.exactly = exactly}, session_.reporter(), outcome);
        if (!warm) measured_.failure = warm.error();
        measured_.wrong = outcome.wrong;
        measured_.end = session_.harness().control().ended();
        return warm && *warm;
    }

    std::optional<double> operator()(std::int64_t value) {
        const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
        if (spent >= budget_seconds_) {
            session_.reporter().warning(
                fmt::format("the time budget of {:g} s ended the search after {} samples", budget_seconds_, done_));
            return std::nullopt;
        }
        const auto [at, added] = places_.try_emplace(value, measured_.points.size());
        if (added) {
            study::Setting setting = session_.setting();
            setting.values.insert_or_assign(parameter_, value);
            measured_.points.push_back({.setting = std::move(setting), .samples = {}});
            measured_.problem_of.push_back(0);
        }
        if (!study::take_sample(session_.harness(), measured_, at->second, trace::PhaseKind::sample))
            return std::nullopt;
        const study::Point& point = measured_.points[at->second];
        session_.note(trace::NoteKind::point,
                      tune_point_json(point.setting, {static_cast<double>(value), point.samples}));
        ++done_;
        session_.reporter().progress(std::min(done_, expected_), expected_, fmt::format("{}={}", parameter_, value));
        return point.samples.back();
    }

    [[nodiscard]] const study::SweepResult& measured() const { return measured_; }

  private:
    Session& session_;
    const std::string parameter_;
    const std::size_t expected_;
    const double budget_seconds_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    study::SweepResult measured_;
    std::map<std::int64_t, std::size_t> places_;
    std::size_t done_ = 0;
};

}  // namespace

ExitStatus execute(const TuneCommand& command) {
    const auto entry = find_workload(command.measure.workload);
    if (!entry) return refuse(entry.error());
    const workloads::Description& description = (*entry)->description;
    for (const std::int64_t end : {command.range.low, command.range.high}) {
        const auto valid = study::parse_change(description, command.range.name, std::to_string(end));
        if (!valid) return refuse({exit_command_line, valid.error()});
        if (command.range.name == "threads" || !std::holds_alternative<std::int64_t>(valid->value)) {
            return refuse(
                {exit_command_line,
                 fmt::format("tune searches a whole number such as a threshold, which {} is not", command.range.name)});
        }
    }
    auto opened = Session::open(command.measure, command.backend, 0, true);
    if (!opened) return refuse(opened.error());
    Session& session = **opened;

    const workloads::Value& preset = session.setting().values.at(command.range.name);
    const study::SearchPlan plan{.low = command.range.low,
                                 .high = command.range.high,
                                 .default_value = std::get<std::int64_t>(preset),
                                 .final_samples = command.measure.repetitions.value_or(10),
                                 .seed = command.measure.seed,
                                 .rule = {}};
    Probe probe(session, command.range.name, study::expected_samples(plan),
                command.budget_seconds.value_or(default_budget_seconds));
    study::SearchResult result;
    if (probe.warm_up(command.measure.warmups)) result = study::search_threshold(plan, std::ref(probe));

    const study::SweepResult& measured = probe.measured();
    Session::Outcome outcome{
        .wrong = measured.wrong, .failure = measured.failure, .end = measured.end, .document = {}, .text = {}};
    if (!result.curve.empty() || !measured.failure) {
        outcome.document = tune_json(session.circumstances(), session.setting(), command.range.name, result);
        switch (command.measure.format) {
            case Format::json:
                outcome.text = printed(*outcome.document);
                break;
            case Format::csv:
                outcome.text = tune_csv(session.circumstances(), session.setting(), command.range.name, result);
                break;
            case Format::text:
                outcome.text = tune_text(description, session.setting(), command.range.name, result);
                break;
        }
    }
    return session.close(outcome);
}

}  // namespace grainscope::cli
