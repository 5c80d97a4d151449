// Choosing the element to split by.
#pragma once

#include <cstddef>
#include <cstdint>

#include <grainscope/sort/options.h>

namespace grainscope::sorting {

/// The median of three, by two or three comparisons; any one of them if less contradicts itself.
template <class T, class Less>
T* median_of_3(T* a, T* b, T* c, Less less) {
    const bool b_before_a = less(*b, *a);
    if (b_before_a == less(*c, *a)) {
        // a is the least or the greatest: the median is the one of b and c that is nearer to it.
        return less(*c, *b) == b_before_a ? b : c;
    }
    return a;
}

/// A well mixed 64-bit number for each input (Steele, Lea and Flood's SplitMix64).
constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/// The pivot's position in a range that is not empty. `salt` tells one range of a sort from another: Pivot::random
/// depends on it and on nothing that another run would not repeat.
template <class T, class Less>
T* choose_pivot(T* first, T* last, Pivot pivot, std::uint64_t salt, Less less) {
    const std::ptrdiff_t size = last - first;
    T* const middle = first + size / 2;
    switch (pivot) {
        case Pivot::first:
            return first;
        case Pivot::random:
            return first + mix64(salt) % static_cast<std::uint64_t>(size);
        case Pivot::median3:
            return median_of_3(first, middle, last - 1, less);
        case Pivot::ninther:
            break;
    }
    if (size < 128) return median_of_3(first, middle, last - 1, less);
    const std::ptrdiff_t eighth = size / 8;
    T* const low = median_of_3(first, first + eighth, first + 2 * eighth, less);
    T* const centre = median_of_3(middle - eighth, middle, middle + eighth, less);
    T* const high = median_of_3(last - 1 - 2 * eighth, last - 1 - eighth, last - 1, less);
    return median_of_3(low, centre, high, less);
}

}  // namespace grainscope::sorting
