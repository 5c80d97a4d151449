// The receiving side of a channel.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <expected>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <grainscope/channel/errors.h>
#include <grainscope/channel/handle.h>
#include <grainscope/channel/telemetry.h>

namespace grainscope {

namespace detail::channel {

/// How an iterator asks for its next message.
enum class Asking : std::uint8_t { waiting, at_once };

}  // namespace detail::channel

/// Receives messages of type T. Copies are further receivers of the same channel; each message goes to one of them.
/// When the last one is gone the channel is disconnected, and what is in it is destroyed. May be used by several
/// threads at once, but for assignment, moving and reset. Using a handle that was moved from or reset throws
/// std::logic_error.
template <class T>
class Receiver {
  public:
    Receiver(const Receiver& other) noexcept : channel_(other.channel_) {
        if (channel_ != nullptr) channel_->add_receiver();
    }
    Receiver(Receiver&& other) noexcept : channel_(std::exchange(other.channel_, nullptr)) {}
    Receiver& operator=(Receiver other) noexcept {
        std::swap(channel_, other.channel_);
        return *this;
    }
    ~Receiver() { reset(); }

    /// Lets go of the channel, as the destructor does.
    void reset() noexcept {
        if (auto* const channel = std::exchange(channel_, nullptr)) channel->drop_receiver();
    }

    /// Waits for a message. Fails when the channel is empty and there is no sender any more. If moving a T throws, that
    /// message is lost and the channel goes on.
    ///
    ///     auto [tx, rx] = grainscope::bounded<int>(1);
    ///     tx.send(7).value();
    ///     tx.reset();
    ///     if (rx.recv() != 7) std::abort();
    ///     if (rx.recv().has_value()) std::abort();
    [[nodiscard]] std::expected<T, RecvError> recv() const {
        return receive<RecvError>(detail::channel::no_deadline, [](detail::channel::Outcome) { return RecvError(); });
    }
    /// Takes a message that is there, or, with capacity 0, whose sender waits.
    [[nodiscard]] std::expected<T, TryRecvError> try_recv() const {
        return receive<TryRecvError>(detail::channel::deadline_passed, [](detail::channel::Outcome outcome) {
            return TryRecvError(detail::channel::failure_of(outcome));
        });
    }
    /// As recv, but gives up after `timeout`.
    template <class Rep, class Period>
    [[nodiscard]] std::expected<T, RecvTimeoutError> recv_timeout(std::chrono::duration<Rep, Period> timeout) const {
        return recv_deadline(detail::channel::instant_after(timeout));
    }
    /// As recv, but gives up at `deadline`. One that has passed allows one try.
    [[nodiscard]] std::expected<T, RecvTimeoutError> recv_deadline(Instant deadline) const {
        // The smallest moment stands for "do not wait": the next one has passed as well, and says timeout.
        if (deadline == detail::channel::deadline_passed) deadline += Instant::duration(1);
        return receive<RecvTimeoutError>(deadline, [](detail::channel::Outcome outcome) {
            return RecvTimeoutError(detail::channel::failure_of(outcome));
        });
    }
    /// As recv, but throws ChannelDisconnected.
    [[nodiscard]] T recv_or_throw() const {
        auto message = recv();
        if (!message) throw ChannelDisconnected(message.error().what());
        return *std::move(message);
    }

    /// Waits for one message and takes with it what is there, at most `max` (not 0: std::invalid_argument), claiming as
    /// many at a time as it can. Fails as recv does.
    [[nodiscard]] std::expected<std::vector<T>, RecvError> recv_many(std::size_t max) const {
        if (max == 0) throw std::invalid_argument("recv_many(0): at least one message must be asked for");
        std::vector<detail::channel::Stored<T>> taken;
        const std::size_t most = std::min(max, std::max<std::size_t>(len(), 1));
        taken.reserve(most);  // before anything is claimed: what follows cannot throw
        detail::channel::visit_receiving(channel(), [&](auto& flavour) {
            const auto keep = [&](detail::channel::Stored<T>&& message) { taken.push_back(std::move(message)); };
            while (taken.size() < most) {
                if (take_some(flavour, keep, most - taken.size()) > 0) continue;
                if (!taken.empty() ||
                    flavour.receive(keep, detail::channel::no_deadline) != detail::channel::Outcome::done)
                    break;
            }
        });
        if (taken.empty()) return std::unexpected(RecvError());
        if constexpr (detail::channel::is_boxed<T>) {
            std::vector<T> messages;
            messages.reserve(taken.size());
            for (auto& box : taken) messages.push_back(detail::channel::unstore<T>(std::move(box)));
            return messages;
        } else {
            return taken;
        }
    }

    /// A message at a time, read through a reference that is good until the next one. A single-pass input iterator.
    template <detail::channel::Asking asking>
    class Iterator {
      public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        [[nodiscard]] T& operator*() const noexcept { return *message_; }
        [[nodiscard]] T* operator->() const noexcept { return &*message_; }
        Iterator& operator++() {
            fetch();
            return *this;
        }
        void operator++(int) { fetch(); }
        /// Whether there is no further message: the channel is disconnected, or, for try_iter, empty.
        friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return !it.message_; }

      private:
        friend Receiver;
        explicit Iterator(const Receiver& receiver) : receiver_(&receiver) { fetch(); }
        void fetch() {
            message_.reset();
            if constexpr (asking == detail::channel::Asking::waiting) {
                if (auto message = receiver_->recv()) message_.emplace(*std::move(message));
            } else {
                if (auto message = receiver_->try_recv()) message_.emplace(*std::move(message));
            }
        }
        const Receiver* receiver_;
        mutable std::optional<T> message_;
    };

    /// The messages as a range; it holds a receiver of its own.
    template <detail::channel::Asking asking>
    class Messages {
      public:
        [[nodiscard]] Iterator<asking> begin() const { return Iterator<asking>(receiver_); }
        [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

      private:
        friend Receiver;
        explicit Messages(const Receiver& receiver) : receiver_(receiver) {}
        Receiver receiver_;
    };

    /// The receiver is itself a range: each step waits for a message, and the loop ends when the channel is empty and
    /// its last sender is gone.
    ///
    ///     auto [tx, rx] = grainscope::unbounded<int>();
    ///     for (int i = 1; i <= 3; ++i) tx.send(i).value();
    ///     tx.reset();
    ///     int sum = 0;
    ///     for (int& message : rx) sum += message;
    ///     if (sum != 6) std::abort();
    [[nodiscard]] Iterator<detail::channel::Asking::waiting> begin() const {
        return Iterator<detail::channel::Asking::waiting>(*this);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    /// The same as an object of its own.
    [[nodiscard]] Messages<detail::channel::Asking::waiting> iter() const {
        (void)channel();
        return Messages<detail::channel::Asking::waiting>(*this);
    }
    /// What is there, without waiting.
    [[nodiscard]] Messages<detail::channel::Asking::at_once> try_iter() const {
        (void)channel();
        return Messages<detail::channel::Asking::at_once>(*this);
    }

    /// How many messages are in the channel; 0 with capacity 0. A timer has one when it is due.
    [[nodiscard]] std::size_t len() const { return channel().len(); }
    [[nodiscard]] std::size_t size() const { return len(); }
    /// How many it holds; none: as many as there is memory for.
    [[nodiscard]] std::optional<std::size_t> capacity() const { return channel().capacity(); }
    /// Always true with capacity 0.
    [[nodiscard]] bool is_empty() const { return channel().is_empty(); }
    [[nodiscard]] bool empty() const { return is_empty(); }
    /// Always true with capacity 0.
    [[nodiscard]] bool is_full() const { return channel().is_full(); }
    /// Whether all senders are gone; messages may still be there.
    [[nodiscard]] bool is_disconnected() const { return channel().is_disconnected(); }
    /// Whether both receive from the same channel. All that never() makes are the same.
    [[nodiscard]] bool same_channel(const Receiver& other) const {
        const bool both_never = channel().flavour() == detail::channel::Flavour::never &&
                                other.channel().flavour() == detail::channel::Flavour::never;
        return both_never || &channel() == &other.channel();
    }
    [[nodiscard]] ChannelTelemetry telemetry() const { return channel().telemetry(); }
    [[nodiscard]] ChannelWatch watch() const { return ChannelWatch(channel()); }

  private:
    friend struct detail::channel::HandleAccess;
    using Channel = detail::channel::Channel<detail::channel::Stored<T>>;

    explicit Receiver(Channel* channel) noexcept : channel_(channel) { detail::channel::check_message_type<T>(); }

    [[nodiscard]] Channel& channel() const {
        if (channel_ == nullptr) [[unlikely]]
            detail::channel::throw_empty_handle("receiver");
        return *channel_;
    }
    template <class Error, class MakeError>
    [[nodiscard]] std::expected<T, Error> receive(Instant deadline, MakeError&& error) const {
        std::optional<detail::channel::Stored<T>> taken;
        const detail::channel::Outcome outcome = detail::channel::visit_receiving(channel(), [&](auto& flavour) {
            return flavour.receive([&](detail::channel::Stored<T>&& message) { taken.emplace(std::move(message)); },
                                   deadline);
        });
        if (outcome != detail::channel::Outcome::done) [[unlikely]]
            return std::unexpected(error(outcome));
        return std::expected<T, Error>(std::in_place, detail::channel::unstore<T>(*std::move(taken)));
    }
    template <class Flavour, class Keep>
    static std::size_t take_some(Flavour& flavour, const Keep& keep, std::size_t most) {
        if constexpr (requires { flavour.receive_some(keep, most); })
            return flavour.receive_some(keep, most);
        else
            return flavour.receive(keep, detail::channel::deadline_passed) == detail::channel::Outcome::done ? 1 : 0;
    }

    Channel* channel_;
};

}  // namespace grainscope
