// The answer to "which threshold should I use": not one magic number but a stretch of them that are statistically the
// same.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <grainscope/study/statistics.h>

namespace grainscope::study {

/// All samples at one value of the parameter.
struct CurvePoint {
    double value = 0;
    std::vector<double> samples;
};

/// Indices into the curve it was found on.
struct Plateau {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t best = 0;  ///< the lowest median
    std::size_t recommended =
        0;  ///< inside [first, last], nearest its geometric middle; of two equally near the larger
};

struct PlateauRule {
    ComparisonRule comparison;
    /// A point that the tests cannot tell from the best still leaves the plateau if its median is worse by more than
    /// this and by more than the two intervals explain: a few samples must not make everything the same.
    double widest_tie = 0.05;
};

/// The contiguous points around the lowest median that are tied with it (Holm's correction across the curve). `curve`
/// is ordered by value. Points without samples end the plateau. None if no point has samples.
[[nodiscard]] std::optional<Plateau> find_plateau(std::span<const CurvePoint> curve, const PlateauRule& rule = {});

}  // namespace grainscope::study
