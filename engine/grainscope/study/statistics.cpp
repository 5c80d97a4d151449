#include <grainscope/study/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <grainscope/study/random.h>

namespace grainscope::study {
namespace {

constexpr std::size_t resamples = 2000;
constexpr std::uint64_t resampling_seed = 0x6772'6169'6e73'6370;
constexpr std::size_t most_samples_to_resample = 1000;
constexpr std::size_t most_samples_for_exact_test = 50;
constexpr double two_sided_95 = 1.959963984540054;

/// Median of a scratch vector, which is reordered.
double median_in_place(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

double sorted_quantile(std::span<const double> sorted, double q) {
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    if (below + 1 >= sorted.size()) return sorted.back();
    return std::lerp(sorted[below], sorted[below + 1], position - static_cast<double>(below));
}

/// Redraws a sample of the same size with replacement and takes its median, over and over.
class MedianResampler {
  public:
    explicit MedianResampler(std::span<const double> samples) : samples_(samples), drawn_(samples.size()) {}
    double operator()(SplitMix64& random) {
        for (double& value : drawn_) value = samples_[random.below(samples_.size())];
        return median_in_place(drawn_);
    }

  private:
    std::span<const double> samples_;
    std::vector<double> drawn_;
};

Interval percentile_interval(std::vector<double>& statistics) {
    std::sort(statistics.begin(), statistics.end());
    return {sorted_quantile(statistics, 0.025), sorted_quantile(statistics, 0.975)};
}

/// The order statistics whose ranks enclose the median with 95 % (the binomial distribution of the number of samples
/// below the true median, by its normal limit).
Interval order_statistics_interval(std::span<const double> samples) {
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    const auto n = static_cast<double>(sorted.size());
    const double reach = two_sided_95 * std::sqrt(n) / 2;
    const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(n / 2 - reach)));
    const auto high = std::min(sorted.size() - 1, static_cast<std::size_t>(std::ceil(n / 2 + reach)));
    return {sorted[low], sorted[high]};
}

/// At most `most` of the samples, evenly spread over their order: the ratio of two long series needs no more.
std::vector<double> thinned(std::span<const double> samples, std::size_t most) {
    std::vector<double> values(samples.begin(), samples.end());
    if (values.size() <= most) return values;
    std::sort(values.begin(), values.end());
    std::vector<double> kept(most);
    for (std::size_t i = 0; i < most; ++i) {
        kept[i] = sorted_quantile(values, static_cast<double>(i) / static_cast<double>(most - 1));
    }
    return kept;
}

/// How many of the C(m+n, m) arrangements of two samples without ties have U ≤ u, as a share of all; by the recurrence
/// f(u, m, n) = f(u-n, m-1, n) + f(u, m, n-1) (Mann and Whitney 1947), in floating point, exact enough for any p-value.
double exact_lower_tail(std::size_t m, std::size_t n, std::size_t u) {
    const std::size_t most = m * n;
    // ways[i] is the distribution of U for i of the first sample and the j of the second that the outer loop has
    // reached.
    std::vector<std::vector<double>> ways(m + 1, std::vector<double>(most + 1, 0.0));
    for (std::size_t i = 0; i <= m; ++i) ways[i][0] = 1;
    for (std::size_t j = 1; j <= n; ++j) {
        for (std::size_t i = 1; i <= m; ++i) {
            for (std::size_t value = most + 1; value-- > 0;) {
                ways[i][value] += value >= j ? ways[i - 1][value - j] : 0.0;
            }
        }
    }
    const double all = std::accumulate(ways[m].begin(), ways[m].end(), 0.0);
    const auto end = ways[m].begin() + static_cast<std::ptrdiff_t>(std::min(u, most) + 1);
    return std::accumulate(ways[m].begin(), end, 0.0) / all;
}

}  // namespace

std::optional<double> median(std::span<const double> samples) {
    if (samples.empty()) return std::nullopt;
    std::vector<double> values(samples.begin(), samples.end());
    return median_in_place(values);
}

std::optional<double> quantile(std::span<const double> samples, double q) {
    if (samples.empty()) return std::nullopt;
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted_quantile(sorted, std::clamp(q, 0.0, 1.0));
}

std::optional<Interval> median_interval(std::span<const double> samples) {
    if (samples.size() < fewest_samples_for_an_interval) return std::nullopt;
    if (samples.size() > most_samples_to_resample) return order_statistics_interval(samples);
    SplitMix64 random(resampling_seed);
    MedianResampler resample(samples);
    std::vector<double> medians(resamples);
    for (double& value : medians) value = resample(random);
    return percentile_interval(medians);
}

std::optional<Interval> median_ratio_interval(std::span<const double> numerator, std::span<const double> denominator) {
    if (std::min(numerator.size(), denominator.size()) < fewest_samples_for_an_interval) return std::nullopt;
    const std::vector<double> above = thinned(numerator, most_samples_to_resample);
    const std::vector<double> below = thinned(denominator, most_samples_to_resample);
    SplitMix64 random(resampling_seed);
    MedianResampler resample_above(above);
    MedianResampler resample_below(below);
    std::vector<double> ratios(resamples);
    for (double& ratio : ratios) {
        const double top = resample_above(random);
        const double bottom = resample_below(random);
        if (bottom == 0) return std::nullopt;
        ratio = top / bottom;
    }
    return percentile_interval(ratios);
}

std::vector<std::size_t> tukey_outliers(std::span<const double> samples) {
    if (samples.size() < 4) return {};
    const double lower = *quantile(samples, 0.25);
    const double upper = *quantile(samples, 0.75);
    const double reach = 1.5 * (upper - lower);
    std::vector<std::size_t> outside;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (samples[i] < lower - reach || samples[i] > upper + reach) outside.push_back(i);
    }
    return outside;
}

MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b) {
    if (a.empty() || b.empty()) return {};
    struct Ranked {
        double value;
        bool from_a;
    };
    std::vector<Ranked> all;
    all.reserve(a.size() + b.size());
    for (double value : a) all.push_back({value, true});
    for (double value : b) all.push_back({value, false});
    std::sort(all.begin(), all.end(), [](const Ranked& x, const Ranked& y) { return x.value < y.value; });

    double rank_sum = 0;  // of a, ties sharing the mean of their ranks
    double tie_term = 0;  // sum of t^3 - t over groups of t tied values
    for (std::size_t first = 0; first < all.size();) {
        std::size_t last = first + 1;
        while (last < all.size() && all[last].value == all[first].value) ++last;
        const auto tied = static_cast<double>(last - first);
        const double rank = (static_cast<double>(first + last) + 1) / 2;
        for (std::size_t i = first; i < last; ++i) rank_sum += all[i].from_a ? rank : 0.0;
        tie_term += tied * tied * tied - tied;
        first = last;
    }
    const auto m = static_cast<double>(a.size());
    const auto n = static_cast<double>(b.size());
    MannWhitney result{.u = rank_sum - m * (m + 1) / 2};
    const double nearer_tail = std::min(result.u, m * n - result.u);
    if (tie_term == 0 && std::max(a.size(), b.size()) <= most_samples_for_exact_test) {
        const double tail = exact_lower_tail(a.size(), b.size(), static_cast<std::size_t>(nearer_tail));
        result.p_value = std::min(1.0, 2 * tail);
        return result;
    }
    const double total = m + n;
    const double variance = m * n / 12 * (total + 1 - tie_term / (total * (total - 1)));
    if (variance <= 0) return result;  // all values are equal
    const double distance = std::max(0.0, m * n / 2 - nearer_tail - 0.5);
    result.p_value = std::erfc(distance / std::sqrt(2 * variance));
    return result;
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return p_values[x] < p_values[y]; });
    std::vector<double> adjusted(p_values.size());
    double floor = 0;
    for (std::size_t step = 0; step < order.size(); ++step) {
        floor = std::max(floor, p_values[order[step]] * static_cast<double>(order.size() - step));
        adjusted[order[step]] = std::min(1.0, floor);
    }
    return adjusted;
}

Comparison compare(std::span<const double> a, std::span<const double> b, const ComparisonRule& rule,
                   std::optional<double> p_value) {
    const std::optional<Interval> ratio = median_ratio_interval(a, b);
    if (!ratio) return Comparison::tied;
    const bool below = ratio->high < 1 - rule.noise_band;
    const bool above = ratio->low > 1 + rule.noise_band;
    if (!below && !above) return Comparison::tied;
    if (p_value.value_or(mann_whitney(a, b).p_value) >= rule.alpha) return Comparison::tied;
    return below ? Comparison::less : Comparison::greater;
}

}  // namespace grainscope::study
