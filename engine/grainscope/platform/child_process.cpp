#include <grainscope/platform/child_process.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 says nothing of C++ in it
}

namespace grainscope::platform {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

std::unexpected<std::string> not_started(int error) {
    return std::unexpected("this program cannot be started once more: " + reason(error));
}

/// A descriptor above the standard ones, which a program may have been started without: a pipe there would be
/// overwritten while the child's are put in place.
Descriptor above_standard(Descriptor low) {
    if (!low.is_open() || low.get() > STDERR_FILENO) return low;
    return Descriptor(::fcntl(low.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

struct Pipe {
    Descriptor reader, writer;

    /// 0, or errno.
    [[nodiscard]] int open() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return errno;
        reader = above_standard(Descriptor(ends[0]));
        writer = above_standard(Descriptor(ends[1]));
        return reader.is_open() && writer.is_open() ? 0 : EMFILE;
    }
};

/// What happens between the parent's address space and the child's: its standard input and output are put in place,
/// everything above standard error is closed, and SIGINT is blocked.
class SpawnPlan {
  public:
    SpawnPlan(int input, int output) {
        if (posix_spawn_file_actions_init(&actions_) != 0 || posix_spawnattr_init(&attributes_) != 0)
            throw std::bad_alloc();
        sigset_t only_interrupt;
        sigemptyset(&only_interrupt);
        sigaddset(&only_interrupt, SIGINT);
        error_ = posix_spawnattr_setsigmask(&attributes_, &only_interrupt);
        if (error_ == 0) error_ = posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
        if (error_ == 0) error_ = posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        if (error_ == 0) error_ = posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        // Not all that a library opens is closed on exec: Boost.Asio's sockets are not.
        if (error_ == 0) error_ = posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    /// 0, or an error number.
    [[nodiscard]] int run(pid_t& pid, std::span<const std::string> arguments) const {
        if (error_ != 0) return error_;
        static constexpr const char* program = "/proc/self/exe";
        std::vector<char*> words{const_cast<char*>(program)};
        for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
        words.push_back(nullptr);
        return ::posix_spawn(&pid, program, &actions_, &attributes_, words.data(), environ);
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    int error_ = 0;
};

ProcessEnd reap(int pid) noexcept {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return {};  // somebody ignores SIGCHLD, so the kernel has reaped it
    if (WIFSIGNALED(status)) return {.status = 0, .signal = WTERMSIG(status)};
    return {.status = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

Descriptor watch_process(int pid) noexcept { return Descriptor(::pidfd_open(pid, 0)); }

std::string ProcessEnd::text() const {
    if (signal == 0) return "ended with status " + std::to_string(status);
    const char* const name = ::sigdescr_np(signal);
    return "was ended by signal " + std::to_string(signal) + (name == nullptr ? "" : " (" + std::string(name) + ")");
}

std::expected<ChildProcess, std::string> ChildProcess::start_again(std::span<const std::string> arguments,
                                                                   std::chrono::milliseconds grace) {
    Pipe input, output;
    if (const int error = input.open(); error != 0) return not_started(error);
    if (const int error = output.open(); error != 0) return not_started(error);
    pid_t pid = -1;
    if (const int error = SpawnPlan(input.reader.get(), output.writer.get()).run(pid, arguments); error != 0)
        return not_started(error);
    ChildProcess child(pid, std::move(input.writer), std::move(output.reader), grace);
    child.watch_ = watch_process(pid);
    if (child.watch_.is_open()) return child;
    const int error = errno;
    ::kill(pid, SIGKILL);  // not reaped yet, so the number is still this child's
    reap(pid);
    return not_started(error);
}

ChildProcess::ChildProcess(int pid, Descriptor input, Descriptor output, std::chrono::milliseconds grace)
    : pid_(pid), output_(std::move(output)), grace_(grace) {
    input_.emplace(ByteSink::adopt(input.release(), "the input of a child process"));
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this == &other) return *this;
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
}

void ChildProcess::finish() noexcept {
    if (!watch_.is_open()) return;
    close_input();
    output_.close();  // a child that waits for a reader goes on
    if (!ends_within(grace_)) kill();
    reap(pid_);
    watch_.close();
}

bool ChildProcess::ends_within(std::chrono::milliseconds limit) const noexcept {
    using Clock = std::chrono::steady_clock;
    const bool forever = limit.count() < 0 || limit.count() > std::numeric_limits<int>::max();
    const auto deadline = Clock::now() + (forever ? std::chrono::milliseconds(0) : limit);
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd end{.fd = watch_.get(), .events = POLLIN, .revents = 0};
        const int ready = ::poll(&end, 1, forever ? -1 : static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

ProcessEnd ChildProcess::wait() {
    if (end_) return *end_;
    if (!watch_.is_open()) return {};  // moved from
    close_input();
    (void)ends_within(std::chrono::milliseconds(-1));
    end_ = reap(pid_);
    watch_.close();
    return *end_;
}

void ChildProcess::kill() noexcept {
    if (watch_.is_open()) (void)::pidfd_send_signal(watch_.get(), SIGKILL, nullptr, 0);
}

std::string ChildProcess::how_it_went() {
    const std::string who = "the child process " + std::to_string(pid_) + " ";
    // Its pipes are closed a little before it has ended.
    if (!end_ && watch_.is_open() && !ends_within(grace_)) return who + "has closed its end, and goes on";
    return who + wait().text();
}

std::expected<std::string, std::string> ChildProcess::read_line() {
    for (;;) {
        if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
            std::string line = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            return line;
        }
        char bytes[4096];
        const ssize_t n = ::read(output_.get(), bytes, sizeof bytes);
        if (n > 0) {
            unread_.append(bytes, static_cast<std::size_t>(n));
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (!unread_.empty()) {
            return std::exchange(unread_, {});
        } else {
            return std::unexpected(how_it_went());
        }
    }
}

std::expected<void, std::string> ChildProcess::write(std::string_view text) {
    const Atomic<bool> impatient{false};
    if (!input_) return std::unexpected("the input of the child process " + std::to_string(pid_) + " is closed");
    switch (input_->write(std::as_bytes(std::span(text)), impatient)) {
        case ByteSink::Outcome::written:
            return {};
        case ByteSink::Outcome::failed:
            return std::unexpected(input_->error());
        case ByteSink::Outcome::reader_gone:
        case ByteSink::Outcome::abandoned:
            break;
    }
    return std::unexpected(how_it_went());
}

}  // namespace grainscope::platform
