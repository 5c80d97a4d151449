// Merging two sorted ranges: by one task, or split at the middle rank of the result.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <grainscope/sort/element.h>

namespace grainscope::sorting {

/// How many of the first `rank` elements of the stable merge of a and b come from a (co-ranking: Siebert and Träff,
/// "Perfectly load-balanced, optimal, stable, parallel merge", 2013). O(log min(rank, |a|, |b|)) comparisons.
template <class T, class Less>
std::size_t co_rank(std::size_t rank, const T* a, std::size_t a_size, const T* b, std::size_t b_size, Less less) {
    std::size_t low = rank > b_size ? rank - b_size : 0;
    std::size_t high = std::min(rank, a_size);
    while (low < high) {
        const std::size_t from_a = low + (high - low) / 2;
        if (less(b[rank - from_a - 1], a[from_a]))
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
            } else if constexpr (copies_freely<T>) {
                // As many steps as the shorter side has elements cannot run off either end, so the inner loop needs no
                // test, and its one data-dependent choice becomes a conditional move.
                while (a != a_end && b != b_end) {
                    for (std::ptrdiff_t steps = std::min(a_end - a, b_end - b); steps > 0; --steps) {
                        const bool from_b = less(*b, *a);
                        const T* source = from_b ? b : a;
                        *out++ = *source;
                        b += from_b;
                        a += !from_b;
                    }
                }
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
