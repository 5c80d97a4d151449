#include "app/cli/arguments.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <grainscope/backends/nearest_name.h>

namespace grainscope::cli {
namespace {

using backends::nearest_name;

/// Thrown by the checks below and caught at the end of this file; CLI11's own errors become the same.
struct Refused {
    std::string line;
};

template <class T>
T require(std::expected<T, std::string> value) {
    if (!value) throw Refused{value.error()};
    return *std::move(value);
}

constexpr std::size_t most_repetitions = 1'000'000;

std::size_t parse_number_of_runs(const std::string& option, const std::string& text, std::int64_t fewest) {
    const auto count = study::parse_count(text);
    if (!count || *count < fewest || *count > static_cast<std::int64_t>(most_repetitions)) {
        throw Refused{fmt::format("{} must be a whole number from {} to 1,000,000, not {}", option, fewest, text)};
    }
    return static_cast<std::size_t>(*count);
}

std::pair<std::string, std::string> parse_assignment(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        throw Refused{fmt::format("-p takes NAME=VALUE, such as -p threshold=1024, not {}", text)};
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<std::string> split_list(const std::string& option, const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        std::string part = text.substr(begin, end - begin);
        if (part.empty()) throw Refused{fmt::format("{} has an empty name in \"{}\"; write A,B,C", option, text)};
        if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(std::move(part));
        begin = end + 1;
    }
    return parts;
}

trace::Level parse_level(const std::string& text) {
    if (text == "off") return trace::Level::off;
    if (text == "states") return trace::Level::states;
    if (text == "tasks") return trace::Level::tasks;
    throw Refused{fmt::format("--trace must be off, states or tasks, not {}", text)};
}

/// The options as CLI11 leaves them: texts, so that every error line is ours.
struct Raw {
    bool json = false, csv = false, loop = false, control = false;
    std::string workload, backend, backends, threads, reps, warmup, trace, record, stream, seed, budget, file;
    std::vector<std::string> parameters, over, with;
};

Format format_of(const Raw& raw) {
    if (raw.json && raw.csv) throw Refused{"--json and --csv are two forms of one result; give one of them"};
    return raw.json ? Format::json : raw.csv ? Format::csv : Format::text;
}

MeasureOptions measure_of(const Raw& raw) {
    MeasureOptions options;
    options.workload = raw.workload;
    for (const std::string& text : raw.parameters) options.parameters.push_back(parse_assignment(text));
    if (!raw.reps.empty()) options.repetitions = parse_number_of_runs("--reps", raw.reps, 1);
    if (!raw.warmup.empty()) options.warmups = parse_number_of_runs("--warmup", raw.warmup, 0);
    if (!raw.trace.empty()) options.level = parse_level(raw.trace);
    options.record = raw.record;
    options.stream = raw.stream;
    options.control = raw.control;
    options.format = format_of(raw);
    if (!raw.seed.empty()) {
        const auto seed = study::parse_count(raw.seed);
        if (!seed || *seed < 0) throw Refused{fmt::format("--seed must be a whole number from 0 up, not {}", raw.seed)};
        options.seed = static_cast<std::uint64_t>(*seed);
    }
    if (!raw.stream.empty() && raw.stream != "-" && !(raw.stream.starts_with("unix:") && raw.stream.size() > 5)) {
        throw Refused{fmt::format("--stream must be - (standard output) or unix:PATH, not {}", raw.stream)};
    }
    if (options.stream_owns_output() && options.format != Format::text) {
        throw Refused{fmt::format(
            "--stream - owns standard output and its last chunk is the result; leave out --{}, or stream to unix:PATH",
            raw.json ? "json" : "csv")};
    }
    return options;
}

RunCommand run_of(const Raw& raw) {
    RunCommand command{.measure = measure_of(raw), .loop = raw.loop};
    if (!raw.backend.empty()) command.backend = raw.backend;
    if (!raw.threads.empty()) command.measure.threads = require(study::parse_threads(raw.threads));
    return command;
}

SweepCommand sweep_of(const Raw& raw) {
    SweepCommand command{.measure = measure_of(raw)};
    if (!raw.backends.empty()) command.backends = split_list("--backends", raw.backends);
    if (!raw.threads.empty()) command.threads = require(study::parse_thread_counts(raw.threads));
    for (const std::string& text : raw.over) {
        command.axes.push_back(require(study::parse_axis(text)));
        const auto same = [&](const study::Axis& axis) { return axis.name == command.axes.back().name; };
        if (std::count_if(command.axes.begin(), command.axes.end(), same) > 1) {
            throw Refused{fmt::format("--over {} is given twice; list its values in one, such as {}=16,64,256",
                                      command.axes.back().name, command.axes.back().name)};
        }
    }
    if (raw.threads.empty() && raw.over.empty()) {
        throw Refused{"a sweep needs something to vary: --threads 1,2,4 or --over NAME=16..65536*2"};
    }
    if (!raw.budget.empty()) command.budget_seconds = require(study::parse_seconds(raw.budget));
    return command;
}

TuneCommand tune_of(const Raw& raw) {
    TuneCommand command{.measure = measure_of(raw)};
    if (!raw.backend.empty()) command.backend = raw.backend;
    if (!raw.threads.empty()) command.measure.threads = require(study::parse_threads(raw.threads));
    if (raw.over.size() != 1)
        throw Refused{"tune searches one parameter: --over NAME=LO..HI, such as --over threshold=16..65536"};
    command.range = require(study::parse_search_range(raw.over.front()));
    if (!raw.budget.empty()) command.budget_seconds = require(study::parse_seconds(raw.budget));
    return command;
}

// -- the grammar ------------------------------------------------------------------------------------------------------

void add_format(CLI::App& app, Raw& raw, bool csv) {
    app.add_flag("--json", raw.json, "Print one JSON document");
    if (csv) app.add_flag("--csv", raw.csv, "Print one table of comma-separated values");
}

void add_measure(CLI::App& app, Raw& raw) {
    app.add_option("WORKLOAD", raw.workload, "What to run; `grainscope list` names them")->required();
    app.add_option("-p,--param", raw.parameters, "Set a parameter: -p n=1e7 -p threshold=1024")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    app.add_option("--reps", raw.reps, "Timed repetitions")->type_name("R");
    app.add_option("--warmup", raw.warmup, "Warm-up runs (default: until the last three agree within 2 %)")
        ->type_name("W");
    app.add_option("--trace", raw.trace, "How much is recorded: off, states (default) or tasks")->type_name("LEVEL");
    app.add_option("--record", raw.record, "Write a recording")->type_name("FILE");
    app.add_option("--stream", raw.stream, "Send the recording while it grows: - (standard output) or unix:PATH")
        ->type_name("TO");
    app.add_flag("--control", raw.control,
                 R"(Obey standard input, one JSON object a line: {"set": {...}}, {"do": "pause"})");
    app.add_option("--seed", raw.seed, "Seed of the data (default 1)")->type_name("S");
    add_format(app, raw, true);
}

constexpr auto known_commands = std::to_array<std::string_view>({"list", "run", "sweep", "tune", "analyze", "machine"});

std::string command_list() {
    std::vector<std::string> names(known_commands.begin(), known_commands.end());
    return backends::comma_list(names);
}

constexpr const char* footer = R"(Examples:
  grainscope run quicksort                                  time it, and see what every worker did
  grainscope run quicksort -p n=1e8 --threads 4 --json      the same as one JSON document
  grainscope sweep quicksort --threads 1,2,4                how fast does it get with more threads?
  grainscope sweep quicksort --over threshold=16..65536     which threshold should I use?
  grainscope run quicksort --record a.grainscope            keep a recording
  grainscope analyze a.grainscope                           utilisation, steals, idle time by reason, advice

Exit status: 0 good, 1 wrong answer or failed run, 2 wrong command line, 3 file trouble, 130 interrupted.)";

/// Long options of the chosen command, for "did you mean".
std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::string describe(const CLI::ParseError& error, const CLI::App& app) {
    const auto subcommands = app.get_subcommands();
    const std::string name = subcommands.empty() ? "grainscope" : subcommands.front()->get_name();
    const std::string help = subcommands.empty() ? "grainscope --help" : fmt::format("grainscope {} --help", name);
    if (error.get_name() == "RequiredError") {
        return fmt::format("{} needs {}; see {}", name,
                           name == "analyze" ? "a recording, such as a.grainscope" : "a workload, such as quicksort",
                           help);
    }
    std::string line = error.what();
    if (error.get_name() == "ArgumentMismatch") {
        return fmt::format("{} needs a value; see {}", line.substr(0, line.find(':')), help);
    }
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

/// What nobody took: the nearest option, or that there is one argument too many.
void refuse_extras(const CLI::App& app) {
    const std::vector<std::string> extras = app.remaining(true);
    if (extras.empty()) return;
    const auto subcommands = app.get_subcommands();
    const CLI::App& chosen = subcommands.empty() ? app : *subcommands.front();
    const std::string help = subcommands.empty() ? "" : chosen.get_name() + " ";
    const auto is_option = [](const std::string& text) { return text.starts_with('-') && text.size() > 1; };
    const auto option = std::find_if(extras.begin(), extras.end(), is_option);
    if (option == extras.end()) {
        throw Refused{fmt::format("{} takes no further argument \"{}\"; see grainscope {}--help", chosen.get_name(),
                                  extras.front(), help)};
    }
    const std::string name = option->substr(0, option->find('='));
    throw Refused{fmt::format("{} has no option {}; did you mean {}? (grainscope {}--help lists them)",
                              chosen.get_name(), name, nearest_name(name, option_names(chosen)), help)};
}

}  // namespace

std::expected<Command, std::string> parse_command_line(int argc, const char* const* argv) {
    CLI::App app{
        "Grainscope measures parallel programs: how fast they get with more cores, which threshold to use, and what\n"
        "holds them back.",
        "grainscope"};
    app.footer(footer);
    app.require_subcommand(0, 1);
    bool version = false;
    app.add_flag("--version", version, "Print the version");

    Raw raw;
    CLI::App* list =
        app.add_subcommand("list", "Every workload with its parameters, ranges, defaults, units and backends");
    add_format(*list, raw, false);
    CLI::App* run = app.add_subcommand("run", "Time one workload and show what every worker did");
    add_measure(*run, raw);
    run->add_option("--backend", raw.backend, "grainscope (default), openmp, tbb, threads or sequential")
        ->type_name("B");
    run->add_option("--threads", raw.threads, "0 (default: one a core, or as many as the workload asks for) to 1,024")
        ->type_name("N");
    run->add_flag("--loop", raw.loop, "Repeat until stopped");
    CLI::App* sweep = app.add_subcommand("sweep", "Time a workload over thread counts, parameters or backends");
    add_measure(*sweep, raw);
    sweep->add_option("--backends", raw.backends, "Backends to compare (default: grainscope)")->type_name("A,B");
    sweep->add_option("--threads", raw.threads, "Thread counts: 1,2,4 or 1..8")->type_name("LIST");
    sweep->add_option("--over", raw.over, "Values of a parameter: NAME=16..65536*2, NAME=10..50+10 or NAME=A,B,C")
        ->type_name("NAME=VALUES")
        ->allow_extra_args(false);
    sweep->add_option("--time-budget", raw.budget, "Stop measuring after this long, such as 60s")->type_name("TIME");
    CLI::App* tune = app.add_subcommand("tune", "Search a threshold: the plateau, and a recommendation inside it");
    add_measure(*tune, raw);
    tune->add_option("--over", raw.over, "The parameter and its bounds: NAME=LO..HI")
        ->type_name("NAME=LO..HI")
        ->allow_extra_args(false);
    tune->add_option("--backend", raw.backend, "grainscope (default), openmp, tbb, threads or sequential")
        ->type_name("B");
    tune->add_option("--threads", raw.threads, "0 (default: one a core, or as many as the workload asks for) to 1,024")
        ->type_name("N");
    tune->add_option("--time-budget", raw.budget, "Stop searching after this long (default 60s)")->type_name("TIME");
    CLI::App* analyze = app.add_subcommand(
        "analyze",
        "What a recording says: utilisation, steals, idle time by reason, work and span, and which tool fits");
    analyze->add_option("FILE", raw.file, "A recording")->required();
    analyze
        ->add_option("--with", raw.with,
                     "A recording of the same on another number of threads: does the work wait for memory?")
        ->type_name("FILE")
        ->allow_extra_args(false);
    add_format(*analyze, raw, false);
    CLI::App* machine = app.add_subcommand("machine", "What this computer is and which measurements it allows");
    add_format(*machine, raw, false);

    if (argc > 1 && argv[1][0] != '-') {
        const std::string_view name = argv[1];
        if (std::find(known_commands.begin(), known_commands.end(), name) == known_commands.end()) {
            return std::unexpected(
                fmt::format("there is no command \"{}\"; the commands are {}", name, command_list()));
        }
    }
    try {
        app.allow_extras();
        for (CLI::App* command : app.get_subcommands({})) {
            command->allow_extras();
            command->footer("");
        }
        app.parse(argc, argv);
        refuse_extras(app);
        if (version) return PrintCommand{fmt::format("grainscope {}\n", GRAINSCOPE_VERSION)};
        if (list->parsed()) return ListCommand{format_of(raw)};
        if (run->parsed()) return run_of(raw);
        if (sweep->parsed()) return sweep_of(raw);
        if (tune->parsed()) return tune_of(raw);
        if (analyze->parsed()) return AnalyzeCommand{raw.file, raw.with, format_of(raw)};
        if (machine->parsed()) return MachineCommand{format_of(raw)};
        return std::unexpected(fmt::format("say what to do: {}; grainscope --help explains them", command_list()));
    } catch (const Refused& refused) {
        return std::unexpected(refused.line);
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app.get_subcommands();
        return PrintCommand{chosen.empty() ? app.help() : chosen.front()->help("grainscope")};
    } catch (const CLI::ParseError& error) {
        return std::unexpected(describe(error, app));
    }
}

}  // namespace grainscope::cli
