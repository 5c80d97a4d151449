// par_range, repeat_n, par_once, par_empty: items out of nothing.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <grainscope/iter/core/splitting.h>
#include <grainscope/iter/sources/ranges.h>
#include <grainscope/iter/sources/source.h>

namespace grainscope {

namespace detail {

template <class T>
class NumberSource : public IndexedSource<NumberSource<T>> {
  public:
    using Item = T;

    NumberSource(T first, std::size_t length) : first_(first), length_(length) {}
    [[nodiscard]] std::size_t len() const { return length_; }
    struct Reader {
        T first;
        // Modulo 2^n, so that no step of a range that crosses zero overflows.
        T at(std::size_t i) const {
            return static_cast<T>(static_cast<std::make_unsigned_t<T>>(first) +
                                  static_cast<std::make_unsigned_t<T>>(i));
        }
    };
    [[nodiscard]] Reader reader() const { return {first_}; }

  private:
    T first_;
    std::size_t length_;
};

/// Numbers of which there may be more than 2^64.
template <class T>
class WideNumberSource : public SplittingSource<WideNumberSource<T>> {
  public:
    using Item = T;

    WideNumberSource(T first, T last) : first_(first), last_(last) {}

    struct Part {
        T first, last;
        std::optional<Part> split() {
            if (last - first < 2) return std::nullopt;
            const T middle = first + (last - first) / 2;
            return Part{middle, std::exchange(last, middle)};
        }
        template <class Folder>
        bool feed(Folder& folder, std::size_t n) {
            for (; n > 0 && first < last; --n, ++first)
                if (!feed_one(folder, T(first))) return false;
            return first < last;
        }
    };
    [[nodiscard]] Part part() const { return {first_, last_}; }

  private:
    T first_, last_;
};

template <class T>
class RepeatSource : public IndexedSource<RepeatSource<T>> {
  public:
    using Item = T;

    RepeatSource(T value, std::size_t length) : value_(std::move(value)), length_(length) {}
    [[nodiscard]] std::size_t len() const { return length_; }
    struct Reader {
        const T* value;
        T at(std::size_t) const { return *value; }
    };
    [[nodiscard]] Reader reader() const { return {&value_}; }

  private:
    T value_;
    std::size_t length_;
};

}  // namespace detail

/// The integers first, first + 1, ... below last; none if last is not greater. Indexed, except for 128-bit integers,
/// whose ranges may have more than 2^64 steps: for consumers that stop early.
///
///     const long squares = grainscope::par_range(0L, 1000L).map([](long x) { return x * x; }).sum();
template <class T, class U>
[[nodiscard]] auto par_range(T first, U last) {
    using Number = std::common_type_t<T, U>;
    static_assert(std::is_integral_v<Number> || sizeof(Number) == 16, "grainscope: par_range takes integers");
    const auto from = static_cast<Number>(first);
    const auto to = static_cast<Number>(last);
    if constexpr (sizeof(Number) > 8) {
        return detail::WideNumberSource<Number>(from, to > from ? to : from);
    } else {
        using Unsigned = std::make_unsigned_t<Number>;
        const auto length = static_cast<Unsigned>(static_cast<Unsigned>(to) - static_cast<Unsigned>(from));
        return detail::NumberSource<Number>(from, to > from ? static_cast<std::size_t>(length) : 0);
    }
}

/// n copies of a value. Indexed.
template <class T>
[[nodiscard]] auto repeat_n(T value, std::size_t n) {
    return detail::RepeatSource<T>(std::move(value), n);
}

/// One item.
template <class T>
[[nodiscard]] auto par_once(T value) {
    return detail::OwnedOptionalSource<T>(std::optional<T>(std::move(value)));
}
/// The same by rayon's name.
template <class T>
[[nodiscard]] auto once(T value) {
    return par_once(std::move(value));
}

/// No item, of type T.
template <class T>
[[nodiscard]] auto par_empty() {
    return detail::OwnedOptionalSource<T>(std::nullopt);
}
/// The same by rayon's name.
template <class T>
[[nodiscard]] auto empty() {
    return par_empty<T>();
}

}  // namespace grainscope
