// select: waits for the first of several channel operations, and does that one.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <expected>
#include <functional>
#include <numeric>
#include <tuple>
#include <type_traits>
#include <utility>

#include <grainscope/channel/errors.h>
#include <grainscope/channel/make.h>
#include <grainscope/channel/packet.h>
#include <grainscope/channel/receiver.h>
#include <grainscope/channel/select_run.h>
#include <grainscope/channel/sender.h>

namespace grainscope {

namespace detail::channel {

enum class ArmKind : std::uint8_t { operation, fallback };

/// Calls a handler with the operation's outcome, or with nothing if that is what it takes.
template <class Handler, class Result>
decltype(auto) call_handler(Handler& handler, Result&& result) {
    if constexpr (std::is_invocable_v<Handler&, Result>) {
        return std::invoke(handler, std::forward<Result>(result));
    } else {
        static_assert(std::is_invocable_v<Handler&>,
                      "a select's handler takes the operation's std::expected, or nothing");
        return std::invoke(handler);
    }
}

/// Writes a claimed message that make() makes. If that throws the claim is given up.
template <class T, class Make>
std::expected<void, SendError<T>> complete_send(Channel<Stored<T>>& channel, Token& token, Make&& make) {
    if (!token.has_place()) return std::unexpected(SendError<T>(make()));
    struct GiveUp {
        Channel<Stored<T>>* channel;
        Token* token;
        ~GiveUp() {
            if (channel != nullptr) channel->abandon(*token);
        }
    } give_up{&channel, &token};
    Stored<T> stored = store<T>(make());
    give_up.channel = nullptr;
    channel.write(token, std::move(stored));
    return {};
}

template <class T>
std::expected<T, RecvError> complete_receive(Channel<Stored<T>>& channel, Token& token) {
    if (!token.has_place()) return std::unexpected(RecvError());
    return std::expected<T, RecvError>(std::in_place, unstore<T>(channel.read(token)));
}

/// Arms refer to what they were made from: they are for the call of select that they stand in.
template <class T, class Handler>
class [[nodiscard]] RecvArm {
  public:
    static constexpr ArmKind kind = ArmKind::operation;
    using Result = std::expected<T, RecvError>;

    RecvArm(const Receiver<T>& receiver, Handler& handler) : receiver_(receiver), handler_(handler) {}
    [[nodiscard]] SelectOperation operation() {
        return {.core = &HandleAccess::channel(receiver_), .side = Side::receive, .packet = &packet_};
    }
    decltype(auto) finish(Token& token) {
        return call_handler(handler_, complete_receive<T>(HandleAccess::channel(receiver_), token));
    }

  private:
    const Receiver<T>& receiver_;
    Handler& handler_;
    Packet<Stored<T>> packet_;
};

template <class T, class Value, class Handler>
class [[nodiscard]] SendArm {
  public:
    static constexpr ArmKind kind = ArmKind::operation;

    SendArm(const Sender<T>& sender, Value&& value, Handler& handler)
        : sender_(sender), value_(std::forward<Value>(value)), handler_(handler) {}
    [[nodiscard]] SelectOperation operation() {
        return {.core = &HandleAccess::channel(sender_), .side = Side::send, .packet = &packet_};
    }
    decltype(auto) finish(Token& token) {
        return call_handler(handler_, complete_send<T>(HandleAccess::channel(sender_), token, [this]() -> T {
                                if constexpr (std::is_convertible_v<Value, T>)
                                    return std::forward<Value>(value_);
                                else
                                    return std::invoke(std::forward<Value>(value_));
                            }));
    }

  private:
    const Sender<T>& sender_;
    Value&& value_;
    Handler& handler_;
    Packet<Stored<T>> packet_;
};

template <class F>
class [[nodiscard]] OtherwiseArm {
  public:
    static constexpr ArmKind kind = ArmKind::fallback;
    OtherwiseArm(F& f, Instant deadline) : f_(f), deadline_(deadline) {}
    [[nodiscard]] Instant deadline() const noexcept { return deadline_; }
    decltype(auto) finish() { return std::invoke(f_); }

  private:
    F& f_;
    Instant deadline_;
};

template <class Arm>
concept SelectArm = requires {
    { Arm::kind } -> std::convertible_to<ArmKind>;
};
template <class Arm>
inline constexpr bool is_fallback = Arm::kind == ArmKind::fallback;

template <class Arm>
struct ArmResult {
    using type = decltype(std::declval<Arm&>().finish(std::declval<Token&>()));
};
template <class F>
struct ArmResult<OtherwiseArm<F>> {
    using type = decltype(std::declval<OtherwiseArm<F>&>().finish());
};
template <class... Arms>
struct SelectResult {
    static constexpr int voids = (0 + ... + static_cast<int>(std::is_void_v<typename ArmResult<Arms>::type>));
    static_assert(voids == 0 || voids == sizeof...(Arms),
                  "the handlers of a select all return nothing, or all a value");
    using type = std::common_type_t<typename ArmResult<Arms>::type...>;
};

/// One call of select.
template <class... Arms>
class SelectCall {
  public:
    static_assert(sizeof...(Arms) > 0, "select needs an arm: it would wait for ever");
    static_assert((0 + ... + static_cast<int>(is_fallback<Arms>)) <= 1,
                  "a select has at most one otherwise or otherwise_after");
    using Result = typename SelectResult<Arms...>::type;

    explicit SelectCall(Arms&... arms) : arms_(arms...) {}

    Result run(bool biased) {
        std::array<SelectOperation, operations> all;
        std::array<std::uint32_t, operations> order;
        std::array<EntryRoom, operations> entries;
        std::iota(order.begin(), order.end(), 0U);
        Instant deadline = no_deadline;
        std::size_t next = 0;
        std::apply([&](auto&... arms) { (prepare(arms, all, next, deadline), ...); }, arms_);
        Token token;
        const auto chosen =
            run_select({.operations = all, .order = order, .entries = entries, .biased = biased}, deadline, token);
        return finish<0, 0>(chosen ? *chosen : operations, token);
    }

  private:
    static constexpr std::size_t operations = (std::size_t{0} + ... + (is_fallback<Arms> ? 0 : 1));

    template <class Arm>
    static void prepare(Arm& arm, std::array<SelectOperation, operations>& all, std::size_t& next, Instant& deadline) {
        if constexpr (is_fallback<Arm>)
            deadline = arm.deadline();
        else
            all[next++] = arm.operation();
    }
    /// Arm `arm`, in front of which stand `before` operations, or a later one; the fallback counts as the last
    /// operation.
    template <std::size_t arm, std::size_t before>
    Result finish(std::size_t chosen, Token& token) {
        if constexpr (arm == sizeof...(Arms)) {
            std::unreachable();
        } else {
            using Arm = std::remove_reference_t<std::tuple_element_t<arm, std::tuple<Arms&...>>>;
            if constexpr (is_fallback<Arm>) {
                if (chosen == operations) return std::get<arm>(arms_).finish();
                return finish<arm + 1, before>(chosen, token);
            } else {
                if (chosen == before) return std::get<arm>(arms_).finish(token);
                return finish<arm + 1, before + 1>(chosen, token);
            }
        }
    }

    std::tuple<Arms&...> arms_;
};

}  // namespace detail::channel

/// An arm of select that receives. The handler takes std::expected<T, RecvError>, or nothing; a disconnected channel is
/// ready, with the error.
template <class T, class Handler>
detail::channel::RecvArm<T, std::remove_reference_t<Handler>> recv(const Receiver<T>& receiver, Handler&& handler) {
    return {receiver, handler};
}

/// An arm of select that sends. What converts to T is the message itself, anything else is called for it; either is
/// used only if this arm is chosen. The handler takes std::expected<void, SendError<T>>, or nothing. If the call
/// throws, nothing is sent and the exception leaves select.
template <class T, class Value, class Handler>
requires std::convertible_to<Value, T> || std::invocable<Value>
    detail::channel::SendArm<T, Value, std::remove_reference_t<Handler>> send(const Sender<T>& sender, Value&& value,
                                                                              Handler&& handler) {
    return {sender, std::forward<Value>(value), handler};
}

/// The arm of select that is taken if none of the others is ready.
template <class F>
detail::channel::OtherwiseArm<std::remove_reference_t<F>> otherwise(F&& f) {
    return {f, detail::channel::deadline_passed};
}

/// The arm of select that is taken if none of the others has become ready after `delay`.
template <class Rep, class Period, class F>
detail::channel::OtherwiseArm<std::remove_reference_t<F>> otherwise_after(std::chrono::duration<Rep, Period> delay,
                                                                          F&& f) {
    return {f, detail::channel::instant_after(delay)};
}

/// Waits until one of the operations can be done, does it, and calls its handler, whose value it returns; of several
/// that are ready it takes one at random. The handlers have one common type, or are all void. Allocates nothing; each
/// try costs about what the operation alone costs. While it waits it uses no CPU time. Throws std::logic_error for an
/// arm whose handle was moved from or reset, and what handlers throw, after the operation was done.
///
///     auto [tx1, rx1] = grainscope::bounded<int>(1);
///     auto [tx2, rx2] = grainscope::unbounded<std::string>();
///     tx2.send("two").value();
///     std::size_t got = grainscope::select(
///         grainscope::recv(rx1, [](std::expected<int, grainscope::RecvError>) { return std::size_t{0}; }),
///         grainscope::recv(rx2, [](std::expected<std::string, grainscope::RecvError> text) {
///             return text.value_or("").size();
///         }));
///     if (got != 3) std::abort();
template <detail::channel::SelectArm... Arms>
auto select(Arms&&... arms) {
    return detail::channel::SelectCall<std::remove_reference_t<Arms>...>(arms...).run(false);
}

/// As select, but of several that are ready it takes the first.
///
///     auto [tx, rx] = grainscope::bounded<int>(1);
///     bool sent = grainscope::select_biased(grainscope::send(tx, 1, [] { return true; }),
///                                           grainscope::recv(rx, [] { return false; }));
///     if (!sent || rx.len() != 1) std::abort();
template <detail::channel::SelectArm... Arms>
auto select_biased(Arms&&... arms) {
    return detail::channel::SelectCall<std::remove_reference_t<Arms>...>(arms...).run(true);
}

}  // namespace grainscope
