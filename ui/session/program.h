// Where the measuring program is. The window never runs a workload itself: it starts `grainscope`.
#pragma once

#include <expected>

#include <QString>

namespace grainscope::ui {

/// The environment variable that names the program to start instead.
inline constexpr const char* programVariable = "GRAINSCOPE_CLI";

/// The path of the `grainscope` program: the environment variable GRAINSCOPE_CLI, else the one beside this program,
/// else the first in PATH. The error is a sentence that says where it was looked for.
[[nodiscard]] std::expected<QString, QString> locateProgram();

}  // namespace grainscope::ui
