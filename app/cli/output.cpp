#include "app/cli/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

namespace grainscope::cli {

ExitStatus print_result(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            return exit_good;
        } else if (errno != EINTR) {
            print_error(fmt::format("the result could not be written to standard output: {}", std::strerror(errno)));
            return exit_file;
        }
    }
    return exit_good;
}

void print_error(std::string_view line) { fmt::print(stderr, "grainscope: {}\n", line); }

}  // namespace grainscope::cli
