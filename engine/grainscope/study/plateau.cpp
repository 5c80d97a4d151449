#include <grainscope/study/plateau.h>

#include <algorithm>
#include <cmath>

namespace grainscope::study {
namespace {

/// Half the width of the median's interval, as a share of the median; 0 where there is none.
double relative_uncertainty(const CurvePoint& point) {
    const std::optional<Interval> interval = median_interval(point.samples);
    const double middle = median(point.samples).value_or(0);
    return interval && middle > 0 ? (interval->high - interval->low) / 2 / middle : 0;
}

/// On a logarithmic scale, which is how thresholds are chosen; values of 0 or less are taken as they are.
double scale(double value) { return value > 0 ? std::log2(value) : value; }

}  // namespace

std::optional<Plateau> find_plateau(std::span<const CurvePoint> curve, const PlateauRule& rule) {
    std::optional<std::size_t> best;
    std::vector<std::optional<double>> medians(curve.size());
    for (std::size_t i = 0; i < curve.size(); ++i) {
        medians[i] = median(curve[i].samples);
        if (medians[i] && (!best || *medians[i] < *medians[*best])) best = i;
    }
    if (!best) return std::nullopt;

    std::vector<double> p_values;
    for (std::size_t i = 0; i < curve.size(); ++i) {
        if (i != *best) p_values.push_back(mann_whitney(curve[i].samples, curve[*best].samples).p_value);
    }
    const std::vector<double> adjusted = holm_adjusted(p_values);
    const double uncertainty_of_best = relative_uncertainty(curve[*best]);
    const auto tied_with_best = [&](std::size_t i) {
        if (!medians[i]) return false;
        const double p_value = adjusted[i < *best ? i : i - 1];
        if (compare(curve[i].samples, curve[*best].samples, rule.comparison, p_value) != Comparison::tied) return false;
        const double explained = std::max(rule.widest_tie, uncertainty_of_best + relative_uncertainty(curve[i]));
        return *medians[i] <= *medians[*best] * (1 + explained);
    };

    Plateau plateau{.first = *best, .last = *best, .best = *best, .recommended = *best};
    while (plateau.first > 0 && tied_with_best(plateau.first - 1)) --plateau.first;
    while (plateau.last + 1 < curve.size() && tied_with_best(plateau.last + 1)) ++plateau.last;

    const double middle = (scale(curve[plateau.first].value) + scale(curve[plateau.last].value)) / 2;
    double nearest = std::abs(scale(curve[plateau.first].value) - middle);
    plateau.recommended = plateau.first;
    for (std::size_t i = plateau.first; i <= plateau.last; ++i) {
        const double distance = std::abs(scale(curve[i].value) - middle);
        if (distance <= nearest + 1e-9) {
            nearest = distance;
            plateau.recommended = i;
        }
    }
    return plateau;
}

}  // namespace grainscope::study
