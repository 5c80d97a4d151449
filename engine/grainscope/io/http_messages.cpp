#include <grainscope/io/asio/http_messages.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

namespace grainscope {

namespace detail::async {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using grainscope::io::Error;
using grainscope::io::Request;
using grainscope::io::Result;
using Kind = Error::Kind;
using boost::system::error_code;

bool is_token(std::string_view text) {
    constexpr std::string_view separators = "()<>@,;:\\\"/[]?={} \t";
    return !text.empty() &&
           std::ranges::all_of(text, [&](char c) { return c > ' ' && c < '\x7f' && !separators.contains(c); });
}

Message message_of(const Url& url, const Request& request) {
    Message message;
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

}  // namespace

const char* fault_of(const grainscope::io::Headers& headers) {
    for (const auto& [name, value] : headers) {
        if (!is_token(name)) return "the name of a header has characters that HTTP does not allow";
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return "the value of a header has a line break in it";
    }
    return nullptr;
}

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
    if (code == http::error::unexpected_body) return make(Kind::bad_response, "the server sent more than it said");
    if (code.category() == http::make_error_code(http::error::bad_version).category())
        return make(Kind::bad_response, "the answer is not HTTP: " + code.message());
    if (code.category() == asio::error::get_ssl_category() || code == asio::ssl::error::stream_truncated)
        return make(Kind::tls, code.message());
    return make(Kind::other, code.message());
}

Error host_cannot_be_sent(const std::string& what) { return {Kind::tls, what + ": the host's name cannot be sent"}; }

std::string name_of(const Request& request) { return request.method + " " + request.url; }

Result<Outgoing> outgoing(const Request& request) {
    Result<Url> url = parse_url(request.url);
    if (!url) return std::unexpected(url.error());
    const char* fault = is_token(request.method) ? fault_of(request.headers) : "the method is no word of letters";
    if (fault != nullptr) return std::unexpected(Error{Kind::invalid_request, request.url + ": " + fault});
    Message message = message_of(*url, request);
    return Outgoing{std::move(*url), std::move(message)};
}

bool is_repeatable(std::string_view method) {
    constexpr std::array<std::string_view, 6> repeatable{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    return std::ranges::find(repeatable, method) != repeatable.end();
}

AnswerParser::AnswerParser(const Message& message, std::size_t max_body_bytes) {
    header_limit(64 << 10);
    body_limit(max_body_bytes);
    if (message.method() == http::verb::head) skip(true);
}

std::expected<Answer, NoAnswer> answer_of(AnswerParser& parser, const Message& message, error_code not_sent,
                                          error_code not_received, std::size_t unread) {
    if (not_received)
        return std::unexpected(NoAnswer{not_sent && !parser.got_some() ? not_sent : not_received, !parser.got_some()});
    if (unread > 0) return std::unexpected(NoAnswer{http::error::unexpected_body});
    http::response<http::string_body> answer = parser.release();
    Answer result{.response = {.status = answer.result_int(), .headers = {}, .body = std::move(answer.body())},
                  .keep = answer.keep_alive() && message.keep_alive() && !not_sent};
    for (const auto& field : answer)
        result.response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    return result;
}

Endpoints number_of(const Address& address) {
    error_code is_name;
    const auto number = asio::ip::make_address(address.host, is_name);
    if (is_name) return {};
    return {{number, static_cast<std::uint16_t>(std::stoul(address.port))}};
}

std::pair<error_code, Endpoints> look_up(const Address& address) {
    asio::io_context io;
    error_code error;
    Endpoints endpoints;
    for (const auto& entry : asio::ip::tcp::resolver(io).resolve(address.host, address.port, error))
        endpoints.push_back(entry.endpoint());
    return {error, std::move(endpoints)};
}

std::optional<std::string_view> value_of(const grainscope::io::Headers& headers, std::string_view name) noexcept {
    const auto same = [&](const auto& field) {
        return std::ranges::equal(field.first, name,
                                  [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    };
    const auto found = std::ranges::find_if(headers, same);
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

}  // namespace detail::async

namespace io {

std::optional<std::string_view> Response::header(std::string_view name) const noexcept {
    return detail::async::value_of(headers, name);
}

}  // namespace io

}  // namespace grainscope
