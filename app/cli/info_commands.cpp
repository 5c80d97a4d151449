// The commands that measure nothing: list, machine, analyze, help.
#include <string>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/nearest_name.h>
#include <grainscope/platform/machine.h>
#include <grainscope/study/advice.h>
#include <grainscope/study/cost_growth.h>
#include <grainscope/trace/analysis.h>
#include <grainscope/trace/stream_reader.h>
#include <grainscope/workloads/workload.h>

#include "app/cli/commands.h"
#include "app/cli/documents.h"
#include "app/cli/output.h"
#include "app/cli/text.h"

namespace grainscope::cli {
namespace {

std::string path_text(workloads::Parameter::Path path) {
    using Path = workloads::Parameter::Path;
    switch (path) {
        case Path::open_file:
        case Path::save_file:
            return "a file";
        case Path::open_folder:
        case Path::save_folder:
            return "a folder";
        case Path::open_file_or_folder:
            return "a file or folder";
    }
    return {};
}

std::string range_text(const workloads::Parameter& parameter) {
    using Kind = workloads::Parameter::Kind;
    std::string text;
    switch (parameter.kind) {
        case Kind::integer:
            text = fmt::format("{} to {}", count(parameter.minimum), count(parameter.maximum));
            break;
        case Kind::real:
            text = fmt::format("{:g} to {:g}", parameter.minimum, parameter.maximum);
            break;
        case Kind::boolean:
            text = "true or false";
            break;
        case Kind::file:
            text = path_text(parameter.path);
            break;
        case Kind::choice:
            for (const workloads::Choice& choice : parameter.choices) text += (text.empty() ? "" : ", ") + choice.name;
            break;
    }
    return text;
}

std::string list_text() {
    std::string text;
    for (const workloads::Registry::Entry& entry : workloads::Registry::instance().entries()) {
        const workloads::Description& description = entry.description;
        text += fmt::format("\n  {}  {}\n", description.name, description.summary);
        Table table({"    parameter", "default", "values", ""});
        table.align_left(2);
        table.align_left(3);
        for (const workloads::Parameter& parameter : description.parameters) {
            std::string preset = workloads::to_string(parameter.default_value);
            if (preset.empty()) preset = "–";
            table.add({"    " + parameter.name, preset, range_text(parameter), parameter.help});
        }
        text += table.text();
        text += fmt::format("      backends: {}\n", backends::comma_list(description.backends));
    }
    text += "\n";
    for (const backends::Availability& backend : backends::all_backends()) {
        if (!backend.missing_because.empty())
            text += fmt::format("  The backend {} is not available: {}.\n", backend.name, backend.missing_because);
    }
    return text;
}

std::string machine_text(const platform::Machine& machine) {
    const auto yes = [](bool allowed) { return std::string(allowed ? "yes" : "no"); };
    const auto bytes = [](const std::optional<std::uint64_t>& size) {
        return size ? fmt::format("{:.1f} GiB", static_cast<double>(*size) / (1 << 30)) : std::string("unknown");
    };
    Table table({"processor", machine.model.empty() ? "unknown" : machine.model});
    table.align_left(1);
    table.add({"cores", fmt::format("{} logical, {} physical, {} usable by this program", machine.logical_cores,
                                    machine.physical_cores ? std::to_string(*machine.physical_cores) : "unknown",
                                    machine.affinity.size())});
    table.add({"limit by control group",
               machine.cgroup_cpu_quota ? fmt::format("{:.2f} cores", *machine.cgroup_cpu_quota) : "none"});
    table.add({"kernel", machine.kernel});
    table.add({"frequency governor", machine.governor.value_or("unknown")});
    table.add(
        {"memory", fmt::format("{}, {} free", bytes(machine.memory_bytes), bytes(machine.available_memory_bytes))});
    table.add({"load", machine.load ? fmt::format("{:.2f}", *machine.load) : "unknown"});
    table.add({"invariant time stamp counter", yes(machine.invariant_tsc)});
    table.add({"membarrier", yes(machine.membarrier)});
    table.add({"kernel's times by thread", yes(machine.schedstat)});
    table.add({"context switch records", yes(machine.context_switch_records)});
    table.add({"hardware counters", yes(machine.hardware_counters)});
    return "\n" + table.text() + "\n";
}

std::string analysis_text(const trace::Analysis& analysis, const study::Advice& advice) {
    const auto time = [](const std::optional<trace::Nanoseconds>& ns) {
        return ns ? duration(static_cast<double>(*ns)) : std::string("unknown");
    };
    Table table({"recording", analysis.complete ? "complete" : "cut off; this is what there is of it"});
    table.align_left(1);
    table.add({"measured time", fmt::format("{} in {} {}", duration(static_cast<double>(analysis.elapsed)),
                                            analysis.ranges, analysis.ranges == 1 ? "stretch" : "stretches")});
    table.add({"utilisation", analysis.utilisation ? percent(analysis.utilisation) : "unknown"});
    table.add({"idle, searching", time(analysis.idle.searching)});
    table.add({"idle, parked", time(analysis.idle.parked)});
    table.add({"idle, blocked", time(analysis.idle.blocked)});
    table.add({"busy, but descheduled", time(analysis.idle.descheduled)});
    table.add({"steals", analysis.steals ? count(static_cast<double>(*analysis.steals)) : "unknown"});
    table.add({"events lost", count(static_cast<double>(analysis.dropped_events))});
    table.add({"work", time(analysis.work)});
    table.add({"span", time(analysis.span)});
    table.add({"burdened span", time(analysis.burdened_span)});
    table.add({"parallelism", analysis.parallelism ? fmt::format("{:.1f}", *analysis.parallelism) : "unknown"});
    std::string text = "\n" + table.text() + "\n";
    if (!analysis.work) text += "  Work and span need a recording made with --trace tasks that lost no events.\n\n";
    text += fmt::format("  {}\n", advice.sentence);
    if (!advice.missing.empty()) text += fmt::format("  {}\n", advice.missing);
    return text + "\n";
}

}  // namespace

ExitStatus execute(const ListCommand& command) {
    return print_result(command.format == Format::json ? printed(list_json()) : list_text());
}

ExitStatus execute(const MachineCommand& command) {
    const platform::Machine machine = platform::read_machine();
    return print_result(command.format == Format::json ? printed(machine_json(machine)) : machine_text(machine));
}

ExitStatus execute(const AnalyzeCommand& command) {
    const auto recording = trace::open_recording(command.file);
    if (!recording) {
        print_error(recording.error().message);
        return exit_file;
    }
    std::vector<trace::Recording> others;
    for (const std::string& path : command.with) {
        auto other = trace::open_recording(path);
        if (!other) {
            print_error(other.error().message);
            return exit_file;
        }
        if (const auto why = study::why_not_comparable(*recording, *other)) {
            print_error(fmt::format("--with {} cannot be held against {}: {}", path, command.file, *why));
            return exit_command_line;
        }
        others.push_back(*std::move(other));
    }
    std::vector<const trace::Recording*> compared;
    for (const trace::Recording& other : others) compared.push_back(&other);

    const trace::Analysis analysis = trace::analyze(*recording);
    const study::Advice advice = study::advise(*recording, compared);
    return print_result(command.format == Format::json ? printed(analysis_json(analysis, advice))
                                                       : analysis_text(analysis, advice));
}

ExitStatus execute(const PrintCommand& command) { return print_result(command.text); }

}  // namespace grainscope::cli
