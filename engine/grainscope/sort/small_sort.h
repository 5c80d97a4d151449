// A stable, nearly branch-free sort of up to 32 small trivially copyable elements: runs of four by a fixed network,
// grown by insertion to two halves, merged from both ends at once. After "small_sort_general" of Rust's driftsort and
// ipnsort (Bergdoll and Peters, 2024).
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include <grainscope/sort/element.h>
#include <grainscope/sort/insertion_sort.h>

namespace grainscope::sorting {

inline constexpr std::size_t small_sort_max = 32;

namespace detail {

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
    const T* smallest = c3 ? c : a;
    const T* largest = c4 ? b : d;
    const T* left = c3 ? a : (c4 ? c : b);
    const T* right = c4 ? d : (c3 ? b : c);
    const bool c5 = less(*right, *left);
    out[0] = *smallest;
    out[1] = c5 ? *right : *left;
    out[2] = c5 ? *left : *right;
    out[3] = *largest;
}

// Merges [in, in + half) and [in + half, in + size) to `out`, size / 2 steps from either end: two independent chains
// keep the processor busy. No step can leave its half, whatever less answers. False if less contradicted itself, so
// that the two ends did not meet; `out` then holds no permutation.
template <class T, class Less>
[[nodiscard]] bool merge_both_ends(const T* in, std::size_t half, std::size_t size, T* out, Less less) {
    const T* left = in;
    const T* right = in + half;
    const T* left_back = in + half - 1;
    const T* right_back = in + size - 1;
    T* front = out;
    T* back = out + size - 1;
    for (std::size_t step = 0; step < half; ++step) {
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

}  // namespace detail

/// Sorts size <= small_sort_max elements from `in` to `out`, which may be the same place and must not overlap
/// otherwise. Stable. Whatever less does, contradict itself or throw, `out` ends as a permutation of what `in` was.
template <class T, class Less>
requires is_plain<T>
[[gnu::noinline]] void small_sort(T* in, T* out, std::size_t size, Less less) {
    if (size < 2) {
        std::copy_n(in, size, out);
        return;
    }
    alignas(T) std::byte raw[(small_sort_max + 1) * sizeof(T)];
    T* const scratch = reinterpret_cast<T*>(raw) + 1;  // merging from the back may come to stand one before it
    const std::size_t half = size / 2;
    const T* whole = in;  // where a complete permutation lies at the moment
    try {
        const std::size_t network = half >= 4 ? 4 : 1;
        for (const std::size_t begin : {std::size_t{0}, half}) {
            const std::size_t end = begin == 0 ? half : size;
            if (network == 4)
                detail::sort4(in + begin, scratch + begin, less);
            else
                std::construct_at(scratch + begin, in[begin]);
            for (std::size_t i = begin + network; i < end; ++i) {
                std::construct_at(scratch + i, in[i]);
                insert_last(scratch + begin, scratch + i, less);
            }
        }
        whole = scratch;
        if (detail::merge_both_ends(scratch, half, size, out, less)) return;
    } catch (...) {
        if (whole != out) std::copy_n(whole, size, out);
        throw;
    }
    std::copy_n(scratch, size, out);
}

}  // namespace grainscope::sorting
