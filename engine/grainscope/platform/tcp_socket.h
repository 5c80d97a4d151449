// A client's end of a TCP connection that never blocks by itself: its owner says when to wait, and until when.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <span>

#include <grainscope/platform/descriptor.h>

namespace grainscope::platform {

/// One descriptor. Errors are those of errno; EAGAIN says that there is nothing to do before a wait. Never raises
/// SIGPIPE. Not thread-safe.
class TcpSocket {
  public:
    using Bytes = std::span<std::byte>;
    using ConstBytes = std::span<const std::byte>;
    enum class Direction { readable, writable };

    TcpSocket() = default;
    /// Begins to connect to the address, the bytes of a sockaddr, with Nagle's algorithm off. When it is writable,
    /// connect_error says whether it is connected.
    [[nodiscard]] static std::expected<TcpSocket, int> connecting(ConstBytes address) noexcept;
    /// 0 once it is connected, else why it is not.
    [[nodiscard]] int connect_error() const noexcept;

    /// At least one byte; 0 bytes: the other side has closed.
    [[nodiscard]] std::expected<std::size_t, int> receive(Bytes into) noexcept;
    /// The beginning of the pieces, one after the other: at least one byte.
    [[nodiscard]] std::expected<std::size_t, int> send(std::span<const ConstBytes> pieces) noexcept;

    /// Until it is ready for that or has failed: true. False if the deadline comes before; at a deadline that has
    /// passed it only looks.
    [[nodiscard]] bool wait(Direction direction, std::chrono::steady_clock::time_point deadline) const noexcept;

    [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }
    void close() noexcept { descriptor_.close(); }

    static constexpr std::size_t most_pieces = 16;  ///< of one send; what is beyond is left for the next

  private:
    explicit TcpSocket(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}
    Descriptor descriptor_;
};

}  // namespace grainscope::platform
