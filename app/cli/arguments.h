// The command line as values. Nothing here runs anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <grainscope/study/axis.h>
#include <grainscope/trace/event.h>

namespace grainscope::cli {

enum class Format : std::uint8_t { text, json, csv };

/// What run, sweep and tune have in common.
struct MeasureOptions {
    std::string workload;
    std::vector<std::pair<std::string, std::string>> parameters;  ///< -p NAME=VALUE, not yet checked
    std::size_t threads = 0;                                      ///< 0: one a core
    std::optional<std::size_t> repetitions;
    std::optional<std::size_t> warmups;
    trace::Level level = trace::Level::states;
    std::string record;  ///< path, or empty
    std::string stream;  ///< "-", "unix:PATH", or empty
    bool control = false;
    std::uint64_t seed = 1;
    Format format = Format::text;
    [[nodiscard]] bool stream_owns_output() const { return stream == "-"; }
};

struct ListCommand {
    Format format = Format::text;
};
struct RunCommand {
    MeasureOptions measure;
    std::string backend = "grainscope";
    bool loop = false;
};
struct SweepCommand {
    MeasureOptions measure;
    std::vector<std::string> backends{"grainscope"};
    std::vector<std::size_t> threads;  ///< empty: MeasureOptions::threads alone
    std::vector<study::Axis> axes;
    std::optional<double> budget_seconds;
};
struct TuneCommand {
    MeasureOptions measure;
    std::string backend = "grainscope";
    study::SearchRange range;
    std::optional<double> budget_seconds;
};
struct AnalyzeCommand {
    std::string file;
    std::vector<std::string> with;  ///< of the same work on other numbers of threads
    Format format = Format::text;
};
struct MachineCommand {
    Format format = Format::text;
};
/// Text to print and be done: help, the version.
struct PrintCommand {
    std::string text;
};
using Command =
    std::variant<ListCommand, RunCommand, SweepCommand, TuneCommand, AnalyzeCommand, MachineCommand, PrintCommand>;

/// The error is one line: what is wrong, and what would be right.
[[nodiscard]] std::expected<Command, std::string> parse_command_line(int argc, const char* const* argv);

}  // namespace grainscope::cli
