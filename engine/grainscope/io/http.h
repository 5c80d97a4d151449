// HTTP from within a task: get, and requests of any kind.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <grainscope/io/error.h>
#include <grainscope/io/task.h>

namespace grainscope::io {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a server answered. Any status is an answer, also 404 and 500: only what keeps an answer from coming is an
/// Error.
struct Response {
    unsigned status = 0;
    Headers headers;  ///< in their order; names as they came
    std::string body;

    [[nodiscard]] bool is_success() const noexcept { return status >= 200 && status < 300; }
    /// The first header of that name, whatever its case; none if there is none. O(headers).
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
};

struct Request {
    std::string url;  ///< http or https
    std::string method = "GET";
    Headers headers = {};
    std::string body = {};
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);  ///< for all of it, name lookup and body included
    std::size_t max_body_bytes = std::size_t{64} << 20;           ///< of the answer; longer is Error::Kind::too_large
    bool keep_alive = true;  ///< take a connection that an earlier request left, and leave it to a later one
};

/// Sends the request and gives the answer with its whole body. Connections that servers leave open are kept, by host,
/// on the IO thread of the task, and used again; where one turns out to be closed, a request whose method may be
/// repeated (RFC 9110: GET, HEAD, PUT, DELETE, OPTIONS) is sent once more on a new one. Certificates are checked
/// against the system's. Redirects are answers; interim answers (1xx) are
/// not. A server that sends more than it said is Error::Kind::bad_response. At no time are more connections open than
/// the process may have files (less what others need): further requests wait for their turn. HTTP/1.1 by Boost.Beast,
/// TLS by OpenSSL, URLs by Boost.URL.
[[nodiscard]] Task<Result<Response>> request(Request request);

/// request with GET.
///
///     grainscope::io::Runtime runtime;
///     const auto answer = runtime.block_on(grainscope::io::get("no url"));
///     if (answer || answer.error().kind != grainscope::io::Error::Kind::invalid_url) std::abort();
[[nodiscard]] Task<Result<Response>> get(std::string url);

/// How many connections this process may have open at once: its limit of open files, raised as far as it goes, less
/// what other things need. Requests beyond it wait.
[[nodiscard]] std::size_t most_connections();

}  // namespace grainscope::io
