// The `grainscope` program: results to standard output, everything else to standard error, and an exit status that
// scripts may rely on.
#include <csignal>
#include <exception>
#include <new>
#include <variant>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/exit_status.h"
#include "app/cli/output.h"

#include <grainscope/workloads/helper_process.h>

int main(int argc, char** argv) {
    using namespace grainscope::cli;
    if (const auto status = grainscope::workloads::run_as_helper(argc, argv)) return *status;
    std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an ordinary end
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an ordinary error
    try {
        const auto command = parse_command_line(argc, argv);
        if (!command) {
            print_error(command.error());
            return exit_command_line;
        }
        return std::visit([](const auto& chosen) { return execute(chosen); }, *command);
    } catch (const std::bad_alloc&) {
        print_error("out of memory");
    } catch (const std::exception& error) {
        print_error(error.what());
    }
    return exit_failed;
}
