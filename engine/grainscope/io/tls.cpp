#include <grainscope/io/asio/tls.h>

namespace grainscope::detail::async {

boost::asio::ssl::context verifying_context() {
    boost::asio::ssl::context context(boost::asio::ssl::context::tls_client);
    context.set_default_verify_paths();
    context.set_verify_mode(boost::asio::ssl::verify_peer);
    return context;
}

}  // namespace grainscope::detail::async
