#include <grainscope/io/http.h>

#include <optional>
#include <tuple>

#include <boost/asio/connect.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <grainscope/io/asio/connections.h>
#include <grainscope/io/asio/http_messages.h>
#include <grainscope/io/asio/loop_context.h>
#include <grainscope/io/asio/tls.h>
#include <grainscope/io/spawn_blocking.h>
#include <grainscope/io/time.h>

namespace grainscope {

namespace detail::async {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using grainscope::io::Error;
using grainscope::io::Result;
using grainscope::io::Task;

/// Where an address leads. A name is looked up on a blocking thread: nothing can call back who asks the name service,
/// but a task that is cancelled need not wait for it.
Task<std::pair<error_code, Endpoints>> resolve(const Address& address) {
    Endpoints number = number_of(address);
    if (number.empty()) co_return co_await grainscope::io::spawn_blocking(look_up, Address(address));
    co_return std::pair(error_code(), std::move(number));
}

/// is_brief: for one request that is sent at once, whose last packet waits for no other.
Task<Result<std::unique_ptr<Connection>>> connect(const Url& url, bool is_brief) {
    const std::string what = "connecting to " + url.host_header;
    const auto [not_found, addresses] = co_await resolve(url.address);
    if (not_found) co_return std::unexpected(error_of(not_found, what));

    auto connection = std::make_unique<Connection>(LoopSocket(Loop::current().context().io));
    auto connecting = operation<asio::ip::tcp::endpoint>(
        [&](auto handler) { asio::async_connect(connection->socket(), addresses, std::move(handler)); });
    auto [not_connected, endpoint] = co_await connecting;
    if (not_connected) co_return std::unexpected(error_of(not_connected, what));
    error_code ignored;
    if (!is_brief) connection->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    if (!url.address.encrypted) co_return connection;

    connection->encrypt(Connections::current().tls());
    auto& encrypted = connection->encrypted();
    if (!expect_host(encrypted, url.address.host)) co_return std::unexpected(host_cannot_be_sent(what));
    auto shaking_hands = operation<>(
        [&](auto handler) { encrypted.async_handshake(asio::ssl::stream_base::client, std::move(handler)); });
    if (const auto [not_trusted] = co_await shaking_hands; not_trusted)
        co_return std::unexpected(error_of(not_trusted, what));
    co_return connection;
}

Task<std::expected<Answer, NoAnswer>> exchange(Connection& connection, const Message& message,
                                               std::size_t max_body_bytes) {
    auto sending = operation<std::size_t>([&](auto handler) {
        connection.visit([&](auto& stream) { http::async_write(stream, message, std::move(handler)); });
    });
    const auto [not_sent, sent] = co_await sending;
    std::optional<AnswerParser> parser;
    error_code not_received;
    do {
        parser.emplace(message, max_body_bytes);
        auto receiving = operation<std::size_t>([&](auto handler) {
            connection.visit([&](auto& stream) {
                http::async_read(stream, connection.buffer(), static_cast<Parser&>(*parser), std::move(handler));
            });
        });
        not_received = std::get<0>(co_await receiving);
    } while (!not_received && parser->is_interim());
    co_return answer_of(*parser, message, not_sent, not_received, connection.buffer().size());
}

Task<Result<grainscope::io::Response>> perform(const grainscope::io::Request& request) {
    const Result<Outgoing> wanted = outgoing(request);
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto& [url, message] = *wanted;
    Connections& connections = Connections::current();
    const Turnstile::Permit permit = co_await connections.permit();

    std::unique_ptr<Connection> connection;
    if (request.keep_alive) connection = connections.take(url.address);
    for (bool again = connection != nullptr && is_repeatable(request.method);; again = false) {
        if (!connection) {
            const Turnstile::Permit connecting = co_await connections.permit_to_connect();
            connections.make_room();
            auto made = co_await connect(url, !request.keep_alive && request.body.empty() && !url.address.encrypted);
            if (!made) co_return std::unexpected(made.error());
            connection = std::move(*made);
        }
        auto answer = co_await exchange(*connection, message, request.max_body_bytes);
        if (answer) {
            if (answer->keep) connections.leave(url.address, std::move(connection));
            co_return std::move(answer->response);
        }
        connection.reset();
        if (!again || !answer.error().silent)
            co_return std::unexpected(error_of(answer.error().code, name_of(request)));
    }
}

}  // namespace

}  // namespace detail::async

namespace io {

Task<Result<Response>> request(Request request) {
    auto answer = co_await with_timeout(request.timeout, detail::async::perform(request));
    if (!answer && answer.error().is_timeout())
        answer.error().message = detail::async::name_of(request) + ": " + answer.error().message;
    co_return answer;
}

Task<Result<Response>> get(std::string url) {
    Request wanted{.url = std::move(url)};
    co_return co_await request(std::move(wanted));
}

}  // namespace io

}  // namespace grainscope
