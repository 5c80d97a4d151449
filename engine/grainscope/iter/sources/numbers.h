// par_range, par_range_inclusive, par_once, par_empty: items out of nothing.
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

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 Unsigned128;
#else
using Unsigned128 = void;
#endif

template <class T>
struct UnsignedOf : std::make_unsigned<T> {};
template <class T>
requires(sizeof(T) == 16) struct UnsignedOf<T> {
    using type = Unsigned128;
};
template <class T>
using AsUnsigned = typename UnsignedOf<T>::type;

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

    /// From first to last, both included, unless it is empty.
    WideNumberSource(T first, T last, bool empty) : first_(first), last_(last), empty_(empty) {}

    struct Part {
        T first, last;
        bool empty;
        std::optional<Part> split() {
            if (empty || first == last) return std::nullopt;
            // Modulo 2^n, as the distance may be greater than any T.
            const auto half =
                static_cast<AsUnsigned<T>>((static_cast<AsUnsigned<T>>(last) - static_cast<AsUnsigned<T>>(first)) / 2);
            const auto middle = static_cast<T>(static_cast<AsUnsigned<T>>(first) + half);
            return Part{static_cast<T>(middle + 1), std::exchange(last, middle), false};
        }
        template <class Folder>
        bool feed(Folder& folder, std::size_t n) {
            for (; n > 0 && !empty; --n) {
                const T item = first;
                if (item == last)
                    empty = true;
                else
                    first = static_cast<T>(first + 1);
                if (!feed_one(folder, T(item))) return false;
            }
            return !empty;
        }
    };
    [[nodiscard]] Part part() const { return {first_, last_, empty_}; }

  private:
    T first_, last_;
    bool empty_;
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
        return detail::WideNumberSource<Number>(from, to > from ? static_cast<Number>(to - 1) : from, to <= from);
    } else {
        using Unsigned = std::make_unsigned_t<Number>;
        const auto length = static_cast<Unsigned>(static_cast<Unsigned>(to) - static_cast<Unsigned>(from));
        return detail::NumberSource<Number>(from, to > from ? static_cast<std::size_t>(length) : 0);
    }
}

/// The integers from first to last, both included; none if last is less. Indexed up to 32 bits; wider ones may have
/// 2^64 steps or more, for consumers that stop early.
///
///     using Limits = std::numeric_limits<std::int64_t>;
///     const auto is_multiple = [](std::int64_t x) { return x % 1'000'003 == 0; };
///     const auto some = grainscope::par_range_inclusive(Limits::min(), Limits::max()).find_any(is_multiple);
template <class T, class U>
[[nodiscard]] auto par_range_inclusive(T first, U last) {
    using Number = std::common_type_t<T, U>;
    static_assert(std::is_integral_v<Number> || sizeof(Number) == 16, "grainscope: par_range_inclusive takes integers");
    const auto from = static_cast<Number>(first);
    const auto to = static_cast<Number>(last);
    if constexpr (sizeof(Number) > 4) {
        return detail::WideNumberSource<Number>(from, to, to < from);
    } else {
        const auto length = static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from) + 1;
        return detail::NumberSource<Number>(from, length > 0 ? static_cast<std::size_t>(length) : 0);
    }
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
