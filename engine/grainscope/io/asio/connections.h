// The connections of one loop: those in use are counted, those that servers left open are kept.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include <grainscope/io/asio/connection.h>
#include <grainscope/io/resumption.h>
#include <grainscope/io/task.h>

namespace grainscope::detail::async {

class Connections final : public LoopLocal {
  public:
    /// The current loop's.
    [[nodiscard]] static Connections& current();
    explicit Connections(std::size_t limit) : limit_(limit) {}

    /// A connection that was left, the latest first; null if there is none.
    [[nodiscard]] std::unique_ptr<Connection> take(const Address& address);
    void leave(const Address& address, std::unique_ptr<Connection> connection);
    /// Closes one that was left if there are too many to open another one.
    void make_room() noexcept;
    /// With the system's certificates.
    [[nodiscard]] boost::asio::ssl::context& tls();

    /// The right to have one more connection open. Waits for its turn.
    class Permit {
      public:
        Permit() = default;
        explicit Permit(Connections& connections) noexcept : connections_(&connections) {}
        Permit(Permit&& other) noexcept : connections_(std::exchange(other.connections_, nullptr)) {}
        Permit& operator=(Permit&&) = delete;
        ~Permit() {
            if (connections_ != nullptr) connections_->give_back();
        }

      private:
        Connections* connections_ = nullptr;
    };
    [[nodiscard]] grainscope::io::Task<Permit> permit();

  private:
    class Turn;
    void give_back() noexcept;

    const std::size_t limit_;
    std::size_t open_ = 0;
    std::list<Turn*> waiting_;
    std::map<Address, std::vector<std::unique_ptr<Connection>>> left_;
    std::size_t left_count_ = 0;
    std::optional<boost::asio::ssl::context> tls_;
};

}  // namespace grainscope::detail::async
