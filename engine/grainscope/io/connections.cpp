#include <algorithm>

#include <grainscope/io/asio/connections.h>
#include <grainscope/io/asio/tls.h>
#include <grainscope/platform/open_files.h>

namespace grainscope::detail::async {

Connections& Connections::current() {
    std::unique_ptr<LoopLocal>& local = Loop::current().local();
    if (!local) {
        // What else the process has open, or will: a quarter, at least the usual handful.
        const std::size_t files = platform::raise_open_files();
        local = std::make_unique<Connections>(
            std::max<std::size_t>(1, files - std::min(files, std::max<std::size_t>(64, files / 4))));
    }
    return static_cast<Connections&>(*local);
}

std::unique_ptr<Connection> Connections::take(const Address& address) {
    const auto found = left_.find(address);
    if (found == left_.end() || found->second.empty()) return nullptr;
    std::unique_ptr<Connection> connection = std::move(found->second.back());
    found->second.pop_back();
    --left_count_;
    return connection;
}

void Connections::make_room() noexcept {
    for (auto left = left_.begin(); open_ + left_count_ > limit_ && left != left_.end();) {
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
    if (open_ + left_count_ > limit_) return;
    left_[address].push_back(std::move(connection));
    ++left_count_;
}

boost::asio::ssl::context& Connections::tls() {
    if (!tls_) tls_.emplace(verifying_context());
    return *tls_;
}

/// One who waits for a permit. It lies in the waiting coroutine.
class Connections::Turn final : public ResumedOperation {
  public:
    explicit Turn(Connections& connections) noexcept : connections_(connections) {}

    [[nodiscard]] Permit await_resume() {
        end_wait();
        if (has_waited() && !has_permit_) connections_.waiting_.remove(this);
        Permit permit = has_permit_ ? Permit(connections_) : Permit();
        throw_if_cancelled();
        return permit;
    }
    void grant() {
        has_permit_ = true;
        resume();
    }

  private:
    bool begin_wait(const std::shared_ptr<Resumption>&) override {
        has_permit_ = connections_.open_ < connections_.limit_;
        if (has_permit_)
            ++connections_.open_;
        else
            connections_.waiting_.push_back(this);
        return !has_permit_;
    }

    Connections& connections_;
    bool has_permit_ = false;
};

grainscope::io::Task<Connections::Permit> Connections::permit() {
    Turn turn(*this);
    co_return co_await turn;
}

void Connections::give_back() noexcept {
    if (waiting_.empty()) {
        --open_;
        return;
    }
    Turn* const next = waiting_.front();
    waiting_.pop_front();
    next->grant();
}

}  // namespace grainscope::detail::async
