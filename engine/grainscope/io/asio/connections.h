// The connections of one loop: those in use are counted, those that servers left open are kept.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include <grainscope/io/asio/connection.h>
#include <grainscope/io/task.h>
#include <grainscope/io/turnstile.h>

namespace grainscope::detail::async {

class Connections final : public LoopLocal {
  public:
    /// The current loop's.
    [[nodiscard]] static Connections& current();
    explicit Connections(std::size_t limit) : open_(limit) {}

    /// A connection that was left, the latest first; null if there is none. One on which something has come since (its
    /// end, or what nobody asked for) is none.
    [[nodiscard]] std::unique_ptr<Connection> take(const Address& address);
    void leave(const Address& address, std::unique_ptr<Connection> connection);
    /// Closes one that was left if there are too many to open another one.
    void make_room() noexcept;
    /// With the system's certificates.
    [[nodiscard]] boost::asio::ssl::context& tls();

    /// The right to have one more connection open, and to be one of those that are being made: a server's queue of new
    /// connections is short, and whom it drops waits for a second before the next try.
    [[nodiscard]] grainscope::io::Task<Turnstile::Permit> permit() { return open_.permit(); }
    [[nodiscard]] grainscope::io::Task<Turnstile::Permit> permit_to_connect() { return connecting_.permit(); }

  private:
    static constexpr std::size_t most_connecting = 256;

    Turnstile open_;
    Turnstile connecting_{most_connecting};
    std::map<Address, std::vector<std::unique_ptr<Connection>>> left_;
    std::size_t left_count_ = 0;
    std::optional<boost::asio::ssl::context> tls_;
};

}  // namespace grainscope::detail::async
