// How a message lies in a channel.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace grainscope::detail::channel {

/// A message lies in the channel as itself if moving it cannot throw. Any other lies on the heap and its pointer in the
/// channel: a move that throws then throws before a place is claimed or after it is free again, and no place is ever
/// left half written.
template <class T>
inline constexpr bool is_boxed = !std::is_nothrow_move_constructible_v<T>;

template <class T>
using Stored = std::conditional_t<is_boxed<T>, std::unique_ptr<T>, T>;

/// May throw only for what is boxed; `message` is then what its move left.
template <class T>
[[nodiscard]] Stored<T> store(T&& message) noexcept(!is_boxed<T>) {
    if constexpr (is_boxed<T>) {
        return std::make_unique<T>(std::move(message));
    } else {
        return std::move(message);
    }
}

/// May throw only for what is boxed; the message is lost then.
template <class T>
[[nodiscard]] T unstore(Stored<T>&& stored) noexcept(!is_boxed<T>) {
    if constexpr (is_boxed<T>) {
        const std::unique_ptr<T> box = std::move(stored);
        return std::move(*box);
    } else {
        return std::move(stored);
    }
}

/// Room for a message that comes and goes by hand.
template <class S>
class Place {
  public:
    [[nodiscard]] void* room() noexcept { return bytes_; }
    void put(S&& message) noexcept { ::new (room()) S(std::move(message)); }
    [[nodiscard]] S take() noexcept {
        S* const stored = message();
        S taken(std::move(*stored));
        stored->~S();
        return taken;
    }
    void discard() noexcept { message()->~S(); }
    [[nodiscard]] S* message() noexcept { return std::launder(reinterpret_cast<S*>(bytes_)); }

  private:
    alignas(S) unsigned char bytes_[sizeof(S)];
};

}  // namespace grainscope::detail::channel
