// The running program once more, as a process of its own with a pipe to it and a pipe from it.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <grainscope/platform/byte_sink.h>
#include <grainscope/platform/descriptor.h>

namespace grainscope::platform {

/// How a process ended.
struct ProcessEnd {
    int status = 0;  ///< what its main returned
    int signal = 0;  ///< what ended it; 0: nothing, it returned

    /// "ended with status 3", "was ended by signal 9 (Killed)".
    [[nodiscard]] std::string text() const;
    friend bool operator==(const ProcessEnd&, const ProcessEnd&) = default;
};

/// A descriptor that polls readable once that process has ended, also one that is nobody's child here (a pidfd). Not
/// open if there is no such process, and errno says why.
[[nodiscard]] Descriptor watch_process(int pid) noexcept;

/// A child process that does not outlive its owner: the end of its standard input is its sign to end, and comes as well
/// when the parent dies of SIGKILL, because nobody else holds the other end of that pipe. A child must therefore read
/// its standard input, at least to wait for its end. It inherits standard error, the environment and no other open
/// file, and starts with SIGINT blocked: Ctrl-C goes to every process of a terminal, and it is the parent who decides.
/// Not thread-safe.
///
///     auto child = grainscope::platform::ChildProcess::start_again({"--serve"});
///     if (child) const auto port = child->read_line();
class ChildProcess {
  public:
    static constexpr std::chrono::milliseconds usual_grace{2000};

    /// Starts this very program (/proc/self/exe, whatever lies at its path by now) with these arguments. `grace` is how
    /// long the destructor waits for the child to end by itself. The error is one line.
    [[nodiscard]] static std::expected<ChildProcess, std::string> start_again(
        std::span<const std::string> arguments, std::chrono::milliseconds grace = usual_grace);

    ChildProcess(ChildProcess&&) noexcept = default;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    /// Closes the pipes, waits for the child to end for the grace period, then kills it. No child and no zombie stays.
    ~ChildProcess() { finish(); }

    [[nodiscard]] int pid() const noexcept { return pid_; }

    /// The next line of the child's standard output, without its end; what comes before the end of the output counts as
    /// a line. Blocks. The error says that the child ended, and how.
    [[nodiscard]] std::expected<std::string, std::string> read_line();
    /// Writes all of it to the child's standard input. Blocks while the pipe is full. Never raises SIGPIPE: the error
    /// says that the child ended, and how.
    [[nodiscard]] std::expected<void, std::string> write(std::string_view text);
    /// Tells the child to end.
    void close_input() noexcept { input_.reset(); }
    /// Waits for the end of the child, however long it takes; its input is closed before. What it still writes must fit
    /// into its pipe (64 KiB): nobody reads it meanwhile.
    ProcessEnd wait();
    /// SIGKILL. The end is still to be waited for. Nothing if it was already.
    void kill() noexcept;

  private:
    ChildProcess(int pid, Descriptor input, Descriptor output, std::chrono::milliseconds grace);
    void finish() noexcept;
    /// Whether it has ended by then; negative: waits for as long as it takes.
    [[nodiscard]] bool ends_within(std::chrono::milliseconds limit) const noexcept;
    [[nodiscard]] std::string how_it_went();

    int pid_;
    Descriptor watch_;  ///< a pidfd: readable when the child has ended; closed when it was reaped
    std::optional<ByteSink> input_;
    Descriptor output_;
    std::string unread_;
    std::optional<ProcessEnd> end_;
    std::chrono::milliseconds grace_;
};

}  // namespace grainscope::platform
