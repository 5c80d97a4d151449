#include <grainscope/io/http.h>

#include <algorithm>
#include <array>
#include <cctype>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http.hpp>

#include <grainscope/io/asio/connections.h>
#include <grainscope/io/asio/loop_context.h>
#include <grainscope/io/spawn_blocking.h>
#include <grainscope/io/time.h>

namespace grainscope {

namespace detail::async {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using grainscope::io::Error;
using grainscope::io::Result;
using grainscope::io::Task;
using Kind = Error::Kind;
using boost::system::error_code;

/// What the failure of a step means to whoever asked. `what` begins the line: "connecting to localhost:80".
Error error_of(const error_code& code, const std::string& what) {
    const auto make = [&](Kind kind, const std::string& why) { return Error{kind, what + ": " + why}; };
    if (code == asio::error::connection_refused) return make(Kind::refused, "the connection was refused");
    if (code == asio::error::host_not_found || code == asio::error::host_not_found_try_again ||
        code == asio::error::no_data)
        return make(Kind::host_not_found, "there is no such host");
    if (code == asio::error::no_descriptors || code == error_code(ENFILE, boost::system::system_category()))
        return make(Kind::too_many_open_files, "too many files are open");
    if (code == http::error::end_of_stream || code == asio::error::eof || code == asio::error::connection_reset ||
        code == asio::error::broken_pipe)
        return make(Kind::reset, "the server closed the connection");
    if (code == http::error::partial_message) return make(Kind::reset, "the server closed the connection half way");
    if (code == http::error::body_limit) return make(Kind::too_large, "the answer is longer than allowed");
    if (code == http::error::header_limit) return make(Kind::too_large, "the answer's headers are longer than 64 KiB");
    if (code.category() == http::make_error_code(http::error::bad_version).category())
        return make(Kind::bad_response, "the answer is not HTTP: " + code.message());
    if (code.category() == asio::error::get_ssl_category() || code == asio::ssl::error::stream_truncated)
        return make(Kind::tls, code.message());
    return make(Kind::other, code.message());
}

using Endpoints = std::vector<asio::ip::tcp::endpoint>;

/// Blocks for as long as the system's name service does.
std::pair<error_code, Endpoints> look_up(const Address& address) {
    asio::io_context io;
    error_code error;
    Endpoints endpoints;
    for (const auto& entry : asio::ip::tcp::resolver(io).resolve(address.host, address.port, error))
        endpoints.push_back(entry.endpoint());
    return {error, std::move(endpoints)};
}

/// Where an address leads. A name is looked up on a blocking thread: nothing can call back who asks the name service,
/// but a task that is cancelled need not wait for it.
Task<std::pair<error_code, Endpoints>> resolve(const Address& address) {
    error_code is_name;
    const auto number = asio::ip::make_address(address.host, is_name);
    if (is_name) co_return co_await grainscope::io::spawn_blocking(look_up, Address(address));
    co_return std::pair(error_code(), Endpoints{{number, static_cast<std::uint16_t>(std::stoul(address.port))}});
}

Task<Result<std::unique_ptr<Connection>>> connect(const Url& url) {
    auto& io = Loop::current().context().io;
    const std::string what = "connecting to " + url.host_header;
    const auto [not_found, addresses] = co_await resolve(url.address);
    if (not_found) co_return std::unexpected(error_of(not_found, what));

    auto connection = std::make_unique<Connection>(io);
    auto connecting = operation<asio::ip::tcp::endpoint>(
        [&](auto handler) { asio::async_connect(connection->socket(), addresses, std::move(handler)); });
    auto [not_connected, endpoint] = co_await connecting;
    if (not_connected) co_return std::unexpected(error_of(not_connected, what));
    error_code ignored;
    connection->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    if (!url.address.encrypted) co_return connection;

    connection->encrypt(Connections::current().tls());
    auto& encrypted = connection->encrypted();
    if (SSL_set_tlsext_host_name(encrypted.native_handle(), url.address.host.c_str()) != 1)
        co_return std::unexpected(Error{Kind::tls, what + ": the host's name cannot be sent"});
    encrypted.set_verify_callback(asio::ssl::host_name_verification(url.address.host));
    auto shaking_hands = operation<>(
        [&](auto handler) { encrypted.async_handshake(asio::ssl::stream_base::client, std::move(handler)); });
    if (const auto [not_trusted] = co_await shaking_hands; not_trusted)
        co_return std::unexpected(error_of(not_trusted, what));
    co_return connection;
}

/// An answer, and whether the connection may serve again.
struct Answer {
    grainscope::io::Response response;
    bool keep = false;
};
/// Why there is none. `silent`: not a byte of an answer came.
struct NoAnswer {
    error_code code;
    bool silent = false;
};

/// Null, or why HTTP does not allow it: a line break in a header would begin another one.
const char* fault_of(const grainscope::io::Request& request) {
    const auto is_token = [](std::string_view text) {
        constexpr std::string_view separators = "()<>@,;:\\\"/[]?={} \t";
        return !text.empty() &&
               std::ranges::all_of(text, [&](char c) { return c > ' ' && c < '\x7f' && !separators.contains(c); });
    };
    if (!is_token(request.method)) return "the method is no word of letters";
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name)) return "the name of a header has characters that HTTP does not allow";
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return "the value of a header has a line break in it";
    }
    return nullptr;
}

http::request<http::string_body> message_of(const Url& url, grainscope::io::Request& request) {
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(url.target);
    message.version(11);
    message.set(http::field::host, url.host_header);
    message.set(http::field::user_agent, "grainscope");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.body() = request.body;
    message.keep_alive(request.keep_alive);
    message.prepare_payload();
    return message;
}

Task<std::expected<Answer, NoAnswer>> exchange(Connection& connection, const http::request<http::string_body>& message,
                                               std::size_t max_body_bytes) {
    auto sending = operation<std::size_t>([&](auto handler) {
        connection.visit([&](auto& stream) { http::async_write(stream, message, std::move(handler)); });
    });
    const auto [not_sent, sent] = co_await sending;
    // A server may answer and close before it has read everything: what it said counts.
    http::response_parser<http::string_body> parser;
    parser.header_limit(64 << 10);
    parser.body_limit(max_body_bytes);
    if (message.method() == http::verb::head) parser.skip(true);
    auto receiving = operation<std::size_t>([&](auto handler) {
        connection.visit(
            [&](auto& stream) { http::async_read(stream, connection.buffer(), parser, std::move(handler)); });
    });
    const auto [not_received, received] = co_await receiving;
    if (not_received)
        co_return std::unexpected(
            NoAnswer{not_sent && !parser.got_some() ? not_sent : not_received, !parser.got_some()});

    http::response<http::string_body> answer = parser.release();
    Answer result{.response = {.status = answer.result_int(), .headers = {}, .body = std::move(answer.body())},
                  .keep = answer.keep_alive() && message.keep_alive() && !not_sent &&
                          connection.buffer().size() == 0};  // more than it said: whose would it be?
    for (const auto& field : answer)
        result.response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    co_return result;
}

/// Whether a request may be sent twice (RFC 9110, 9.2.2).
bool is_repeatable(std::string_view method) {
    constexpr std::array<std::string_view, 6> repeatable{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    return std::ranges::find(repeatable, method) != repeatable.end();
}

Task<Result<grainscope::io::Response>> perform(grainscope::io::Request& request) {
    const Result<Url> url = parse_url(request.url);
    if (!url) co_return std::unexpected(url.error());
    if (const char* fault = fault_of(request))
        co_return std::unexpected(Error{Kind::invalid_request, request.url + ": " + fault});
    const auto message = message_of(*url, request);
    Connections& connections = Connections::current();
    const Connections::Permit permit = co_await connections.permit();

    std::unique_ptr<Connection> connection;
    if (request.keep_alive) connection = connections.take(url->address);
    for (bool again = connection != nullptr && is_repeatable(request.method);; again = false) {
        if (!connection) {
            connections.make_room();
            auto made = co_await connect(*url);
            if (!made) co_return std::unexpected(made.error());
            connection = std::move(*made);
        }
        auto answer = co_await exchange(*connection, message, request.max_body_bytes);
        if (answer) {
            if (answer->keep) connections.leave(url->address, std::move(connection));
            co_return std::move(answer->response);
        }
        connection.reset();
        if (!again || !answer.error().silent)
            co_return std::unexpected(error_of(answer.error().code, request.method + " " + request.url));
    }
}

}  // namespace

}  // namespace detail::async

namespace io {

std::optional<std::string_view> Response::header(std::string_view name) const noexcept {
    const auto same = [&](const auto& field) {
        return std::ranges::equal(field.first, name,
                                  [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    };
    const auto found = std::ranges::find_if(headers, same);
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

Task<Result<Response>> request(Request request) {
    auto answer = co_await with_timeout(request.timeout, detail::async::perform(request));
    if (!answer && answer.error().is_timeout())
        answer.error().message = request.method + " " + request.url + ": " + answer.error().message;
    co_return answer;
}

Task<Result<Response>> get(std::string url) {
    Request wanted{.url = std::move(url)};
    co_return co_await request(std::move(wanted));
}

}  // namespace io

}  // namespace grainscope
