// What is sorted in the place of elements that are more than bytes: a pointer, and beside it as much of the key as
// decides most comparisons without a look at the element, which may be anywhere in memory.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>

#include <grainscope/sort/element.h>
#include <grainscope/sort/natural_order.h>

namespace grainscope::sorting {

/// The first eight bytes of a text as a number that compares as they do; a shorter one is filled up with zeros.
inline std::uint64_t text_prefix(std::string_view text) {
    unsigned char bytes[8] = {};
    std::memcpy(bytes, text.data(), text.size() < 8 ? text.size() : 8);
    std::uint64_t prefix = 0;
    std::memcpy(&prefix, bytes, 8);
    if constexpr (std::endian::native == std::endian::little) prefix = __builtin_bswap64(prefix);
    return prefix;
}

/// Makes and compares the handles of elements E that are ordered by Compare after Projection:
///  - of a text in its natural order, the first eight bytes go along, which are equal for few pairs of most texts;
///  - of a key that is a number, an enumeration or a pointer, the whole key;
///  - of any other, nothing.
template <class E, class Compare, class Projection>
class Handles {
    using Projected = std::invoke_result_t<Projection&, const E&>;
    using Key = std::remove_cvref_t<Projected>;
    static constexpr bool natural = is_natural_less<Key, Compare> || is_natural_greater<Key, Compare>;
    static constexpr bool by_text =
        natural && (std::is_same_v<Key, std::string> || std::is_same_v<Key, std::string_view>);
    static constexpr bool by_scalar = std::is_scalar_v<Key> && sizeof(Key) <= 8;

    struct Bare {
        E* element;
    };
    struct WithPrefix {
        std::uint64_t prefix;
        E* element;
    };
    struct WithKey {
        Key key;
        E* element;
    };

  public:
    using Handle = std::conditional_t<by_text, WithPrefix, std::conditional_t<by_scalar, WithKey, Bare>>;

    Handles(Compare& compare, Projection& projection)
        : compare_(&compare), projection_(&projection), less_(compare, projection) {}

    [[nodiscard]] Handle make(E& element) const {
        if constexpr (by_text) {
            const Projected& text = std::invoke(*projection_, std::as_const(element));
            const std::uint64_t prefix = text_prefix(text);
            return {is_natural_less<Key, Compare> ? prefix : ~prefix, std::addressof(element)};
        } else if constexpr (by_scalar) {
            return {std::invoke(*projection_, std::as_const(element)), std::addressof(element)};
        } else {
            return {std::addressof(element)};
        }
    }

    bool operator()(const Handle& a, const Handle& b) const {
        if constexpr (by_text) {
            if (a.prefix != b.prefix) [[likely]]
                return a.prefix < b.prefix;
            return less_(*a.element, *b.element);
        } else if constexpr (by_scalar) {
            return static_cast<bool>(std::invoke(*compare_, a.key, b.key));
        } else {
            return less_(*a.element, *b.element);
        }
    }

  private:
    Compare* compare_;
    Projection* projection_;
    ProjectedLess<Compare, Projection> less_;
};

}  // namespace grainscope::sorting
