#include "app/cli/requests.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "app/cli/exit_status.h"

namespace grainscope::cli {
namespace {

/// A line longer than this is nobody's command.
constexpr std::size_t longest_line = 1 << 20;

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

int checked(int descriptor, const char* what) {
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
    return descriptor;
}

/// A JSON value as the command line would have it; empty for what no parameter can take.
std::string text_of(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number() || value.is_boolean()) return value.dump();
    return {};
}

}  // namespace

Requests::Requests(study::Control& control, const workloads::Description& description, Reporter& reporter,
                   bool read_input)
    : control_(control), description_(description), reporter_(reporter), reads_input_(read_input) {
    const sigset_t set = ending_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = checked(signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
    done_ = checked(eventfd(0, EFD_CLOEXEC), "eventfd");
    thread_ = std::thread([this] { listen(); });
}

Requests::~Requests() {
    const std::uint64_t one = 1;
    // An eventfd takes eight bytes whole or not at all, and this one is empty.
    [[maybe_unused]] const ssize_t written = write(done_, &one, sizeof one);
    thread_.join();
    close(signals_);
    close(done_);
}

void Requests::listen() {
    while (true) {
        std::array<pollfd, 3> sources{pollfd{done_, POLLIN, 0}, pollfd{signals_, POLLIN, 0},
                                      pollfd{reads_input_ ? STDIN_FILENO : -1, POLLIN, 0}};
        if (poll(sources.data(), sources.size(), -1) < 0) continue;
        if (sources[0].revents != 0) return;
        if (sources[1].revents != 0) take_signal();
        if (sources[2].revents != 0 && !take_input()) {
            reads_input_ = false;
            control_.end(study::End::stopped);
        }
    }
}

void Requests::take_signal() {
    signalfd_siginfo signal{};
    if (read(signals_, &signal, sizeof signal) != sizeof signal) return;
    if (interrupted_) _exit(exit_interrupted);  // asked twice: the measurement does not listen
    interrupted_ = true;
    control_.end(study::End::interrupted);
}

bool Requests::take_input() {
    std::array<char, 4096> buffer{};
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    if (count == 0) return false;
    unfinished_.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end = unfinished_.find('\n'); end != std::string::npos; end = unfinished_.find('\n', begin)) {
        obey(std::string_view(unfinished_).substr(begin, end - begin));
        begin = end + 1;
    }
    unfinished_.erase(0, begin);
    if (unfinished_.size() > longest_line) {
        reporter_.warning("standard input: a line of more than a megabyte is no command; it is left out");
        unfinished_.clear();
    }
    return true;
}

void Requests::obey(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    const auto refuse = [&](std::string_view why) {
        reporter_.warning(fmt::format("standard input: {} (in \"{}\")", why, line.substr(0, 200)));
    };
    const nlohmann::json command = nlohmann::json::parse(line, nullptr, false);
    if (!command.is_object() || command.empty()) {
        refuse(R"(a command is one JSON object a line, {"set": {"threshold": 64}} or {"do": "stop"})");
        return;
    }
    for (const auto& [key, value] : command.items()) {
        if (key == "set" && value.is_object()) {
            for (const auto& [name, wanted] : value.items()) {
                auto change = study::parse_change(description_, name, text_of(wanted));
                if (change) {
                    control_.set(*std::move(change));
                } else {
                    refuse(change.error());
                }
            }
        } else if (key == "do" && value == "pause") {
            control_.pause();
        } else if (key == "do" && value == "resume") {
            control_.resume();
        } else if (key == "do" && value == "step") {
            control_.step();
        } else if (key == "do" && value == "stop") {
            control_.end(study::End::stopped);
        } else {
            refuse(R"("set" takes an object of values, "do" takes "pause", "resume", "step" or "stop")");
        }
    }
}

}  // namespace grainscope::cli
