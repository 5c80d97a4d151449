// What Sender and Receiver share: the way from a handle to its channel's flavour.
#pragma once

#include <type_traits>
#include <utility>

#include <grainscope/channel/array.h>
#include <grainscope/channel/core.h>
#include <grainscope/channel/list.h>
#include <grainscope/channel/stored.h>
#include <grainscope/channel/timers.h>
#include <grainscope/channel/zero.h>

namespace grainscope {

template <class T>
class Sender;
template <class T>
class Receiver;

namespace detail::channel {

/// Calls f with the channel as what it is: one switch, and the call can be inlined.
template <class S, class F>
decltype(auto) visit_sending(Channel<S>& channel, F&& f) {
    switch (channel.flavour()) {
        case Flavour::array:
            return f(static_cast<ArrayChannel<S>&>(channel));
        case Flavour::list:
            return f(static_cast<ListChannel<S>&>(channel));
        default:
            return f(static_cast<ZeroChannel<S>&>(channel));
    }
}
template <class S, class F>
decltype(auto) visit_receiving(Channel<S>& channel, F&& f) {
    switch (channel.flavour()) {
        case Flavour::array:
            return f(static_cast<ArrayChannel<S>&>(channel));
        case Flavour::list:
            return f(static_cast<ListChannel<S>&>(channel));
        case Flavour::zero:
            return f(static_cast<ZeroChannel<S>&>(channel));
        default:
            break;
    }
    if constexpr (std::is_same_v<S, Instant>) {
        if (channel.flavour() == Flavour::at) return f(static_cast<AtChannel&>(channel));
        if (channel.flavour() == Flavour::tick) return f(static_cast<TickChannel&>(channel));
    }
    return f(static_cast<NeverChannel<S>&>(channel));
}

[[nodiscard]] inline Failure failure_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::not_ready:
            return Failure::not_ready;
        case Outcome::timed_out:
            return Failure::timed_out;
        default:
            return Failure::disconnected;
    }
}

/// What a message must be.
template <class T>
constexpr void check_message_type() {
    static_assert(std::is_object_v<T> && !std::is_array_v<T> && !std::is_const_v<T>,
                  "a message is an object: no reference, no array, nothing const");
    static_assert(std::is_nothrow_destructible_v<T>,
                  "a message's destructor must not throw: the channel destroys what nobody receives");
    static_assert(std::is_move_constructible_v<T>, "a message must be movable");
}

struct HandleAccess;

}  // namespace detail::channel

}  // namespace grainscope
