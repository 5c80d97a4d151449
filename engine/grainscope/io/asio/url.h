// Where a URL leads.
#pragma once

#include <expected>
#include <string>

#include <grainscope/io/error.h>

namespace grainscope::detail::async {

struct Address {
    bool encrypted = false;
    std::string host;
    std::string port;
    friend auto operator<=>(const Address&, const Address&) = default;
};

struct Url {
    Address address;
    std::string host_header;  ///< host, and the port unless it is the scheme's own
    std::string target;       ///< path and query, "/" at least
};

[[nodiscard]] grainscope::io::Result<Url> parse_url(const std::string& text);

}  // namespace grainscope::detail::async
