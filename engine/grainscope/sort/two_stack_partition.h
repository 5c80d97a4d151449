// The step of the stable quicksort: one range becomes two stacks that grow towards each other.
//
// Two arrays of the same size lie side by side: `destination`, where the sorted elements shall end, and `work`. The
// elements to split stand in one of them. Those less than the pivot are stacked in `destination` from its front, the
// others in `work` from its back:
//
//     destination  [less → less →            ]
//     work         [            ← rest ← rest]
//
// Whoever reads `destination` forwards and `work` backwards sees each of them in the order in which they were read, so
// that the split is stable, and neither stack overtakes the reading: the stack in the array that is being read never
// holds more than was read of it. Both halves then lie where the same step can split them again: beside each other,
// with room of their own in the other array. No level of the quicksort copies anything back, and two tasks may go on
// with the halves at once.
//
// Where vectors are at hand, a vector is read at once, and one shuffle brings either side to its end of the vector, the
// rest mirrored as its stack is; both stores write the whole vector, and what they write too much lies where nothing is
// left to be read (lanes.h). Else the two stores without a branch are those of Rust's driftsort (Peters and Bergdoll,
// 2024), after fluxsort (van den Hoven, 2021); there the second stack is copied back after every step.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>

#include <grainscope/sort/block_partition.h>
#include <grainscope/sort/element.h>
#include <grainscope/sort/lanes.h>

namespace grainscope::sorting {

/// A range in the course of a stable quicksort: where its elements stand, and where they shall.
template <class T>
struct TwoStacks {
    T* destination;
    T* work;
    std::size_t size;
    bool in_work;   ///< the elements stand in `work`, to be read from its back; else in `destination`, from its front
    bool mirrored;  ///< what is read first came last: the order is that of the data read backwards

    /// The storage of the elements at the moment.
    [[nodiscard]] T* storage() const { return in_work ? work : destination; }
    /// Whether the elements stand in memory in the order of the data.
    [[nodiscard]] bool in_order() const { return in_work == mirrored; }
    /// The halves after a split into `front` and the rest.
    [[nodiscard]] TwoStacks less(std::size_t front) const { return {destination, work, front, false, mirrored}; }
    [[nodiscard]] TwoStacks rest(std::size_t front) const {
        return {destination + front, work + front, size - front, true, mirrored};
    }

    /// Brings the elements to the destination in the order of the data.
    void settle() const {
        if (!in_work) {
            if (mirrored) std::reverse(destination, destination + size);
        } else if (mirrored) {
            std::uninitialized_copy_n(work, size, destination);
        } else {
            std::uninitialized_copy(std::make_reverse_iterator(work + size), std::make_reverse_iterator(work),
                                    destination);
        }
    }
};

namespace detail {

template <bool in_work, class T, class Goes>
std::size_t split(const TwoStacks<T>& range, Goes goes_left) {
    T* const destination = range.destination;
    const T* const work = range.work;
    const std::size_t size = range.size;
    T* back = range.work + size;  // one past where the next of the rest would go if nothing had gone left
    std::size_t left = 0;
    std::size_t read = 0;
    try {
        if constexpr (partitions_by_vectors<T>) {
            using Vector = Lanes<T>;
            constexpr std::size_t lanes = Vector::count;
            for (; size - read >= lanes; read += lanes) {
                const T* const from = in_work ? work + (size - read - lanes) : destination + read;
                const Vector vector = Vector::load(from);
                const unsigned mask = ask_lanes<T>([&](std::size_t i) { return goes_left(from[i]); });
                const Vector both = vector.template split < in_work ? Mirrored::low : Mirrored::high > (mask);
                both.store(destination + left);
                both.store(back - lanes + left);
                back -= lanes;
                left += static_cast<std::size_t>(std::popcount(mask));
            }
        }
        for (; read < size; ++read) {
            const T element = in_work ? work[size - 1 - read] : destination[read];
            const bool goes = goes_left(element);
            --back;
            std::construct_at(destination + left, element);
            std::construct_at(back + left, element);
            left += goes;
        }
    } catch (...) {
        // Everything to the destination: what was stacked in `work`, and what has not been read yet.
        T* gap = destination + left;
        if constexpr (in_work) gap = std::uninitialized_copy_n(work, size - read, gap);
        std::uninitialized_copy_n(work + size - (read - left), read - left, gap);
        throw;
    }
    return left;
}

}  // namespace detail

/// Stacks the elements that `goes_left` answers true for in the destination, the others in `work`, and returns how many
/// there are of the first. Stable; `size` calls. If one throws, every element stands in the
/// destination.
template <class T, class Goes>
std::size_t split(const TwoStacks<T>& range, Goes goes_left) {
    return range.in_work ? detail::split<true>(range, goes_left) : detail::split<false>(range, goes_left);
}

}  // namespace grainscope::sorting
