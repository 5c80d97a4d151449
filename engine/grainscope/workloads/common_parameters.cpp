#include <grainscope/workloads/common_parameters.h>

#include <utility>

namespace grainscope::workloads {

Parameter grain_parameter(std::string unit) {
    return {.name = "grain",
            .label = "Grain",
            .help = "How much a worker does before it looks whether others wait for work; 0: found automatically",
            .unit = std::move(unit),
            .kind = Parameter::Kind::integer,
            .default_value = std::int64_t{0},
            .minimum = 0,
            .maximum = 1e9,
            .logarithmic = true,
            .tunable = true,
            .choices = {}};
}

Parameter slow_parameter() {
    return {.name = "slow",
            .label = "Slow motion",
            .help = "Each task takes this many times its own time, for the eye; such a run is no sample",
            .unit = "times",
            .kind = Parameter::Kind::real,
            .default_value = 1.0,
            .minimum = 1,
            .maximum = 1e6,
            .logarithmic = true,
            .choices = {}};
}

Parameter path_parameter(std::string name, std::string label, std::string help, Parameter::Path path) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help = std::move(help),
            .unit = "",
            .kind = Parameter::Kind::file,
            .path = path,
            .default_value = std::string(),
            .live = path == Parameter::Path::save_file || path == Parameter::Path::save_folder,
            .choices = {}};
}

Parameter rounds_parameter(std::string name, std::string label, std::string what, std::int64_t rounds) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help = std::move(what) + ": rounds of a hash, about 1.5 ns a round",
            .unit = "rounds",
            .kind = Parameter::Kind::integer,
            .default_value = rounds,
            .minimum = 0,
            .maximum = 1e8,
            .logarithmic = true,
            .choices = {}};
}

Parameter count_parameter(std::string help, std::string unit, std::int64_t default_value, double maximum) {
    return {.name = "n",
            .label = "Items",
            .help = std::move(help),
            .unit = std::move(unit),
            .kind = Parameter::Kind::integer,
            .default_value = default_value,
            .minimum = 1,
            .maximum = maximum,
            .logarithmic = true,
            .live = false,
            .choices = {}};
}

std::vector<Parameter> input_parameters(std::string help) {
    return {path_parameter("input", "Input file", std::move(help), Parameter::Path::open_file),
            {.name = "format",
             .label = "File format",
             .help = "One value a line, or the numbers as this machine keeps them",
             .unit = "",
             .kind = Parameter::Kind::choice,
             .default_value = std::string("lines"),
             .live = false,
             .choices = {{"lines", "One value a line"}, {"binary", "Binary"}}}};
}

}  // namespace grainscope::workloads
