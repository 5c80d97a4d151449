// Finding a threshold with few samples: a log2 grid, successive halving (Jamieson and Talwalkar 2016), then a golden
// section among the survivors that may also say "tied" (docs/architecture.md, Statistics).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <grainscope/study/plateau.h>

namespace grainscope::study {

struct SearchPlan {
    std::int64_t low = 1;  ///< 0 < low < high
    std::int64_t high = 1;
    std::optional<std::int64_t> default_value;  ///< what the gain is measured against
    std::size_t final_samples = 10;             ///< of the recommended value and the default
    std::uint64_t seed = 1;                     ///< of the order
    PlateauRule rule;
};

struct SearchResult {
    std::vector<CurvePoint> curve;   ///< every value tried in [low, high], ascending
    CurvePoint default_point;        ///< likewise, where the default lies outside
    std::optional<Plateau> plateau;  ///< on `curve`
    std::optional<double> gain;      ///< median at the default / median at the recommended value
    std::optional<Interval> gain_interval;
};

/// Runs once at a value and tells the time; none ends the search with what it has.
using Sampler = std::function<std::optional<double>(std::int64_t value)>;

[[nodiscard]] SearchResult search_threshold(const SearchPlan& plan, const Sampler& sample);

/// About how many samples a search takes; the golden section may end sooner.
[[nodiscard]] std::size_t expected_samples(const SearchPlan& plan);

}  // namespace grainscope::study
