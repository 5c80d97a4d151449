// Sorting and splitting numbers by whole vectors in the order of their type: Highway's vqsort (Blacher, Giesen, Sanders
// and Wassenberg, "Vectorized and performance-portable Quicksort", 2022), compiled into the library once for each kind
// of processor that it pays on, and chosen when the program runs. A program that sorts numbers compiles none of it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace grainscope::sorting {

/// What vectors tell apart: a width and how to read it.
enum class KeyKind : std::uint8_t { u16, i16, u32, i32, u64, i64, f32, f64 };

/// Numbers of a width that vectors sort, whatever their type is called: char32_t is one, and unsigned long long.
template <class T>
concept VectorKey = (std::integral<T> && (sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8)) ||
                    std::same_as<T, float> || std::same_as<T, double>;

template <VectorKey T>
inline constexpr KeyKind key_kind = [] {
    if constexpr (std::is_floating_point_v<T>) return sizeof(T) == 4 ? KeyKind::f32 : KeyKind::f64;
    const KeyKind unsigned_kind = sizeof(T) == 2 ? KeyKind::u16 : sizeof(T) == 4 ? KeyKind::u32 : KeyKind::u64;
    return static_cast<KeyKind>(static_cast<int>(unsigned_kind) + std::is_signed_v<T>);
}();

/// What is done to `size` keys of one kind, in one direction. Nothing allocates or throws. Among floating-point keys is
/// no NaN and no -0.0.
struct KeyKernels {
    /// O(n log n) steps whatever the keys, 8 KiB of stack.
    void (*sort)(void* keys, std::size_t size);
    /// Brings the keys that do not come after *pivot to the front and returns how many they are.
    std::size_t (*partition)(void* keys, std::size_t size, const void* pivot);
};

/// An instruction set that kernels are compiled for; `any` is the pattern-defeating quicksort of pdqsort.h, which runs
/// on all that the library itself runs on.
enum class VectorUnit : std::uint8_t { any, avx2, avx512 };

/// The kernels of one unit; null if this processor lacks it, or the library was built for other processors.
[[nodiscard]] const KeyKernels* key_kernels_of(VectorUnit unit, KeyKind kind, bool descending) noexcept;

/// The best kernels for this processor.
[[nodiscard]] const KeyKernels& key_kernels(KeyKind kind, bool descending) noexcept;

}  // namespace grainscope::sorting
