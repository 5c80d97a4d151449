// What went wrong with one asynchronous operation.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace grainscope::io {

/// Why an operation has no result: a kind to decide by, and one line to show.
struct Error {
    enum class Kind : std::uint8_t {
        invalid_request,      ///< a method or a header that HTTP does not allow
        invalid_url,          ///< does not parse, or names a scheme other than http and https
        host_not_found,       ///< no address for that name
        refused,              ///< nobody listens there
        reset,                ///< the other side closed in the middle
        timed_out,            ///< the time limit passed
        tls,                  ///< no trusted encrypted connection
        bad_response,         ///< not HTTP, or not as long as it says
        too_large,            ///< longer than the caller takes
        too_many_open_files,  ///< this process may open no more
        other,
    };
    Kind kind = Kind::other;
    std::string message;

    [[nodiscard]] const char* what() const noexcept { return message.c_str(); }
    [[nodiscard]] bool is_timeout() const noexcept { return kind == Kind::timed_out; }
};

/// What an operation that may fail gives: its result, or why there is none.
template <class T>
using Result = std::expected<T, Error>;

}  // namespace grainscope::io
