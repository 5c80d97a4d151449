// The sending side of a channel.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <iterator>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/channel/errors.h>
#include <grainscope/channel/handle.h>
#include <grainscope/channel/telemetry.h>

namespace grainscope {

/// Sends messages of type T, which may be move-only. Copies are further senders of the same channel. When the last one
/// is gone the channel is disconnected: what was sent is still received, then receiving fails. May be used by several
/// threads at once, but for assignment, moving and reset. Using a handle that was moved from or reset throws
/// std::logic_error.
///
/// A failed send hands the message back. If moving a T may throw, messages lie on the heap (one allocation each), and a
/// move that throws while sending has sent nothing.
template <class T>
class Sender {
  public:
    Sender(const Sender& other) noexcept : channel_(other.channel_) {
        if (channel_ != nullptr) channel_->add_sender();
    }
    Sender(Sender&& other) noexcept : channel_(std::exchange(other.channel_, nullptr)) {}
    Sender& operator=(Sender other) noexcept {
        std::swap(channel_, other.channel_);
        return *this;
    }
    ~Sender() { reset(); }

    /// Lets go of the channel, as the destructor does.
    void reset() noexcept {
        if (auto* const channel = std::exchange(channel_, nullptr)) channel->drop_sender();
    }

    /// Sends, waiting while the channel is full; with capacity 0, until a receiver has taken the message. Fails if
    /// there is no receiver any more.
    ///
    ///     auto [tx, rx] = grainscope::bounded<std::string>(1);
    ///     tx.send("hello").value();
    ///     if (rx.recv().value() != "hello") std::abort();
    ///     rx.reset();
    ///     if (std::move(tx.send("back").error()).into_inner() != "back") std::abort();
    [[nodiscard]] std::expected<void, SendError<T>> send(T message) const {
        detail::channel::Stored<T> stored = detail::channel::store<T>(std::move(message));
        if (send_until(stored, detail::channel::no_deadline) == detail::channel::Outcome::done) [[likely]]
            return {};
        return std::unexpected(SendError<T>(detail::channel::unstore<T>(std::move(stored))));
    }
    /// Sends if that is possible at once: if there is room, or, with capacity 0, if a receiver waits.
    [[nodiscard]] std::expected<void, TrySendError<T>> try_send(T message) const {
        return send_or_fail<TrySendError<T>>(std::move(message), detail::channel::deadline_passed);
    }
    /// As send, but gives up after `timeout`.
    template <class Rep, class Period>
    [[nodiscard]] std::expected<void, SendTimeoutError<T>> send_timeout(
        T message, std::chrono::duration<Rep, Period> timeout) const {
        return send_deadline(std::move(message), detail::channel::instant_after(timeout));
    }
    /// As send, but gives up at `deadline`. One that has passed allows one try.
    [[nodiscard]] std::expected<void, SendTimeoutError<T>> send_deadline(T message, Instant deadline) const {
        // The smallest moment stands for "do not wait": the next one has passed as well, and says timeout.
        if (deadline == detail::channel::deadline_passed) deadline += Instant::duration(1);
        return send_or_fail<SendTimeoutError<T>>(std::move(message), deadline);
    }
    /// As send, but throws ChannelDisconnected, and the message is lost, if there is no receiver.
    void send_or_throw(T message) const {
        if (const auto sent = send(std::move(message)); !sent) throw ChannelDisconnected(sent.error().what());
    }

    /// Sends all of a range in its order, waiting while the channel is full, claiming as many places at a time as there
    /// are. Elements of an rvalue container are moved, others copied. Returns how many; fails if there is no receiver
    /// any more, with the rest in the error.
    ///
    ///     auto [tx, rx] = grainscope::unbounded<int>();
    ///     if (tx.send_many(std::vector<int>{1, 2, 3}).value() != 3) std::abort();
    ///     if (rx.recv_many(10).value() != std::vector<int>{1, 2, 3}) std::abort();
    template <std::ranges::input_range R>
    requires std::convertible_to<std::ranges::range_reference_t<R>, T> ||
        std::convertible_to<std::ranges::range_rvalue_reference_t<R>, T>
    [[nodiscard]] std::expected<std::size_t, SendError<std::vector<T>>> send_many(R&& range) const {
        constexpr bool moves = !std::is_lvalue_reference_v<R> && !std::ranges::borrowed_range<R>;
        constexpr bool as_they_lie = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
                                     std::is_same_v<std::ranges::range_value_t<R>, T> && !detail::channel::is_boxed<T>;
        if constexpr (as_they_lie && moves && std::is_same_v<std::ranges::range_reference_t<R>, T&>) {
            return send_all(std::span<T>(std::ranges::data(range), std::ranges::size(range)));
        } else if constexpr (as_they_lie && std::is_nothrow_copy_constructible_v<T>) {
            return send_all(std::span<const T>(std::ranges::data(range), std::ranges::size(range)));
        } else {
            std::vector<detail::channel::Stored<T>> stored;
            if constexpr (std::ranges::sized_range<R>) stored.reserve(std::ranges::size(range));
            for (auto&& element : range) {
                if constexpr (moves)
                    stored.push_back(detail::channel::store<T>(T(std::move(element))));
                else
                    stored.push_back(detail::channel::store<T>(T(std::forward<decltype(element)>(element))));
            }
            return send_all(std::span<detail::channel::Stored<T>>(stored));
        }
    }

    /// How many messages are in the channel; 0 with capacity 0.
    [[nodiscard]] std::size_t len() const { return channel().len(); }
    [[nodiscard]] std::size_t size() const { return len(); }
    /// How many it holds; none: as many as there is memory for.
    [[nodiscard]] std::optional<std::size_t> capacity() const { return channel().capacity(); }
    /// Always true with capacity 0.
    [[nodiscard]] bool is_empty() const { return channel().is_empty(); }
    [[nodiscard]] bool empty() const { return is_empty(); }
    /// Always true with capacity 0.
    [[nodiscard]] bool is_full() const { return channel().is_full(); }
    /// Whether all receivers are gone.
    [[nodiscard]] bool is_disconnected() const { return channel().is_disconnected(); }
    /// Whether both send to the same channel.
    [[nodiscard]] bool same_channel(const Sender& other) const { return &channel() == &other.channel(); }
    [[nodiscard]] ChannelTelemetry telemetry() const { return channel().telemetry(); }
    [[nodiscard]] ChannelWatch watch() const { return ChannelWatch(channel()); }

  private:
    friend struct detail::channel::HandleAccess;
    using Channel = detail::channel::Channel<detail::channel::Stored<T>>;

    explicit Sender(Channel* channel) noexcept : channel_(channel) { detail::channel::check_message_type<T>(); }

    [[nodiscard]] Channel& channel() const {
        if (channel_ == nullptr) [[unlikely]]
            detail::channel::throw_empty_handle("sender");
        return *channel_;
    }
    [[nodiscard]] detail::channel::Outcome send_until(detail::channel::Stored<T>& stored, Instant deadline) const {
        return detail::channel::visit_sending(channel(), [&](auto& flavour) { return flavour.send(stored, deadline); });
    }
    template <class Error>
    [[nodiscard]] std::expected<void, Error> send_or_fail(T message, Instant deadline) const {
        detail::channel::Stored<T> stored = detail::channel::store<T>(std::move(message));
        const detail::channel::Outcome outcome = send_until(stored, deadline);
        if (outcome == detail::channel::Outcome::done) return {};
        return std::unexpected(
            Error(detail::channel::unstore<T>(std::move(stored)), detail::channel::failure_of(outcome)));
    }
    template <class From>
    [[nodiscard]] std::expected<std::size_t, SendError<std::vector<T>>> send_all(std::span<From> messages) const {
        const std::size_t all = messages.size();
        while (!messages.empty()) {
            const std::size_t sent =
                detail::channel::visit_sending(channel(), [&](auto& flavour) { return flavour.send_some(messages); });
            if (sent == 0) return std::unexpected(SendError<std::vector<T>>(unsent(messages)));
            messages = messages.subspan(sent);
        }
        return all;
    }
    template <class From>
    [[nodiscard]] static std::vector<T> unsent(std::span<From> messages) {
        std::vector<T> rest;
        rest.reserve(messages.size());
        for (From& message : messages) {
            if constexpr (std::is_const_v<From>)
                rest.push_back(message);
            else
                rest.push_back(detail::channel::unstore<T>(std::move(message)));
        }
        return rest;
    }

    Channel* channel_;
};

}  // namespace grainscope
