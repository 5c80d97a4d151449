// What one channel tells about itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace grainscope {

namespace detail::channel {
class Core;
}

/// A snapshot of a channel, readable at any time from any thread. The counts come from positions that the channel keeps
/// anyway, and the waits are counted where a thread parks: an operation that does not park pays nothing for any of it.
/// Under load the numbers belong to neighbouring moments, not to one.
struct ChannelTelemetry {
    std::size_t depth = 0;                ///< messages in the channel
    std::optional<std::size_t> capacity;  ///< none: unbounded
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::size_t senders = 0;  ///< handles
    std::size_t receivers = 0;
    std::size_t blocked_senders = 0;  ///< threads that have parked, or are about to; a select counts in each channel
    std::size_t blocked_receivers = 0;
    std::uint64_t send_blocked_ns = 0;  ///< all waits together, those of the threads blocked now included
    std::uint64_t receive_blocked_ns = 0;
    bool disconnected = false;
};

/// Looks at a channel without taking part: it is neither a sender nor a receiver, so it does not keep the channel
/// connected, but it may outlive all of them. Copyable; safe to use while others send and receive.
///
///     auto [tx, rx] = grainscope::bounded<int>(8);
///     const grainscope::ChannelWatch watch = tx.watch();
///     tx.send(1).value();
///     if (watch.telemetry().depth != 1) std::abort();
class ChannelWatch {
  public:
    ChannelWatch(const ChannelWatch& other) noexcept;
    ChannelWatch(ChannelWatch&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    ChannelWatch& operator=(ChannelWatch other) noexcept {
        std::swap(core_, other.core_);
        return *this;
    }
    ~ChannelWatch();

    /// Throws std::logic_error on a watch that was moved from.
    [[nodiscard]] ChannelTelemetry telemetry() const;

  private:
    template <class T>
    friend class Sender;
    template <class T>
    friend class Receiver;
    explicit ChannelWatch(const detail::channel::Core& core) noexcept;

    const detail::channel::Core* core_;
};

}  // namespace grainscope
