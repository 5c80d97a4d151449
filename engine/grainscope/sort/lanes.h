// Vectors as the partition uses them: a few elements side by side, the answers of a predicate about them as a mask, and
// one shuffle that brings the chosen ones to the low end and the others to the high end. A table lookup and one
// permutation do both sides at once. After Bramas, "A Novel Hybrid Quicksort Algorithm Vectorized using AVX-512"
// (2017), and Blacher, Giesen, Sanders and Wassenberg, "Vectorized and performance-portable Quicksort" (2022).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace grainscope::sorting {

namespace detail {

// For each mask of `lanes` bits, the lanes of the source in the order of the result. A lane is `parts` units wide.
template <std::size_t lanes, std::size_t parts>
constexpr auto make_split_table() {
    std::array<std::array<std::uint8_t, 8>, std::size_t{1} << lanes> table{};
    for (std::size_t mask = 0; mask < table.size(); ++mask) {
        std::size_t to = 0;
        for (const bool chosen : {true, false}) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                if (((mask >> lane & 1) != 0) != chosen) continue;
                for (std::size_t part = 0; part < parts; ++part)
                    table[mask][to++] = static_cast<std::uint8_t>(lane * parts + part);
            }
        }
    }
    return table;
}

template <std::size_t lanes, std::size_t parts>
alignas(64) inline constexpr auto split_table = make_split_table<lanes, parts>();

}  // namespace detail

/// One element at a time: for sizes, and for processors, without a fitting shuffle.
template <class T>
struct SingleLane {
    using Answer = std::uint8_t;
    static constexpr std::size_t count = 1;

    T value;

    static SingleLane load(const T* from) { return {*from}; }
    void store(T* to) const { *to = value; }
    static unsigned mask_of(const Answer* answers) { return answers[0] & 1U; }
    [[nodiscard]] SingleLane split(unsigned) const { return *this; }
};

// An Answer is all ones or all zeros and as wide as an element, so that a comparison of vectors need not be narrowed.
#if defined(__AVX2__)
/// 32 bytes: eight elements of 4 bytes, or four of 8.
template <class T>
struct HalfVector {
    using Answer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    static constexpr std::size_t count = 32 / sizeof(T);

    __m256i value;

    static HalfVector load(const T* from) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))}; }
    void store(T* to) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value); }
    static unsigned mask_of(const Answer* answers) {
        const __m256i all = _mm256_load_si256(reinterpret_cast<const __m256i*>(answers));
        if constexpr (count == 8)
            return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(all)));
        else
            return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(all)));
    }
    [[nodiscard]] HalfVector split(unsigned mask) const {
        const auto& row = detail::split_table<count, 8 / count>[mask];
        const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row.data()));
        return {_mm256_permutevar8x32_epi32(value, _mm256_cvtepu8_epi32(order))};
    }
};
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__)
/// 64 bytes: eight elements of 8 bytes, or four of 16.
template <class T>
struct WholeVector {
    using Answer = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    static constexpr std::size_t count = 64 / sizeof(T);

    __m512i value;

    static WholeVector load(const T* from) { return {_mm512_loadu_si512(from)}; }
    void store(T* to) const { _mm512_storeu_si512(to, value); }
    static unsigned mask_of(const Answer* answers) {
        if constexpr (count == 8)
            return _mm512_movepi64_mask(_mm512_load_si512(answers));
        else
            return static_cast<unsigned>(_mm_movemask_ps(_mm_load_ps(reinterpret_cast<const float*>(answers))));
    }
    [[nodiscard]] WholeVector split(unsigned mask) const {
        const auto& row = detail::split_table<count, 8 / count>[mask];
        const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row.data()));
        return {_mm512_maskz_permutexvar_epi64(0xff, _mm512_maskz_cvtepu8_epi64(0xff, order), value)};
    }
};
#endif

namespace detail {

template <class T, std::size_t size = sizeof(T)>
struct WidestLanes : std::type_identity<SingleLane<T>> {};
#if defined(__AVX2__)
template <class T>
struct WidestLanes<T, 4> : std::type_identity<HalfVector<T>> {};
#endif
#if defined(__AVX512F__) && defined(__AVX512DQ__)
template <class T>
struct WidestLanes<T, 8> : std::type_identity<WholeVector<T>> {};
template <class T>
struct WidestLanes<T, 16> : std::type_identity<WholeVector<T>> {};
#elif defined(__AVX2__)
template <class T>
struct WidestLanes<T, 8> : std::type_identity<HalfVector<T>> {};
#endif

}  // namespace detail

/// The widest vector of T that can be split here.
template <class T>
using Lanes = typename detail::WidestLanes<T>::type;

}  // namespace grainscope::sorting
