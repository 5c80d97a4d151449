// Parameters that several workloads have, described once.
#pragma once

#include <cstdint>
#include <string>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// "grain": how many items a worker runs before it looks up; 0 leaves it to the engine. Live and tunable.
[[nodiscard]] Parameter grain_parameter(std::string unit);

/// "slow": slow motion for the eye.
[[nodiscard]] Parameter slow_parameter();

/// A file or folder of the user's, none by default. What is read is data, and not live; what is written at the end is.
[[nodiscard]] Parameter path_parameter(std::string name, std::string label, std::string help, Parameter::Path path);

/// Work for its own sake: rounds of a hash, about 1.5 ns a round. `what` says what they are done for, and how often.
[[nodiscard]] Parameter rounds_parameter(std::string name, std::string label, std::string what, std::int64_t rounds);

/// "n": how many items. Not live: another n is other data.
[[nodiscard]] Parameter count_parameter(std::string help, std::string unit, std::int64_t default_value, double maximum);

/// "input" and "format": the user's own values instead of made-up ones. Neither is live.
[[nodiscard]] std::vector<Parameter> input_parameters(std::string help);

}  // namespace grainscope::workloads
