// Which kernels this processor can run, and which of them pay; and those for all processors.
#include <grainscope/sort/vector_kernels.h>

#include <algorithm>
#include <array>

#include <grainscope/sort/pdqsort.h>

namespace grainscope::sorting {

namespace {

// A type of this file alone, so that what is instantiated for it is no other program's, whatever flags that has.
struct Before {
    template <class T>
    bool operator()(T a, T b) const {
        return a < b;
    }
};

template <class T, bool descending>
void sort_keys(void* keys, std::size_t size) {
    T* const first = static_cast<T*>(keys);
    pdqsort(first, first + size, Before{});
    if (descending) std::reverse(first, first + size);
}

template <class T, bool descending>
std::size_t partition_keys(void* keys, std::size_t size, const void* pivot_key) {
    T* const first = static_cast<T*>(keys);
    const T pivot = *static_cast<const T*>(pivot_key);
    const auto belongs_left = [pivot](const T& key) { return descending ? pivot <= key : key <= pivot; };
    return static_cast<std::size_t>(partition_sequential(first, first + size, belongs_left) - first);
}

template <class... T>
constexpr std::array<std::array<KeyKernels, 2>, sizeof...(T)> kernels_of{
    {{{{&sort_keys<T, false>, &partition_keys<T, false>}, {&sort_keys<T, true>, &partition_keys<T, true>}}}...}};

constexpr auto& kernels_any =
    kernels_of<std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, std::uint64_t, std::int64_t, float, double>;

}  // namespace

#if defined(GRAINSCOPE_VECTOR_KERNELS)

extern const KeyKernels kernels_avx2[8][2];
extern const KeyKernels kernels_avx512[8][2];

namespace {

struct Processor {
    bool has_avx2 = false;
    bool has_avx512 = false;
    bool compresses_to_memory = false;  // at a useful speed

    Processor() {
        __builtin_cpu_init();
        const bool has_ciphers = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
        has_avx2 = has_ciphers && __builtin_cpu_supports("x86-64-v3");
        has_avx512 = has_ciphers && __builtin_cpu_supports("x86-64-v4");
        // Zen 4 takes over a hundred cycles for a vpcompressd to memory. Keys of 8 bytes are split by a table.
        compresses_to_memory = !__builtin_cpu_is("amd");
    }
};

const Processor& processor() noexcept {
    static const Processor known;
    return known;
}

VectorUnit best_unit(KeyKind kind) noexcept {
    const Processor& has = processor();
    switch (kind) {
        case KeyKind::u16:
        case KeyKind::i16:
            // Without the shuffles of AVX-512 for this width, pdqsort is faster.
            return has.has_avx512 ? VectorUnit::avx512 : VectorUnit::any;
        case KeyKind::u32:
        case KeyKind::i32:
        case KeyKind::f32:
            if (!has.compresses_to_memory && has.has_avx2) return VectorUnit::avx2;
            break;
        case KeyKind::u64:
        case KeyKind::i64:
        case KeyKind::f64:
            break;
    }
    return has.has_avx512 ? VectorUnit::avx512 : has.has_avx2 ? VectorUnit::avx2 : VectorUnit::any;
}

}  // namespace

const KeyKernels* key_kernels_of(VectorUnit unit, KeyKind kind, bool descending) noexcept {
    const auto index = static_cast<std::size_t>(kind);
    switch (unit) {
        case VectorUnit::any:
            break;
        case VectorUnit::avx2:
            return processor().has_avx2 ? &kernels_avx2[index][descending] : nullptr;
        case VectorUnit::avx512:
            return processor().has_avx512 ? &kernels_avx512[index][descending] : nullptr;
    }
    return &kernels_any[index][descending];
}

#else

namespace {

VectorUnit best_unit(KeyKind) noexcept { return VectorUnit::any; }

}  // namespace

const KeyKernels* key_kernels_of(VectorUnit unit, KeyKind kind, bool descending) noexcept {
    return unit == VectorUnit::any ? &kernels_any[static_cast<std::size_t>(kind)][descending] : nullptr;
}

#endif

const KeyKernels& key_kernels(KeyKind kind, bool descending) noexcept {
    return *key_kernels_of(best_unit(kind), kind, descending);
}

}  // namespace grainscope::sorting
