// What the try_ family works on: std::expected and std::optional.
#pragma once

#include <concepts>
#include <expected>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

template <class T>
inline constexpr bool is_expected = false;
template <class T, class E>
inline constexpr bool is_expected<std::expected<T, E>> = true;
template <class T>
inline constexpr bool is_std_optional = false;
template <class T>
inline constexpr bool is_std_optional<std::optional<T>> = true;

/// A result that is a success with a value, or a failure.
template <class T>
concept Tryable = is_expected<std::remove_cvref_t<T>> || is_std_optional<std::remove_cvref_t<T>>;

/// `Tried` with another value type.
template <class Tried, class T>
struct RebindTried;
template <class V, class E, class T>
struct RebindTried<std::expected<V, E>, T> {
    using type = std::expected<T, E>;
};
template <class V, class T>
struct RebindTried<std::optional<V>, T> {
    using type = std::optional<T>;
};
template <class Tried, class T>
using Rebound = typename RebindTried<std::remove_cvref_t<Tried>, T>::type;

/// The value of a success; std::monostate where there is none.
template <class T>
constexpr decltype(auto) value_of(T&& tried) {
    if constexpr (std::is_void_v<typename std::remove_cvref_t<T>::value_type>)
        return std::monostate{};
    else
        return *std::forward<T>(tried);
}

/// A success with that value (std::monostate where it has none).
template <class Tried, class T>
Tried success_of(T&& value) {
    if constexpr (std::is_void_v<typename Tried::value_type>)
        return Tried();
    else
        return Tried(std::forward<T>(value));
}

/// A failure as a result of another value type.
template <class To, class From>
To failure_of(From&& from) {
    if constexpr (is_expected<std::remove_cvref_t<From>>)
        return To(std::unexpect, std::forward<From>(from).error());
    else
        return To(std::nullopt);
}

/// Which failure came first in time; written once.
template <class Tried>
class FirstFailure {
  public:
    template <class X>
    void set(X&& failed) {
        if (taken_.exchange(true, relaxed)) return;  // who wins writes; the joins order the reading
        failure_.emplace(std::forward<X>(failed));
    }
    [[nodiscard]] bool is_set() const { return taken_.load(relaxed); }
    [[nodiscard]] Tried& get() { return *failure_; }

  private:
    Atomic<bool> taken_{false};
    std::optional<Tried> failure_;
};

}  // namespace grainscope::detail
