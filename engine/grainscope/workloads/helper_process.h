// Parts of this program that run in a process of their own: whatever must not share the measured one, as a server.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/platform/child_process.h>

namespace grainscope::workloads {

/// What such a process does. It talks to its parent by standard input and output, and must end when its standard input
/// does: then the parent is done with it, or has died. SIGINT does not reach it, and SIGPIPE is ignored.
struct HelperRole {
    std::string name;
    int (*main)(std::span<const std::string> arguments) = nullptr;  ///< returns the exit status; may throw
};

/// `const HelperRegistration echo{{"echo", echo_main}};` in the role's file; no other file names it.
struct HelperRegistration {
    explicit HelperRegistration(HelperRole role);
};

/// First of all in main: where this process was started as a helper, runs its role and gives the exit status that main
/// is to return. None in an ordinary start.
[[nodiscard]] std::optional<int> run_as_helper(int argc, char** argv);

/// Starts this program once more in that role. Its destructor ends it. The error is one line: no such role, no process
/// to be had, or a main that does not call run_as_helper and would do its ordinary work once more.
[[nodiscard]] std::expected<platform::ChildProcess, std::string> start_helper(
    std::string_view role, std::vector<std::string> arguments = {},
    std::chrono::milliseconds grace = platform::ChildProcess::usual_grace);

}  // namespace grainscope::workloads
