// A stable, nearly branch-free sort of up to 32 small trivially copyable elements: runs of four by a fixed network,
// grown by insertion to two halves, merged from both ends at once. After "small_sort_general" of Rust's driftsort and
// ipnsort (Bergdoll and Peters, 2024).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/sort/element.h>
#include <grainscope/sort/insertion_sort.h>

namespace grainscope::sorting {

inline constexpr std::size_t small_sort_max = 32;

namespace detail {

// condition ? yes : no, two elements of one array, without a jump: compilers like to turn several choices by one
// condition into one, which nobody can predict here.
template <class T>
[[gnu::always_inline]] inline const T* choose(bool condition, const T* yes, const T* no) {
    auto mask = -static_cast<std::intptr_t>(condition);
    asm("" : "+r"(mask));  // what the compiler does not know to be 0 or -1 it does not branch on
    const std::intptr_t distance = reinterpret_cast<const char*>(yes) - reinterpret_cast<const char*>(no);
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(no) + (distance & mask));
}

// Sorts four elements from `in` to `out`, stably, by five comparisons without a branch.
template <class T, class Less>
void sort4(const T* in, T* out, Less less) {
    const bool c1 = less(in[1], in[0]);
    const bool c2 = less(in[3], in[2]);
    const T* a = in + c1;
    const T* b = in + !c1;
    const T* c = in + 2 + c2;
    const T* d = in + 2 + !c2;
    // a <= b and c <= d; what is left is the smallest, the largest, and the order of the two between.
    const bool c3 = less(*c, *a);
    const bool c4 = less(*d, *b);
    const T* smallest = choose(c3, c, a);
    const T* largest = choose(c4, b, d);
    const T* left = choose(c3, a, choose(c4, c, b));
    const T* right = choose(c4, d, choose(c3, b, c));
    const bool c5 = less(*right, *left);
    out[0] = *smallest;
    out[1] = *choose(c5, right, left);
    out[2] = *choose(c5, left, right);
    out[3] = *largest;
}

// Two and three elements, likewise.
template <class T, class Less>
void sort2(const T* in, T* out, Less less) {
    const bool swapped = less(in[1], in[0]);
    out[0] = in[swapped];
    out[1] = in[!swapped];
}
template <class T, class Less>
void sort3(const T* in, T* out, Less less) {
    const bool swapped = less(in[1], in[0]);
    const T* const a = in + swapped;
    const T* const b = in + !swapped;
    const T* const c = in + 2;
    const bool before_a = less(*c, *a);
    // Whoever comes before a comes before b, whatever a comparator that is no order says.
    const bool before_b = static_cast<bool>(less(*c, *b)) | before_a;
    out[0] = *choose(before_a, c, a);
    out[1] = *choose(before_a, a, choose(before_b, c, b));
    out[2] = *choose(before_b, b, c);
}

// One to four elements.
template <class T, class Less>
void sort_block(const T* in, T* out, std::size_t size, Less less) {
    if (size == 4)
        sort4(in, out, less);
    else if (size == 3)
        sort3(in, out, less);
    else if (size == 2)
        sort2(in, out, less);
    else
        out[0] = in[0];
}

// Merges [in, in + half) and [in + half, in + size), whose sizes differ by one at most, to `out`, half of the steps
// from either end: two independent chains keep the processor busy. No step can leave its half, whatever less answers.
// False if less contradicted itself, so that the two ends did not meet; `out` then holds no permutation.
template <class T, class Less>
[[nodiscard]] bool merge_both_ends(const T* in, std::size_t half, std::size_t size, T* out, Less less) {
    const T* left = in;
    const T* right = in + half;
    const T* left_back = in + half - 1;
    const T* right_back = in + size - 1;
    T* front = out;
    T* back = out + size - 1;
    for (std::size_t step = size / 2; step > 0; --step) {
        const bool take_right = less(*right, *left);
        *front++ = *(take_right ? right : left);
        right += take_right;
        left += !take_right;

        const bool take_left = less(*right_back, *left_back);
        *back-- = *(take_left ? left_back : right_back);
        left_back -= take_left;
        right_back -= !take_left;
    }
    const T* const left_end = left_back + 1;
    const T* const right_end = right_back + 1;
    if (size % 2 != 0) {
        const bool from_left = left < left_end;
        *front = *(from_left ? left : right);
        left += from_left;
        right += !from_left;
    }
    return left == left_end && right == right_end;
}

// Blocks of [0, size) that differ by one at most: where block i of 2^log begins.
inline std::size_t block_begin(std::size_t i, std::size_t size, unsigned log) { return (i * size) >> log; }

}  // namespace detail

/// Sorts size <= small_sort_max elements from `in` to `out`, which may be the same place and must not overlap
/// otherwise. Stable. Whatever less does, contradict itself or throw, `out` ends as a permutation of what `in` was.
template <class T, class Less>
requires is_plain<T>
[[gnu::noinline]] void small_sort(T* in, T* out, std::size_t size, Less less) {
    if (size < 2) {
        std::uninitialized_copy_n(in, size, out);
        return;
    }
    alignas(T) std::byte raw[2][(small_sort_max + 1) * sizeof(T)];
    T* from = reinterpret_cast<T*>(raw[0]) + 1;  // merging from the back may come to stand one before it
    T* to = reinterpret_cast<T*>(raw[1]) + 1;
    const T* whole = in;  // where a complete permutation lies at the moment
    const auto give_back = [&] {
        if (whole != out) std::uninitialized_copy_n(whole, size, out);
    };
    try {
        unsigned log = size <= 4 ? 0 : size <= 8 ? 1 : size <= 16 ? 2 : 3;
        for (std::size_t i = 0; i < std::size_t{1} << log; ++i) {
            const std::size_t begin = detail::block_begin(i, size, log);
            detail::sort_block(in + begin, from + begin, detail::block_begin(i + 1, size, log) - begin, less);
        }
        for (; log > 0; --log) {
            if (log == 1) {
                whole = from;
                to = out;
            }
            for (std::size_t i = 0; i < std::size_t{1} << log; i += 2) {
                const std::size_t begin = detail::block_begin(i, size, log);
                const std::size_t half = detail::block_begin(i + 1, size, log) - begin;
                const std::size_t both = detail::block_begin(i + 2, size, log) - begin;
                if (!detail::merge_both_ends(from + begin, half, both, to + begin, less)) return give_back();
            }
            std::swap(from, to);
        }
    } catch (...) {
        give_back();
        throw;
    }
    if (whole == in) std::uninitialized_copy_n(from, size, out);
}

}  // namespace grainscope::sorting
