// Merging two sorted ranges: by one task, or split at the middle rank of the result.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include <grainscope/sort/element.h>

namespace grainscope::sorting {

/// How many of the first `rank` elements of the stable merge of a and b come from a (co-ranking: Siebert and Träff,
/// "Perfectly load-balanced, optimal, stable, parallel merge", 2013). O(log min(rank, |a|, |b|)) comparisons.
template <class A, class B, class Less>
std::size_t co_rank(std::size_t rank, A a, std::size_t a_size, B b, std::size_t b_size, Less less) {
    std::size_t low = rank > b_size ? rank - b_size : 0;
    std::size_t high = std::min(rank, a_size);
    while (low < high) {
        const std::size_t from_a = low + (high - low) / 2;
        if (less(b[static_cast<std::iter_difference_t<B>>(rank - from_a - 1)],
                 a[static_cast<std::iter_difference_t<A>>(from_a)]))
            high = from_a;
        else
            low = from_a + 1;
    }
    return low;
}

/// Moves the merge of [a, a_end) and [b, b_end) to `out`; ties come from a. `out` overlaps neither. When less throws,
/// the elements not merged yet follow at the end of the output: each is there exactly once.
template <class T, class Less>
void merge_sequential(T* a, T* a_end, T* b, T* b_end, T* out, Less less) {
    try {
        if (a != a_end && b != b_end) {
            if (!less(*b, a_end[-1])) {
                // Already in order: the two moves below are all there is to do.
            } else if (less(b_end[-1], *a)) {
                out = std::move(b, b_end, out);
                b = b_end;
            } else if constexpr (is_plain<T>) {
                // From both ends at once: two chains of dependent steps that the processor overlaps, each choice a
                // conditional move. Half as many steps as the shorter side has elements cannot make the ends meet or
                // run off, so the loop needs no test; what it leaves is at most half.
                T* out_end = out + (a_end - a) + (b_end - b);
                for (std::ptrdiff_t shorter = std::min(a_end - a, b_end - b); shorter >= 2;
                     shorter = std::min(a_end - a, b_end - b)) {
                    for (std::ptrdiff_t steps = shorter / 2; steps > 0; --steps) {
                        const bool from_b = less(*b, *a);
                        *out++ = *(from_b ? b : a);
                        b += from_b;
                        a += !from_b;

                        const bool from_a_end = less(b_end[-1], a_end[-1]);
                        *--out_end = *(from_a_end ? a_end - 1 : b_end - 1);
                        a_end -= from_a_end;
                        b_end -= !from_a_end;
                    }
                }
                while (a != a_end && b != b_end) *out++ = less(*b, *a) ? *b++ : *a++;
            } else {
                while (a != a_end && b != b_end) {
                    if (less(*b, *a))
                        *out++ = std::move(*b++);
                    else
                        *out++ = std::move(*a++);
                }
            }
        }
    } catch (...) {
        out = std::move(a, a_end, out);
        std::move(b, b_end, out);
        throw;
    }
    out = std::move(a, a_end, out);
    std::move(b, b_end, out);
}

}  // namespace grainscope::sorting
