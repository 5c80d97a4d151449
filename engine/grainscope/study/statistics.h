// What a handful of run times says, and how sure of it one may be (docs/architecture.md, Statistics). Everything here
// is a pure function: the same samples give the same numbers on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace grainscope::study {

/// A two-sided 95 % confidence interval.
struct Interval {
    double low = 0;
    double high = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// An interval from fewer samples than this would be a guess.
inline constexpr std::size_t fewest_samples_for_an_interval = 3;

/// The middle of the sorted samples, the mean of the two middle ones for an even count; none without samples. O(n).
[[nodiscard]] std::optional<double> median(std::span<const double> samples);

/// The q-quantile (0 ≤ q ≤ 1) by linear interpolation (Hyndman and Fan's type 7); none without samples. O(n log n).
[[nodiscard]] std::optional<double> quantile(std::span<const double> samples, double q);

/// Percentile bootstrap interval of the median (Efron 1979), 2,000 resamples with a fixed seed. Above 1,000 samples the
/// interval is that of the order statistics, which the bootstrap approaches. None below three samples.
[[nodiscard]] std::optional<Interval> median_interval(std::span<const double> samples);

/// Bootstrap interval of median(numerator) / median(denominator), resampling both. None below three samples on either
/// side, or where the denominator's median reaches 0.
[[nodiscard]] std::optional<Interval> median_ratio_interval(std::span<const double> numerator,
                                                            std::span<const double> denominator);

/// Indices of the samples outside Tukey's fences (1.5 interquartile ranges beyond the quartiles). They are reported and
/// never dropped. Empty below four samples.
[[nodiscard]] std::vector<std::size_t> tukey_outliers(std::span<const double> samples);

/// The Mann-Whitney test of "neither side tends to be larger".
struct MannWhitney {
    double u = 0;        ///< pairs (a, b) with a > b, a tie counting one half
    double p_value = 1;  ///< two-sided
};

/// Exact without ties up to 50 samples a side, else by the normal approximation with correction for ties and
/// continuity. A side without samples gives p = 1.
[[nodiscard]] MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b);

/// Holm's step-down adjustment: p-values that may be held against alpha although several tests were made.
[[nodiscard]] std::vector<double> holm_adjusted(std::span<const double> p_values);

/// How one sample compares with another: shorter, not told apart, longer.
enum class Comparison : std::uint8_t { less, tied, greater };

struct ComparisonRule {
    double alpha = 0.05;
    /// The interval of the ratio must clear 1 by this much: what a shared machine wobbles from one minute to the next.
    double noise_band = 0.01;
};

/// less or greater only if the interval of median(a) / median(b) clears the noise band and the Mann-Whitney test, with
/// `p_value` where a correction was made, agrees; tied otherwise, also where there are too few samples to know.
[[nodiscard]] Comparison compare(std::span<const double> a, std::span<const double> b, const ComparisonRule& rule = {},
                                 std::optional<double> p_value = std::nullopt);

}  // namespace grainscope::study
