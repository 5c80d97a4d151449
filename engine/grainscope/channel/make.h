// Making channels.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

#include <grainscope/channel/receiver.h>
#include <grainscope/channel/sender.h>
#include <grainscope/channel/spin_policy.h>

namespace grainscope {

namespace detail::channel {

/// Between handles and what is made of them; no part of the interface.
struct HandleAccess {
    template <class T>
    [[nodiscard]] static std::pair<Sender<T>, Receiver<T>> both(Channel<Stored<T>>* made) noexcept {
        auto* const channel = static_cast<Channel<Stored<T>>*>(of_any_flavour(made));
        return {Sender<T>(channel), Receiver<T>(channel)};
    }
    template <class T>
    [[nodiscard]] static Receiver<T> receiver(Channel<Stored<T>>* made) noexcept {
        return Receiver<T>(static_cast<Channel<Stored<T>>*>(of_any_flavour(made)));
    }
    template <class Handle>
    [[nodiscard]] static auto& channel(const Handle& handle) {
        return handle.channel();
    }
};

}  // namespace detail::channel

/// A channel for at most `capacity` messages; of capacity 0 each send waits for its receive (a rendezvous). Messages
/// are received in the order in which they were sent. Sending and receiving take no lock; memory for all messages is
/// taken here, O(capacity). Throws std::length_error if a ring of that size cannot exist, std::bad_alloc if there is no
/// memory for it.
///
///     auto [tx, rx] = grainscope::bounded<int>(2);
///     tx.send(1).value();
///     tx.send(2).value();
///     if (!tx.try_send(3).error().is_full()) std::abort();
///     if (rx.recv() != 1 || rx.recv() != 2) std::abort();
template <class T>
[[nodiscard]] std::pair<Sender<T>, Receiver<T>> bounded(std::size_t capacity,
                                                        SpinPolicy policy = SpinPolicy::standard()) {
    using S = detail::channel::Stored<T>;
    if (capacity == 0) return detail::channel::HandleAccess::both<T>(detail::channel::ZeroChannel<S>::make(policy));
    return detail::channel::HandleAccess::both<T>(detail::channel::ArrayChannel<S>::make(capacity, policy));
}

/// A channel for as many messages as there is memory for; sending never waits. It allocates a block for every 31
/// messages and keeps one for the next sender. Sending and receiving take no lock.
///
///     auto [tx, rx] = grainscope::unbounded<std::unique_ptr<int>>();
///     tx.send(std::make_unique<int>(5)).value();
///     if (*rx.recv().value() != 5) std::abort();
template <class T>
[[nodiscard]] std::pair<Sender<T>, Receiver<T>> unbounded(SpinPolicy policy = SpinPolicy::standard()) {
    return detail::channel::HandleAccess::both<T>(
        detail::channel::ListChannel<detail::channel::Stored<T>>::make(policy));
}

/// A channel without senders that never has a message and is never disconnected: an arm of a select that is switched
/// off.
///
///     grainscope::Receiver<int> nothing = grainscope::never<int>();
///     if (!nothing.try_recv().error().is_empty()) std::abort();
template <class T>
[[nodiscard]] Receiver<T> never() {
    return detail::channel::HandleAccess::receiver<T>(new detail::channel::NeverChannel<detail::channel::Stored<T>>);
}

/// One message, `time` itself, from that moment on. Never disconnected: a second receive waits for ever.
[[nodiscard]] inline Receiver<Instant> at(Instant time) {
    return detail::channel::HandleAccess::receiver<Instant>(new detail::channel::AtChannel(time));
}

/// One message after `delay`, the moment that was reached; at once if it is not positive, never if the clock does not
/// reach that far.
///
///     using namespace std::chrono_literals;
///     grainscope::Receiver<grainscope::Instant> timeout = grainscope::after(1ms);
///     grainscope::Instant when = timeout.recv().value();
///     if (std::chrono::steady_clock::now() < when) std::abort();
template <class Rep, class Period>
[[nodiscard]] Receiver<Instant> after(std::chrono::duration<Rep, Period> delay) {
    const Instant when = detail::channel::instant_after(delay);
    return when == detail::channel::no_deadline ? never<Instant>() : at(when);
}

/// A message every `period`, first after one period: the moment it was due. The next one is due a period after the last
/// one was received, or was due, whichever is later: who is slow loses ticks. Copies share the ticks. A period that is
/// not positive always has one.
///
///     using namespace std::chrono_literals;
///     grainscope::Receiver<grainscope::Instant> ticker = grainscope::tick(1ms);
///     grainscope::Instant first = ticker.recv().value();
///     if (ticker.recv().value() - first < 1ms) std::abort();
template <class Rep, class Period>
[[nodiscard]] Receiver<Instant> tick(std::chrono::duration<Rep, Period> period) {
    const Instant first = detail::channel::instant_after(period);
    if (first == detail::channel::no_deadline) return never<Instant>();
    Instant::duration interval = Instant::duration::zero();
    if (period > period.zero()) interval = std::chrono::ceil<Instant::duration>(period);
    return detail::channel::HandleAccess::receiver<Instant>(new detail::channel::TickChannel(first, interval));
}

}  // namespace grainscope
