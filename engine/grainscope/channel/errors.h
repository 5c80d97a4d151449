// What a channel operation says when it fails; a failed send hands its message back.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace grainscope {

namespace detail::channel {

/// Why an operation ended without doing its work.
enum class Failure : std::uint8_t { not_ready, timed_out, disconnected };

/// What every error with a message in it has.
template <class T>
class MessageError {
  public:
    MessageError(T message, Failure failure) noexcept(std::is_nothrow_move_constructible_v<T>)
        : message_(std::move(message)), failure_(failure) {}
    /// The message that was not sent.
    [[nodiscard]] T into_inner() && { return std::move(message_); }
    /// The same, to look at.
    [[nodiscard]] const T& message() const& noexcept { return message_; }
    /// Whether nobody is left to receive.
    [[nodiscard]] bool is_disconnected() const noexcept { return failure_ == Failure::disconnected; }

  protected:
    [[nodiscard]] Failure failure() const noexcept { return failure_; }

  private:
    T message_;
    Failure failure_;
};

}  // namespace detail::channel

/// The message of a send on a channel without receivers.
template <class T>
class SendError : public detail::channel::MessageError<T> {
  public:
    explicit SendError(T message)
        : detail::channel::MessageError<T>(std::move(message), detail::channel::Failure::disconnected) {}
    [[nodiscard]] const char* what() const noexcept { return "sending on a channel without receivers"; }
};

/// The message of a try_send: the channel is full, or has no receivers.
template <class T>
class TrySendError : public detail::channel::MessageError<T> {
  public:
    using detail::channel::MessageError<T>::MessageError;
    /// Whether there was no room, or, in a channel of capacity 0, no receiver waiting at that moment.
    [[nodiscard]] bool is_full() const noexcept { return this->failure() == detail::channel::Failure::not_ready; }
    [[nodiscard]] const char* what() const noexcept {
        return is_full() ? "sending on a full channel" : "sending on a channel without receivers";
    }
};

/// The message of a send that gave up waiting, or whose channel has no receivers.
template <class T>
class SendTimeoutError : public detail::channel::MessageError<T> {
  public:
    using detail::channel::MessageError<T>::MessageError;
    [[nodiscard]] bool is_timeout() const noexcept { return this->failure() == detail::channel::Failure::timed_out; }
    [[nodiscard]] const char* what() const noexcept {
        return is_timeout() ? "timed out sending on a channel" : "sending on a channel without receivers";
    }
};

/// The channel is empty and its last sender is gone: there will never be a message again.
struct RecvError {
    [[nodiscard]] bool is_disconnected() const noexcept { return true; }
    [[nodiscard]] const char* what() const noexcept { return "receiving on an empty channel without senders"; }
    friend bool operator==(RecvError, RecvError) = default;
};

/// Why try_recv has no message: there is none now, or never will be.
class TryRecvError {
  public:
    explicit TryRecvError(detail::channel::Failure failure) noexcept : failure_(failure) {}
    [[nodiscard]] bool is_empty() const noexcept { return failure_ == detail::channel::Failure::not_ready; }
    [[nodiscard]] bool is_disconnected() const noexcept { return failure_ == detail::channel::Failure::disconnected; }
    [[nodiscard]] const char* what() const noexcept {
        return is_empty() ? "receiving on an empty channel" : RecvError().what();
    }
    friend bool operator==(TryRecvError, TryRecvError) = default;

  private:
    detail::channel::Failure failure_;
};

/// Why a receive with a time limit has no message: it gave up waiting, or there will never be one.
class RecvTimeoutError {
  public:
    explicit RecvTimeoutError(detail::channel::Failure failure) noexcept : failure_(failure) {}
    [[nodiscard]] bool is_timeout() const noexcept { return failure_ == detail::channel::Failure::timed_out; }
    [[nodiscard]] bool is_disconnected() const noexcept { return failure_ == detail::channel::Failure::disconnected; }
    [[nodiscard]] const char* what() const noexcept {
        return is_timeout() ? "timed out receiving on a channel" : RecvError().what();
    }
    friend bool operator==(RecvTimeoutError, RecvTimeoutError) = default;

  private:
    detail::channel::Failure failure_;
};

/// No operation of a Select was ready.
struct TrySelectError {
    [[nodiscard]] const char* what() const noexcept { return "no operation of the select is ready"; }
    friend bool operator==(TrySelectError, TrySelectError) = default;
};

/// No operation of a Select became ready in time.
struct SelectTimeoutError {
    [[nodiscard]] bool is_timeout() const noexcept { return true; }
    [[nodiscard]] const char* what() const noexcept { return "timed out selecting among channel operations"; }
    friend bool operator==(SelectTimeoutError, SelectTimeoutError) = default;
};

using TryReadyError = TrySelectError;
using ReadyTimeoutError = SelectTimeoutError;

/// What send_or_throw and recv_or_throw throw where the other side is gone.
class ChannelDisconnected : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace grainscope
