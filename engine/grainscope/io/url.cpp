#include <grainscope/io/asio/url.h>

#include <charconv>

#include <boost/url/src.hpp>

namespace grainscope::detail::async {

grainscope::io::Result<Url> parse_url(const std::string& text) {
    using Kind = grainscope::io::Error::Kind;
    const auto refuse = [&](const std::string& why) {
        return std::unexpected(grainscope::io::Error{
            Kind::invalid_url, "\"" + (text.size() <= 200 ? text : text.substr(0, 200) + "…") + "\" " + why});
    };
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed) return refuse("is no URL, such as http://example.org/page");
    const boost::urls::url_view& view = *parsed;
    if (view.scheme_id() != boost::urls::scheme::http && view.scheme_id() != boost::urls::scheme::https)
        return refuse("has another scheme than http or https");
    if (view.encoded_host().empty()) return refuse("names no host");
    Url url;
    url.address.encrypted = view.scheme_id() == boost::urls::scheme::https;
    url.address.host =
        view.host_type() == boost::urls::host_type::ipv6 ? std::string(view.host_address()) : view.host();
    const std::string own_port = url.address.encrypted ? "443" : "80";
    url.address.port = view.has_port() && !view.port().empty() ? std::string(view.port()) : own_port;
    unsigned port = 0;
    const char* const digits_end = url.address.port.data() + url.address.port.size();
    const auto [end, error] = std::from_chars(url.address.port.data(), digits_end, port);
    if (error != std::errc() || end != digits_end || port == 0 || port > 65'535)
        return refuse("names a port that is not 1 to 65535");
    url.host_header = std::string(view.encoded_host());
    if (url.address.port != own_port) url.host_header += ":" + url.address.port;
    const std::string target(view.encoded_target());
    if (target.empty() || target.front() != '/') url.target = '/';
    url.target += target;
    return url;
}

}  // namespace grainscope::detail::async
