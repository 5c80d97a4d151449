#include <numeric>
#include <string>

#include <fmt/format.h>

#include <grainscope/study/run.h>
#include <grainscope/study/statistics.h>

#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "app/cli/session.h"
#include "app/cli/text.h"

namespace grainscope::cli {
namespace {

constexpr std::size_t bar_cells = 24;
constexpr std::size_t most_rows_of_a_table = 64;

/// Parameters that differ from their defaults, for the heading: "n=1000 pivot=first".
std::string changed_parameters(const workloads::Description& description, const workloads::Values& values) {
    std::string text;
    for (const workloads::Parameter& parameter : description.parameters) {
        const auto value = values.find(parameter.name);
        if (value == values.end() || value->second == parameter.default_value) continue;
        text += fmt::format(" {}={}", parameter.name, workloads::to_string(value->second));
    }
    return text;
}

/// What the table calls each row: its number, or "IO thread 0" where not all are workers.
std::vector<std::string> row_names(const workloads::Description& description, const study::RunResult& result) {
    std::vector<std::string> names;
    if (const auto crew = study::crew_of(result.setting, description)) {
        const auto groups = backends::row_groups(*crew);
        for (const backends::RowGroup& group : groups)
            for (std::size_t i = 0; i < group.rows; ++i) names.push_back(fmt::format("{} {}", group.name, i));
    }
    for (std::size_t i = names.size(); i < result.workers.size(); ++i) names.push_back(std::to_string(i));
    return names;
}

std::optional<double> share_of(const std::optional<std::uint64_t>& ns, double total) {
    if (!ns || total <= 0) return std::nullopt;
    return static_cast<double>(*ns) / total;
}

std::string counter_text(const trace::WorkerTimes& worker, std::uint64_t trace::Counters::*field) {
    return worker.counters ? count(static_cast<double>((*worker.counters).*field)) : "–";
}

std::string workers_text(const workloads::Description& description, const study::RunResult& result) {
    const double sampled = std::accumulate(result.samples.begin(), result.samples.end(), 0.0);
    const std::vector<std::string> names = row_names(description, result);
    Table table({description.crew ? "row" : "worker", "", "busy", "searching", "parked", "blocked", "on CPU", "jobs",
                 "steals", "parks"});
    table.align_left(1);
    const std::size_t shown =
        result.workers.size() <= most_rows_of_a_table ? result.workers.size() : most_rows_of_a_table / 2;
    for (std::size_t i = 0; i < shown; ++i) {
        const trace::WorkerTimes& worker = result.workers[i];
        const auto busy = share_of(worker.busy_ns, sampled);
        table.add({names[i], bar(busy.value_or(0), bar_cells), percent(busy),
                   percent(share_of(worker.searching_ns, sampled)), percent(share_of(worker.parked_ns, sampled)),
                   percent(share_of(worker.blocked_ns, sampled)), percent(share_of(worker.on_cpu_ns, sampled)),
                   counter_text(worker, &trace::Counters::jobs), counter_text(worker, &trace::Counters::steals),
                   counter_text(worker, &trace::Counters::parks)});
    }
    std::string text = table.text();
    if (shown < result.workers.size())
        text += fmt::format("  … and {} more\n", count(static_cast<double>(result.workers.size() - shown)));
    return text;
}

std::string run_text(const workloads::Description& description, const study::RunResult& result) {
    const auto median = study::median(result.samples);
    std::string text = fmt::format("\n  {} on {}, {} {}{}\n\n", description.title, result.setting.backend,
                                   result.setting.threads, result.setting.threads == 1 ? "thread" : "threads",
                                   changed_parameters(description, result.setting.values));
    std::string runs = fmt::format("{} {}", count(static_cast<double>(result.samples.size())),
                                   result.samples.size() == 1 ? "run" : "runs");
    if (result.discarded > 0)
        runs += fmt::format(", {} slowed, paused or cancelled and not counted",
                            count(static_cast<double>(result.discarded)));
    Table summary({"median", duration(median)});
    summary.align_left(1);
    summary.add({"95 % interval", duration_interval(study::median_interval(result.samples))});
    summary.add({"samples", runs});
    if (const auto outliers = study::tukey_outliers(result.samples); !outliers.empty()) {
        std::string list;
        for (const std::size_t i : outliers) list += (list.empty() ? "" : ", ") + duration(result.samples[i]);
        summary.add({"outliers, kept", list});
    }
    if (median && *median > 0)
        summary.add({"speed", fmt::format("{} items/s", magnitude(result.items / *median * 1e9))});
    summary.add({"utilisation", percent(result.utilisation())});
    for (const workloads::Figure& figure : result.figures.medians())
        summary.add({lower_case_first(figure.label), quantity(figure.value, figure.unit)});
    if (result.dropped_events() > 0) {
        summary.add({"events lost", count(static_cast<double>(result.dropped_events()))});
    }
    summary.add(
        {"answer", !result.checked ? "not checked" : coloured(result.correct ? "right" : "WRONG", result.correct)});
    text += summary.text();
    if (result.splitting) text += fmt::format("\n  {}\n", splitting_sentence(*result.splitting));
    if (!result.samples.empty()) {
        text += '\n';
        text += workers_text(description, result);
    }
    text += '\n';
    return text;
}

std::string run_csv(const Circumstances& circumstances, const study::RunResult& result) {
    std::vector<std::string> header{"schema", "workload", "backend", "threads", "seed", "correct", "sample", "time_ns"};
    for (const auto& [name, value] : result.setting.values) header.push_back(name);
    for (const workloads::Figure& figure : result.figures.medians()) header.push_back(figure.name);
    std::string table = csv_line(header);
    for (std::size_t i = 0; i < result.samples.size(); ++i) {
        std::vector<std::string> row{std::to_string(schema),
                                     circumstances.workload,
                                     result.setting.backend,
                                     std::to_string(result.setting.threads),
                                     std::to_string(circumstances.seed),
                                     result.correct ? "true" : "false",
                                     std::to_string(i),
                                     csv_number(result.samples[i])};
        for (const auto& [name, value] : result.setting.values) row.push_back(workloads::to_string(value));
        for (const auto& figure : result.figures.of_run(i)) row.push_back(csv_number(figure));
        table += csv_line(row);
    }
    return table;
}

}  // namespace

ExitStatus execute(const RunCommand& command) {
    auto opened = Session::open(command.measure, command.backend, 0, false);
    if (!opened) {
        print_error(opened.error().line);
        return opened.error().status;
    }
    Session& session = **opened;
    const study::RunPlan plan{.setting = session.setting(),
                              .repetitions = command.measure.repetitions,
                              .warmups = command.measure.warmups,
                              .loop = command.loop};
    study::RunResult result = study::run(session.harness(), plan, session.reporter());

    Session::Outcome outcome{
        .wrong = result.wrong, .failure = result.failure, .end = result.end, .document = {}, .text = {}};
    if (result.checked || !result.failure) {
        session.circumstances().dropped_events = result.dropped_events();
        outcome.document = run_json(session.circumstances(), result);
        switch (command.measure.format) {
            case Format::json:
                outcome.text = printed(*outcome.document);
                break;
            case Format::csv:
                outcome.text = run_csv(session.circumstances(), result);
                break;
            case Format::text:
                outcome.text = run_text(session.description(), result);
                break;
        }
    }
    if (!result.item_failures.empty()) {
        session.reporter().warning(fmt::format("{} {} of the input failed, the first: {}: {}",
                                               result.item_failures.size(),
                                               result.item_failures.size() == 1 ? "item" : "items",
                                               result.item_failures.front().item, result.item_failures.front().error));
    }
    return session.close(outcome);
}

}  // namespace grainscope::cli
