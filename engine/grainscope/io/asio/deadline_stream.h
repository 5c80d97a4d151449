// A TCP connection with a deadline for everything it waits for, as Boost.Beast and asio::ssl take a blocking stream.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <span>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <grainscope/platform/tcp_socket.h>
#include <grainscope/runtime/blocking.h>

namespace grainscope::detail::async {

/// One descriptor, and no io_context of its own. A worker of a pool is shown "blocked on IO" while it waits, and only
/// then. Not thread-safe.
class DeadlineStream {
  public:
    using error_code = boost::system::error_code;
    // What asio::ssl::stream asks of a next layer; its timers, which only asynchronous operations use, lie there.
    using executor_type = boost::asio::io_context::executor_type;
    using lowest_layer_type = DeadlineStream;
    [[nodiscard]] executor_type get_executor() noexcept { return nobodys_loop().get_executor(); }
    [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }

    void set_deadline(std::chrono::steady_clock::time_point deadline) noexcept {
        deadline_ = deadline;
        is_late_ = false;
    }
    /// Whether the last failure was that the deadline came.
    [[nodiscard]] bool is_late() const noexcept { return is_late_; }

    [[nodiscard]] error_code connect(const boost::asio::ip::tcp::endpoint& endpoint);

    /// Whether there is something to read now, if only the end. It may be taken away.
    [[nodiscard]] bool something_came() {
        std::byte byte{};
        const auto taken = socket_.receive({&byte, 1});
        return taken || taken.error() != EAGAIN;
    }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        const auto into = boost::asio::buffer_sequence_begin(buffers);
        if (into == boost::asio::buffer_sequence_end(buffers)) return 0;
        const boost::asio::mutable_buffer first(*into);
        return receive({static_cast<std::byte*>(first.data()), first.size()}, error);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        std::array<platform::TcpSocket::ConstBytes, platform::TcpSocket::most_pieces> pieces;
        std::size_t count = 0;
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto from = boost::asio::buffer_sequence_begin(buffers); from != end && count < pieces.size(); ++from) {
            const boost::asio::const_buffer piece(*from);
            if (piece.size() != 0) pieces[count++] = {static_cast<const std::byte*>(piece.data()), piece.size()};
        }
        return send(std::span(pieces).first(count), error);
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        return checked([&](error_code& error) { return read_some(buffers, error); });
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        return checked([&](error_code& error) { return write_some(buffers, error); });
    }

  private:
    /// Nobody runs it.
    static boost::asio::io_context& nobodys_loop();
    template <class F>
    static std::size_t checked(F f) {
        error_code error;
        const std::size_t bytes = f(error);
        if (error) throw boost::system::system_error(error);
        return bytes;
    }
    [[nodiscard]] bool is_over() const noexcept { return std::chrono::steady_clock::now() >= deadline_; }
    std::size_t receive(platform::TcpSocket::Bytes into, error_code& error);
    std::size_t send(std::span<const platform::TcpSocket::ConstBytes> pieces, error_code& error);
    /// False, and `error` says so, if the deadline comes before.
    [[nodiscard]] bool wait(platform::TcpSocket::Direction direction, error_code& error);

    platform::TcpSocket socket_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    bool is_late_ = false;
    bool answer_is_due_ = false;  ///< something was sent, so what comes next is not here yet
};

[[nodiscard]] inline bool something_came(DeadlineStream& stream) { return stream.something_came(); }

}  // namespace grainscope::detail::async
