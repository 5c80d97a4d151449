// What the program's exit status says; scripts rely on it.
#pragma once

#include <grainscope/workloads/workload.h>

namespace grainscope::cli {

enum ExitStatus : int {
    exit_good = 0,
    exit_failed = 1,  ///< a run gave a wrong answer or failed
    exit_command_line = 2,
    exit_file = 3,           ///< a file could not be read or written
    exit_interrupted = 130,  ///< what was measured so far was printed and kept
};

[[nodiscard]] constexpr ExitStatus exit_status(workloads::Failure::Kind kind) {
    switch (kind) {
        case workloads::Failure::Kind::command_line:
            return exit_command_line;
        case workloads::Failure::Kind::file:
            return exit_file;
        case workloads::Failure::Kind::memory:
        case workloads::Failure::Kind::failed:
            break;
    }
    return exit_failed;
}

}  // namespace grainscope::cli
