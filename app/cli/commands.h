// What the program can do. Each command prints its result and gives the exit status.
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/exit_status.h"

namespace grainscope::cli {

[[nodiscard]] ExitStatus execute(const ListCommand& command);
[[nodiscard]] ExitStatus execute(const RunCommand& command);
[[nodiscard]] ExitStatus execute(const SweepCommand& command);
[[nodiscard]] ExitStatus execute(const TuneCommand& command);
[[nodiscard]] ExitStatus execute(const AnalyzeCommand& command);
[[nodiscard]] ExitStatus execute(const MachineCommand& command);
[[nodiscard]] ExitStatus execute(const PrintCommand& command);

}  // namespace grainscope::cli
