// Standard output, where results go and nothing else.
#pragma once

#include <string_view>

#include "app/cli/exit_status.h"

namespace grainscope::cli {

/// Writes all of it. A reader that went away (`| head`) is no error; anything else is one line on standard error and
/// exit_file.
[[nodiscard]] ExitStatus print_result(std::string_view text);

/// One line on standard error, with the program's name before it.
void print_error(std::string_view line);

}  // namespace grainscope::cli
