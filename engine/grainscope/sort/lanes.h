// Vectors as the partition uses them: a few elements side by side, the answers of a predicate about them as a mask, and
// one shuffle that brings the chosen ones to the low end and the others to the high end. A table lookup and one
// permutation do both sides at once. After Bramas, "A Novel Hybrid Quicksort Algorithm Vectorized using AVX-512"
// (2017), and Blacher, Giesen, Sanders and Wassenberg, "Vectorized and performance-portable Quicksort" (2022).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace grainscope::sorting {

namespace detail {

// Which of the two sides of a split come out in the reverse of their order.
enum class Mirrored { none, low, high };

// For each mask of `lanes` bits, the lanes of the source in the order of the result. A lane is `parts` units wide.
template <std::size_t lanes, std::size_t parts, Mirrored mirrored>
constexpr auto make_split_table() {
    std::array<std::array<std::uint8_t, 8>, std::size_t{1} << lanes> table{};
    for (std::size_t mask = 0; mask < table.size(); ++mask) {
        std::size_t to = 0;
        for (const bool chosen : {true, false}) {
            const bool backwards = mirrored == (chosen ? Mirrored::low : Mirrored::high);
            for (std::size_t i = 0; i < lanes; ++i) {
                const std::size_t lane = backwards ? lanes - 1 - i : i;
                if (((mask >> lane & 1) != 0) != chosen) continue;
                for (std::size_t part = 0; part < parts; ++part)
                    table[mask][to++] = static_cast<std::uint8_t>(lane * parts + part);
            }
        }
    }
    return table;
}

template <std::size_t lanes, std::size_t parts, Mirrored mirrored>
alignas(64) inline constexpr auto split_table = make_split_table<lanes, parts, mirrored>();

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
    template <detail::Mirrored = detail::Mirrored::none>
    [[nodiscard]] SingleLane split(unsigned) const {
        return *this;
    }
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
    /// The lanes of `mask` at the low end, the others at the high one.
    template <detail::Mirrored mirrored = detail::Mirrored::none>
    [[nodiscard]] HalfVector split(unsigned mask) const {
        const auto& row = detail::split_table<count, 8 / count, mirrored>[mask];
        const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row.data()));
        return {_mm256_permutevar8x32_epi32(value, _mm256_cvtepu8_epi32(order))};
    }
    /// The lanes of `mask` from `yes`, the others from `no`.
    static HalfVector choose(unsigned mask, const HalfVector& yes, const HalfVector& no) {
#if defined(__AVX512VL__)
        if constexpr (count == 8)
            return {_mm256_mask_blend_epi32(static_cast<__mmask8>(mask), no.value, yes.value)};
        else
            return {_mm256_mask_blend_epi64(static_cast<__mmask8>(mask), no.value, yes.value)};
#else
        // The bit of each 4 bytes' lane.
        constexpr int of[8] = {0,
                               count == 8 ? 1 : 0,
                               count == 8 ? 2 : 1,
                               count == 8 ? 3 : 1,
                               count == 8 ? 4 : 2,
                               count == 8 ? 5 : 2,
                               count == 8 ? 6 : 3,
                               count == 8 ? 7 : 3};
        const __m256i bits = _mm256_setr_epi32(1 << of[0], 1 << of[1], 1 << of[2], 1 << of[3], 1 << of[4], 1 << of[5],
                                               1 << of[6], 1 << of[7]);
        const __m256i spread = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(mask)), bits);
        return {_mm256_blendv_epi8(no.value, yes.value, _mm256_cmpeq_epi32(spread, bits))};
#endif
    }
    /// The first `elements` lanes from memory, nothing beyond them is read; the others from `rest`.
    static HalfVector load_part(const T* from, std::size_t elements, const HalfVector& rest) {
        alignas(32) std::byte raw[32];
        rest.store(reinterpret_cast<T*>(raw));
        std::memcpy(raw, from, elements * sizeof(T));
        return load(reinterpret_cast<const T*>(raw));
    }
    /// In which lanes the bits are the same.
    static unsigned same_bits(const HalfVector& a, const HalfVector& b) {
        alignas(32) __m256i equal;
        if constexpr (count == 8)
            equal = _mm256_cmpeq_epi32(a.value, b.value);
        else
            equal = _mm256_cmpeq_epi64(a.value, b.value);
        return mask_of(reinterpret_cast<const Answer*>(&equal));
    }
    /// Lane i changes places with lane i ^ distance.
    template <int distance>
    [[nodiscard]] HalfVector swap_lanes() const {
        constexpr int parts = 8 / static_cast<int>(count);
        constexpr int d = distance * parts;
        return {_mm256_permutevar8x32_epi32(value,
                                            _mm256_setr_epi32(0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d))};
    }
};
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__BMI2__)
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
    template <detail::Mirrored mirrored = detail::Mirrored::none>
    [[nodiscard]] WholeVector split(unsigned mask) const {
        const auto& row = detail::split_table<count, 8 / count, mirrored>[mask];
        const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row.data()));
        return {_mm512_maskz_permutexvar_epi64(0xff, _mm512_maskz_cvtepu8_epi64(0xff, order), value)};
    }
    static WholeVector choose(unsigned mask, const WholeVector& yes, const WholeVector& no) {
        if constexpr (count == 4) mask = _pdep_u32(mask, 0x55) * 3;  // two units a lane
        return {_mm512_mask_blend_epi64(static_cast<__mmask8>(mask), no.value, yes.value)};
    }
    static WholeVector load_part(const T* from, std::size_t elements, const WholeVector& rest) {
        return {_mm512_mask_loadu_epi64(rest.value, first_lanes(elements), from)};
    }
    static unsigned same_bits(const WholeVector& a, const WholeVector& b) {
        unsigned equal = _mm512_cmpeq_epi64_mask(a.value, b.value);
        if constexpr (count == 4) equal = _pext_u32(equal & equal >> 1, 0x55);  // both units of a lane
        return equal;
    }
    static __mmask8 first_lanes(std::size_t elements) {
        return static_cast<__mmask8>((1U << elements * (8 / count)) - 1);
    }
    template <int distance>
    [[nodiscard]] WholeVector swap_lanes() const {
        constexpr int parts = 8 / static_cast<int>(count);
        constexpr int d = distance * parts;
        const __m512i order = _mm512_setr_epi64(0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d);
        return {_mm512_maskz_permutexvar_epi64(0xff, order, value)};
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
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__BMI2__)
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

/// The answers question(0), question(1), ... for the lanes of one vector, as a mask. The loop is short and its length
/// is fixed: where the question is a plain comparison, it becomes one.
template <class T, class Question>
[[gnu::always_inline]] inline unsigned ask_lanes(const Question& question) {
    using Answer = typename Lanes<T>::Answer;
    alignas(64) Answer answers[Lanes<T>::count];
    for (std::size_t i = 0; i < Lanes<T>::count; ++i) answers[i] = question(i) ? static_cast<Answer>(-1) : Answer{0};
    return Lanes<T>::mask_of(answers);
}

/// In which lanes less(a, b) holds. The compiler keeps both in registers.
template <class T, class Less>
[[gnu::always_inline]] inline unsigned ask_less(const Lanes<T>& a, const Lanes<T>& b, const Less& less) {
    alignas(64) std::byte raw_a[sizeof(Lanes<T>)], raw_b[sizeof(Lanes<T>)];
    T* const left = reinterpret_cast<T*>(raw_a);
    T* const right = reinterpret_cast<T*>(raw_b);
    a.store(left);
    b.store(right);
    return ask_lanes<T>([&](std::size_t i) { return static_cast<bool>(less(left[i], right[i])); });
}

}  // namespace grainscope::sorting
