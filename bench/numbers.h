// The numbers that the iterator benchmarks work on, and what memory can do at best.
#pragma once

#include "contest.h"

#include <cstdint>
#include <span>
#include <vector>

namespace grainscope::bench {

// bench/rust/src/iterators.rs makes the same numbers.
extern Lazy<std::vector<std::int64_t>> integers;    ///< 10^8, of 44 bits
extern Lazy<std::vector<double>> first_numbers;     ///< 10^8 in [0.5, 1.5)
extern Lazy<std::vector<double>> second_numbers;    ///< 10^8 in [0, 1)
extern Lazy<std::vector<std::uint64_t>> half_even;  ///< 2 * 10^7, of 24 bits

/// Adds a peer that only reads `first`, and `second` in step with it where it is not empty, as STREAM's loops read: one
/// stretch a thread, whole vectors, four accumulators. No program can read this memory much faster.
void add_read_loop(Contest& contest, std::function<std::span<const double>()> first,
                   std::function<std::span<const double>()> second = {});

/// Whether a sum of doubles is right: in any order, its error is far below this.
[[nodiscard]] inline auto about(double expected) {
    return [expected](double answer) {
        const double error = answer - expected;
        return error * error <= expected * expected * 1e-20;
    };
}

}  // namespace grainscope::bench
