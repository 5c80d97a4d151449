// What an encrypted connection to a server checks.
#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace grainscope::detail::async {

/// Trusts the system's certificates, and nobody without one.
[[nodiscard]] boost::asio::ssl::context verifying_context();

/// Before the handshake: asks for that host, and takes nobody else's certificate. False if its name cannot be sent.
template <class Stream>
[[nodiscard]] bool expect_host(boost::asio::ssl::stream<Stream>& encrypted, const std::string& host) {
    encrypted.set_verify_callback(boost::asio::ssl::host_name_verification(host));
    return SSL_set_tlsext_host_name(encrypted.native_handle(), host.c_str()) == 1;
}

}  // namespace grainscope::detail::async
