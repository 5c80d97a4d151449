// What a bag of elements holds, whatever their order, in 128 bits.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <grainscope/workloads/random.h>

namespace grainscope::workloads {

/// Sums of two independent strong mixes of every element (Clarke et al., "Incremental Multiset Hash Functions", 2003,
/// MSet-Add-Hash). Sums and not exclusive-ors: two copies of an element do not cancel out. Two multisets that differ by
/// accident collide with a probability of about 2^-128.
struct MultisetHash {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    void add(std::uint64_t first_mix, std::uint64_t second_mix) noexcept {
        low += first_mix;
        high += second_mix;
    }
    friend bool operator==(const MultisetHash&, const MultisetHash&) = default;
};

namespace detail {

constexpr std::uint64_t first_key = 0x243f6a8885a308d3U;  // digits of pi: nothing up the sleeve
constexpr std::uint64_t second_key = 0x13198a2e03707344U;

// The two halves of a 128-bit product, folded: a strong mix of two words in one multiplication.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t key) noexcept {
    std::uint64_t state = mix(key ^ bytes.size());
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        state = fold(state ^ word, 0xa4093822299f31d1U) + std::rotl(state, 23);
    }
    std::uint64_t tail = 0;
    std::memcpy(&tail, at, left);
    return mix(fold(state ^ tail, 0xa4093822299f31d1U) + std::rotl(state, 23));
}

}  // namespace detail

/// The hash of all elements; of their bits, so that -0.0 and 0.0 differ. One pass.
template <class T>
requires(std::is_arithmetic_v<T> && sizeof(T) <= 8) MultisetHash hash_multiset(std::span<const T> elements)
noexcept {
    MultisetHash hash;
    for (const T& element : elements) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &element, sizeof(T));
        hash.add(mix(bits + detail::first_key), mix((bits ^ detail::second_key) * 0x9e3779b97f4a7c15U));
    }
    return hash;
}

inline MultisetHash hash_multiset(std::span<const std::string> elements) noexcept {
    MultisetHash hash;
    for (const std::string& element : elements)
        hash.add(detail::hash_bytes(element, detail::first_key), detail::hash_bytes(element, detail::second_key));
    return hash;
}

}  // namespace grainscope::workloads
