// One connection to a server, plain or encrypted.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <grainscope/io/asio/loop_context.h>
#include <grainscope/io/asio/operation.h>
#include <grainscope/io/asio/url.h>

namespace grainscope::detail::async {

/// Whether there is something to read, if only the end. It may be taken away.
[[nodiscard]] inline bool something_came(LoopSocket& socket) {
    char byte = 0;
    boost::system::error_code error;
    socket.non_blocking(true, error);
    if (!error) socket.receive(boost::asio::buffer(&byte, 1), 0, error);
    return error != boost::asio::error::would_block;
}

/// Over a socket of either kind: one that calls back, or one that blocks.
template <class Socket>
class ConnectionOver {
  public:
    using Encrypted = boost::asio::ssl::stream<Socket>;

    /// Beast reads as much at once as the buffer holds, and 512 bytes into one that holds nothing yet.
    explicit ConnectionOver(Socket socket) : plain_(std::move(socket)) { buffer_.reserve(read_bytes); }

    /// The socket, before it is encrypted.
    [[nodiscard]] Socket& socket() noexcept { return encrypted_ ? encrypted_->next_layer() : plain_; }
    /// Whether something has come that nobody asked for, or the other side has closed. What an encrypted connection has
    /// to say of itself is no news.
    [[nodiscard]] bool has_news() { return !encrypted_ && something_came(plain_); }
    /// What was read and belongs to the next answer.
    [[nodiscard]] boost::beast::flat_buffer& buffer() noexcept { return buffer_; }
    void encrypt(boost::asio::ssl::context& context) { encrypted_.emplace(std::move(plain_), context); }
    [[nodiscard]] Encrypted& encrypted() noexcept { return *encrypted_; }

    /// f(stream), of whichever kind it is.
    template <class F>
    decltype(auto) visit(F&& f) {
        return encrypted_ ? f(*encrypted_) : f(plain_);
    }

  private:
    static constexpr std::size_t read_bytes = std::size_t{16} << 10;

    Socket plain_;
    std::optional<Encrypted> encrypted_;
    boost::beast::flat_buffer buffer_;
};

using Connection = ConnectionOver<LoopSocket>;

}  // namespace grainscope::detail::async
