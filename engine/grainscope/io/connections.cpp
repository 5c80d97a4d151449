#include <algorithm>

#include <grainscope/io/asio/connections.h>
#include <grainscope/io/asio/tls.h>
#include <grainscope/io/http.h>
#include <grainscope/platform/open_files.h>

std::size_t grainscope::io::most_connections() {
    // What else the process has open, or will: a quarter, at least the usual handful.
    const std::size_t files = platform::raise_open_files();
    return std::max<std::size_t>(1, files - std::min(files, std::max<std::size_t>(64, files / 4)));
}

namespace grainscope::detail::async {

Connections& Connections::current() {
    std::unique_ptr<LoopLocal>& local = Loop::current().local();
    if (!local) {
        local = std::make_unique<Connections>(grainscope::io::most_connections());
    }
    return static_cast<Connections&>(*local);
}

std::unique_ptr<Connection> Connections::take(const Address& address) {
    const auto found = left_.find(address);
    while (found != left_.end() && !found->second.empty()) {
        std::unique_ptr<Connection> connection = std::move(found->second.back());
        found->second.pop_back();
        --left_count_;
        if (!connection->has_news()) return connection;
    }
    return nullptr;
}

void Connections::make_room() noexcept {
    for (auto left = left_.begin(); open_.inside() + left_count_ > open_.limit() && left != left_.end();) {
        if (left->second.empty()) {
            left = left_.erase(left);
            continue;
        }
        left->second.erase(left->second.begin());  // the one that was left first
        --left_count_;
    }
}

void Connections::leave(const Address& address, std::unique_ptr<Connection> connection) {
    // Those in use are the permits; with those left as well there are never more than the limit.
    if (open_.inside() + left_count_ > open_.limit()) return;
    left_[address].push_back(std::move(connection));
    ++left_count_;
}

boost::asio::ssl::context& Connections::tls() {
    if (!tls_) tls_.emplace(verifying_context());
    return *tls_;
}

}  // namespace grainscope::detail::async
