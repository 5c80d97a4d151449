#include <grainscope/io/asio/blocking_client.h>

#include <optional>
#include <string>
#include <utility>

#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <grainscope/io/asio/connection.h>
#include <grainscope/io/asio/deadline_stream.h>
#include <grainscope/io/asio/http_messages.h>
#include <grainscope/io/asio/tls.h>
#include <grainscope/io/time.h>
#include <grainscope/platform/open_files.h>

namespace grainscope {

namespace detail::async {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Direction = platform::TcpSocket::Direction;

error_code of_errno(int number) { return {number, boost::system::system_category()}; }

}  // namespace

static_assert(boost::beast::is_sync_stream<DeadlineStream>::value);

asio::io_context& DeadlineStream::nobodys_loop() {
    static asio::io_context io;
    return io;
}

bool DeadlineStream::wait(Direction direction, error_code& error) {
    // A side that is always ready for one byte more does not outlast the deadline.
    if (!is_over() && blocked(trace::State::blocked_io, [&] { return socket_.wait(direction, deadline_); }))
        return true;
    is_late_ = true;
    error = asio::error::timed_out;
    return false;
}

error_code DeadlineStream::connect(const asio::ip::tcp::endpoint& endpoint) {
    const auto* const address = reinterpret_cast<const std::byte*>(endpoint.data());
    auto socket = platform::TcpSocket::connecting({address, endpoint.size()});
    if (!socket) return of_errno(socket.error());
    socket_ = std::move(*socket);
    error_code error;
    if (wait(Direction::writable, error)) error = of_errno(socket_.connect_error());
    if (error) socket_.close();
    return error;
}

std::size_t DeadlineStream::receive(platform::TcpSocket::Bytes into, error_code& error) {
    error = {};
    if (into.empty()) return 0;
    const bool is_due = std::exchange(answer_is_due_, false);
    for (bool wait_first = is_due || is_over();; wait_first = true) {
        if (wait_first && !wait(Direction::readable, error)) return 0;
        const auto taken = socket_.receive(into);
        if (taken && *taken > 0) return *taken;
        if (!taken && taken.error() == EAGAIN) continue;
        error = taken ? error_code(asio::error::eof) : of_errno(taken.error());
        return 0;
    }
}

std::size_t DeadlineStream::send(std::span<const platform::TcpSocket::ConstBytes> pieces, error_code& error) {
    error = {};
    if (pieces.empty()) return 0;
    answer_is_due_ = true;
    for (bool wait_first = is_over();; wait_first = true) {
        if (wait_first && !wait(Direction::writable, error)) return 0;
        const auto taken = socket_.send(pieces);
        if (taken) return *taken;
        if (taken.error() == EAGAIN) continue;
        error = of_errno(taken.error());
        return 0;
    }
}

namespace {

using BlockingConnection = ConnectionOver<DeadlineStream>;

/// For all clients: to read the system's certificates takes longer than a request.
asio::ssl::context& tls() {
    static asio::ssl::context context = verifying_context();
    return context;
}

error_code connect_to_any(DeadlineStream& stream, const Endpoints& endpoints) {
    error_code error = asio::error::host_not_found;
    for (const auto& endpoint : endpoints) {
        error = stream.connect(endpoint);
        if (!error || stream.is_late()) break;
    }
    return error;
}

/// Null if its deadline came.
grainscope::io::Result<std::unique_ptr<BlockingConnection>> connect(const Url& url,
                                                                    std::chrono::steady_clock::time_point deadline) {
    const std::string what = "connecting to " + url.host_header;
    Endpoints endpoints = number_of(url.address);
    if (endpoints.empty()) {
        auto [not_found, found] = blocked(trace::State::blocked_io, [&] { return look_up(url.address); });
        if (not_found) return std::unexpected(error_of(not_found, what));
        endpoints = std::move(found);
    }
    auto connection = std::make_unique<BlockingConnection>(DeadlineStream());
    connection->socket().set_deadline(deadline);
    error_code error = connect_to_any(connection->socket(), endpoints);
    if (!error && url.address.encrypted) {
        connection->encrypt(tls());
        if (!expect_host(connection->encrypted(), url.address.host)) return std::unexpected(host_cannot_be_sent(what));
        connection->encrypted().handshake(asio::ssl::stream_base::client, error);
    }
    if (connection->socket().is_late()) return nullptr;
    if (error) return std::unexpected(error_of(error, what));
    return connection;
}

std::expected<Answer, NoAnswer> exchange(BlockingConnection& connection, const Message& message,
                                         std::size_t max_body_bytes) {
    namespace http = boost::beast::http;
    error_code not_sent, not_received;
    connection.visit([&](auto& stream) { http::write(stream, message, not_sent); });
    std::optional<AnswerParser> parser;
    do {
        parser.emplace(message, max_body_bytes);
        connection.visit([&](auto& stream) {
            http::read(stream, connection.buffer(), static_cast<Parser&>(*parser), not_received);
        });
    } while (!not_received && parser->is_interim());
    return answer_of(*parser, message, not_sent, not_received, connection.buffer().size());
}

}  // namespace

}  // namespace detail::async

namespace io {

namespace {

Error late(const Request& request) {
    Error error = detail::async::timed_out(request.timeout);
    error.message = detail::async::name_of(request) + ": " + error.message;
    return error;
}

}  // namespace

/// The connection that the last request left.
struct BlockingClient::Kept {
    detail::async::Address address;
    std::unique_ptr<detail::async::BlockingConnection> connection;
};

BlockingClient::BlockingClient() : kept_(std::make_unique<Kept>()) {
    [[maybe_unused]] static const std::size_t files = platform::raise_open_files();
}
BlockingClient::BlockingClient(BlockingClient&&) noexcept = default;
BlockingClient& BlockingClient::operator=(BlockingClient&&) noexcept = default;
BlockingClient::~BlockingClient() = default;

Result<Response> BlockingClient::send(const Request& request) {
    namespace async = detail::async;
    const Result<async::Outgoing> wanted = async::outgoing(request);
    if (!wanted) return std::unexpected(wanted.error());
    const auto& [url, message] = *wanted;
    const auto deadline = async::deadline_after(request.timeout);

    auto connection = std::exchange(kept_->connection, nullptr);
    if (!request.keep_alive || kept_->address != url.address || (connection && connection->has_news()))
        connection.reset();
    if (connection) connection->socket().set_deadline(deadline);
    for (bool again = connection != nullptr && async::is_repeatable(request.method);; again = false) {
        if (!connection) {
            auto made = async::connect(url, deadline);
            if (!made) return std::unexpected(made.error());
            if (!*made) return std::unexpected(late(request));
            connection = std::move(*made);
        }
        auto answer = async::exchange(*connection, message, request.max_body_bytes);
        if (answer) {
            if (answer->keep) *kept_ = {.address = url.address, .connection = std::move(connection)};
            return std::move(answer->response);
        }
        if (connection->socket().is_late()) return std::unexpected(late(request));
        connection.reset();
        if (!again || !answer.error().silent)
            return std::unexpected(async::error_of(answer.error().code, async::name_of(request)));
    }
}

}  // namespace io

}  // namespace grainscope
