#include <grainscope/io/http_server.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <grainscope/io/asio/http_messages.h>
#include <grainscope/io/asio/loop_context.h>
#include <grainscope/io/asio/operation.h>
#include <grainscope/io/task_group.h>
#include <grainscope/io/time.h>
#include <grainscope/platform/open_files.h>

namespace grainscope::io {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using detail::async::Loop;
using detail::async::LoopSocket;
using detail::async::operation;

/// How long to wait before the next try where the process may open no more files.
constexpr std::chrono::milliseconds pause_when_full{10};

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

using StringResponse = http::response<http::string_body>;
using Parser = http::request_parser<http::string_body>;

StringResponse plain_answer(unsigned status, std::string text) {
    StringResponse message;
    message.result(status);
    message.body() = std::move(text);
    message.keep_alive(false);
    message.prepare_payload();
    return message;
}

/// How a request that could not be read is answered; none: not at all, the connection just ends.
std::optional<StringResponse> answer_to(const error_code& error) {
    if (error == http::error::body_limit) return plain_answer(413, "the body is longer than this server takes\n");
    if (error == http::error::header_limit) return plain_answer(431, "the headers are longer than 64 KiB\n");
    const bool is_http = error.category() == http::make_error_code(http::error::bad_version).category();
    if (!is_http || error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
    return plain_answer(400, "this is not HTTP/1.1: " + error.message() + "\n");
}

ServerRequest request_of(Parser& parser) {
    http::request<http::string_body> message = parser.release();
    ServerRequest request{.method = message.method_string(),
                          .target = message.target(),
                          .headers = {},
                          .body = std::move(message.body())};
    for (const auto& field : message)
        request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    return request;
}

/// Whose value the message's own length and the connection's fate give.
bool is_the_servers(std::string_view name) {
    return beast::iequals(name, "content-length") || beast::iequals(name, "transfer-encoding") ||
           beast::iequals(name, "connection") || beast::iequals(name, "keep-alive");
}

Response failure(std::string_view why) { return {.status = 500, .headers = {}, .body = std::string(why) + "\n"}; }

bool may_have_body(unsigned status) { return status != 204 && status != 304; }

StringResponse message_of(Response response, bool keep_alive, unsigned version) {
    if (response.status < 200 || response.status > 599)
        response = failure("the handler gave " + std::to_string(response.status) + " for a status");
    if (const char* fault = detail::async::fault_of(response.headers)) response = failure(fault);
    if (!may_have_body(response.status)) response.body.clear();
    StringResponse message;
    message.version(version);
    message.result(response.status);
    for (const auto& [name, value] : response.headers)
        if (!is_the_servers(name)) message.insert(name, value);
    message.body() = std::move(response.body);
    message.keep_alive(keep_alive);
    message.prepare_payload();
    return message;
}

}  // namespace

struct Listener::Socket {
    asio::io_context io{1};  // which nobody runs: the acceptor that is waited for belongs to a loop
    tcp::acceptor acceptor{io};
};

Listener::Listener(std::unique_ptr<Socket> socket) noexcept : socket_(std::move(socket)) {}
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;
Listener::~Listener() = default;

Result<Listener> Listener::bind(const std::string& address, std::uint16_t port) {
    error_code error;
    const auto number = asio::ip::make_address(address, error);
    if (error) {
        return std::unexpected(Error{Error::Kind::invalid_url, "\"" + address +
                                                                   "\" is no address to listen on: it takes a number "
                                                                   "such as 127.0.0.1 or ::1"});
    }
    auto socket = std::make_unique<Socket>();
    const tcp::endpoint endpoint(number, port);
    socket->acceptor.open(endpoint.protocol(), error);
    if (!error) socket->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) socket->acceptor.bind(endpoint, error);
    if (!error) socket->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        return std::unexpected(Error{
            Error::Kind::other, "listening on " + address + " port " + std::to_string(port) + ": " + error.message()});
    }
    return Listener(std::move(socket));
}

void Listener::close() noexcept {
    error_code ignored;
    socket_->acceptor.close(ignored);
}

bool Listener::is_open() const noexcept { return socket_->acceptor.is_open(); }

std::uint16_t Listener::port() const noexcept {
    error_code ignored;
    return socket_->acceptor.local_endpoint(ignored).port();
}

std::string Listener::url() const {
    error_code ignored;
    const tcp::endpoint endpoint = socket_->acceptor.local_endpoint(ignored);
    const std::string address = endpoint.address().to_string();
    return "http://" + (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
           std::to_string(endpoint.port());
}

std::optional<std::string_view> ServerRequest::header(std::string_view name) const noexcept {
    return detail::async::value_of(headers, name);
}

/// One call of serve.
class Serving {
  public:
    Serving(Listener& listener, Handler handler, ServeOptions options)
        : handler_(std::move(handler)), options_(options), acceptor_(Loop::current().context().io) {
        if (options_.max_connections == 0) options_.max_connections = most_connections();
        // The loop's own descriptor of the same socket: the listener keeps its port when this ends.
        error_code error;
        const tcp::endpoint endpoint = listener.socket_->acceptor.local_endpoint(error);
        const int descriptor = platform::duplicate(listener.socket_->acceptor.native_handle());
        if (descriptor >= 0 && !error) acceptor_.assign(endpoint.protocol(), descriptor, error);
        if (descriptor < 0 || error) throw std::runtime_error("the listener cannot be waited for");
    }

    Task<void> accept_all(TaskGroup& connections) {
        while (true) {
            LoopSocket socket(Loop::current().context().io);
            auto accepting = operation<>([&](auto handler) { acceptor_.async_accept(socket, std::move(handler)); });
            if (const auto [error] = co_await accepting; error) {
                // A client that went again, or no descriptor to be had: the next one may be luckier.
                if (error != asio::error::connection_aborted) co_await sleep_for(pause_when_full);
                continue;
            }
            connections.start(serve_connection(std::move(socket)));
            co_await connections.fewer_than(options_.max_connections);
        }
    }

  private:
    Task<void> serve_connection(LoopSocket accepted) {
        LoopSocket socket = std::move(accepted);  // closed when this ends, and not with its arguments
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        beast::flat_buffer buffer;
        for (bool keep = true; keep;) {
            Parser parser;
            parser.header_limit(64 << 10);
            parser.body_limit(options_.max_body_bytes);
            const Result<error_code> read = co_await read_request(socket, buffer, parser);
            if (!read) co_return;  // silent for too long
            if (*read) {
                if (auto answer = answer_to(*read)) co_await refuse(socket, std::move(*answer));
                co_return;
            }
            const bool is_head = parser.get().method() == http::verb::head;
            keep = parser.get().keep_alive();
            const unsigned version = parser.get().version();
            StringResponse message = message_of(co_await answer_of(request_of(parser)), keep, version);
            if (!co_await write(socket, message, is_head)) co_return;
        }
        socket.shutdown(tcp::socket::shutdown_send, ignored);
    }

    /// An error of this side: nothing came for too long.
    Task<Result<error_code>> read_request(LoopSocket& socket, beast::flat_buffer& buffer, Parser& parser) {
        const Result<error_code> heading = co_await with_timeout(options_.idle, read_header(socket, buffer, parser));
        if (!heading || *heading || parser.is_done()) co_return heading;
        if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            auto answering = operation<std::size_t>(
                [&](auto handler) { asio::async_write(socket, asio::buffer(go_on), std::move(handler)); });
            if (const auto [error, count] = co_await answering; error) co_return error;
        }
        // Piece by piece: an upload that takes long is not silent, but one that stalls is.
        while (!parser.is_done()) {
            const Result<error_code> piece = co_await with_timeout(options_.idle, read_some(socket, buffer, parser));
            if (!piece || *piece) co_return piece;
        }
        co_return error_code();
    }

    static Task<Result<error_code>> read_header(LoopSocket& socket, beast::flat_buffer& buffer, Parser& parser) {
        auto reading = operation<std::size_t>(
            [&](auto handler) { http::async_read_header(socket, buffer, parser, std::move(handler)); });
        const auto [error, count] = co_await reading;
        co_return error;
    }

    static Task<Result<error_code>> read_some(LoopSocket& socket, beast::flat_buffer& buffer, Parser& parser) {
        auto reading = operation<std::size_t>(
            [&](auto handler) { http::async_read_some(socket, buffer, parser, std::move(handler)); });
        const auto [error, count] = co_await reading;
        co_return error;
    }

    Task<Response> answer_of(ServerRequest request) {
        try {
            co_return co_await handler_(std::move(request));
        } catch (const Cancelled&) {
            throw;
        } catch (const std::exception& error) {
            co_return failure(error.what());
        } catch (...) {
            co_return failure("the handler threw an exception of unknown type");
        }
    }

    static Task<bool> write(LoopSocket& socket, StringResponse& message, bool head_only) {
        http::response_serializer<http::string_body> serializer(message);
        auto writing = operation<std::size_t>([&](auto handler) {
            if (head_only)
                http::async_write_header(socket, serializer, std::move(handler));
            else
                http::async_write(socket, serializer, std::move(handler));
        });
        const auto [error, count] = co_await writing;
        co_return !error;
    }

    /// Says why, then reads on for a while: closing on what a client still sends would take the answer from it.
    Task<void> refuse(LoopSocket& socket, StringResponse message) {
        if (!co_await write(socket, message, false)) co_return;
        error_code ignored;
        socket.shutdown(tcp::socket::shutdown_send, ignored);
        (void)co_await with_timeout(std::min<std::chrono::nanoseconds>(options_.idle, std::chrono::seconds(1)),
                                    drain(socket));
    }

    static Task<Result<error_code>> drain(LoopSocket& socket) {
        std::array<char, 16384> rest{};
        while (true) {
            auto reading = operation<std::size_t>(
                [&](auto handler) { socket.async_read_some(asio::buffer(rest), std::move(handler)); });
            if (const auto [error, count] = co_await reading; error) co_return error;
        }
    }

    const Handler handler_;
    ServeOptions options_;
    asio::basic_socket_acceptor<tcp, asio::io_context::executor_type> acceptor_;
};

Task<void> serve(Listener& listener, Handler handler, ServeOptions options) {
    Serving serving(listener, std::move(handler), options);
    const auto accept = [&serving](TaskGroup& group) { return serving.accept_all(group); };
    co_await with_group(accept);
}

}  // namespace grainscope::io
