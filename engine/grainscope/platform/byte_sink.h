// Where a stream goes: a file, standard output, or a Unix socket.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>

#include <grainscope/platform/atomic.h>

namespace grainscope::platform {

/// Owns one descriptor that bytes are written to, in order and without a buffer of its own: what write() took is with
/// the kernel. Not thread-safe.
class ByteSink {
  public:
    enum class Outcome {
        written,
        reader_gone,  ///< the other end of a pipe or socket was closed
        abandoned,    ///< the other end did not take the bytes before the caller lost patience
        failed,       ///< see error()
    };

    /// Creates the file, or empties it. The error is one line that names the path.
    [[nodiscard]] static std::expected<ByteSink, std::string> create_file(const std::string& path);
    /// Standard output, whatever it is. The descriptor is not closed.
    [[nodiscard]] static ByteSink standard_output();
    /// Connects to a listening stream socket. The error is one line that names the path.
    [[nodiscard]] static std::expected<ByteSink, std::string> connect_unix(const std::string& path);
    /// Takes over an open descriptor; `name` stands for it in error lines.
    [[nodiscard]] static ByteSink adopt(int descriptor, std::string name);

    ByteSink(ByteSink&& other) noexcept;
    ByteSink& operator=(ByteSink&& other) noexcept;
    ~ByteSink();

    /// Writes all of it, through partial writes and interruptions; never raises SIGPIPE. Waits for a pipe or socket
    /// that is full; after `impatient` has become true, at most patience_ms longer.
    [[nodiscard]] Outcome write(std::span<const std::byte> bytes, const Atomic<bool>& impatient);

    /// One line that says what went wrong, after Outcome::failed.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    static constexpr int patience_ms = 1000;

  private:
    enum class Kind { file, pipe, socket };
    ByteSink(int descriptor, bool owned, std::string name);
    [[nodiscard]] bool wait_until_writable(const Atomic<bool>& impatient, int& patience_left_ms) const;

    int fd_ = -1;
    bool owned_ = true;
    Kind kind_ = Kind::file;
    std::string name_;
    std::string error_;
};

}  // namespace grainscope::platform
