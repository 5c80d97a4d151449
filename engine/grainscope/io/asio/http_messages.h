// Requests and answers as Boost.Beast has them, and what a failure of theirs means: the same however it is waited.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <grainscope/io/asio/url.h>
#include <grainscope/io/error.h>
#include <grainscope/io/http.h>

namespace grainscope::detail::async {

using Message = boost::beast::http::request<boost::beast::http::string_body>;
using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

/// Null, or why HTTP does not allow them: a line break in a header would begin another one.
[[nodiscard]] const char* fault_of(const grainscope::io::Headers& headers);

/// The first header of that name, whatever its case; none if there is none. O(headers).
[[nodiscard]] std::optional<std::string_view> value_of(const grainscope::io::Headers& headers,
                                                       std::string_view name) noexcept;

/// What is sent, and where.
struct Outgoing {
    Url url;
    Message message;
};
/// Or what is wrong with the request.
[[nodiscard]] grainscope::io::Result<Outgoing> outgoing(const grainscope::io::Request& request);
/// Whether a request may be sent twice (RFC 9110, 9.2.2).
[[nodiscard]] bool is_repeatable(std::string_view method);

/// For the answer to that message.
class AnswerParser : public Parser {
  public:
    AnswerParser(const Message& message, std::size_t max_body_bytes);
    /// Whether what was read only announces the answer (1xx, but for 101, which ends HTTP).
    [[nodiscard]] bool is_interim() const { return get().result_int() / 100 == 1 && get().result_int() != 101; }
};

/// An answer, and whether the connection may serve again.
struct Answer {
    grainscope::io::Response response;
    bool keep = false;
};
/// Why there is none. `silent`: not a byte of an answer came.
struct NoAnswer {
    boost::system::error_code code;
    bool silent = false;
};
/// After both steps. A server may answer and close before it has read everything: what it said counts. `unread` is what
/// the connection has beyond the answer: more than it said, which makes the answer none to rely on.
[[nodiscard]] std::expected<Answer, NoAnswer> answer_of(AnswerParser& parser, const Message& message,
                                                        boost::system::error_code not_sent,
                                                        boost::system::error_code not_received, std::size_t unread);

/// What the failure of a step means to whoever asked. `what` begins the line: "connecting to localhost:80".
[[nodiscard]] grainscope::io::Error error_of(const boost::system::error_code& code, const std::string& what);
[[nodiscard]] grainscope::io::Error host_cannot_be_sent(const std::string& what);
/// "GET http://localhost/", which begins an error's line.
[[nodiscard]] std::string name_of(const grainscope::io::Request& request);

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
/// Where an address leads that is a number; nowhere if it is a name.
[[nodiscard]] Endpoints number_of(const Address& address);
/// Where its name leads. Blocks for as long as the system's name service does.
[[nodiscard]] std::pair<boost::system::error_code, Endpoints> look_up(const Address& address);

}  // namespace grainscope::detail::async
