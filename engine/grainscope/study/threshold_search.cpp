#include <grainscope/study/threshold_search.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <grainscope/study/axis.h>
#include <grainscope/study/random.h>

namespace grainscope::study {
namespace {

constexpr std::size_t first_round_samples = 3;
constexpr std::size_t fewest_survivors = 3;
constexpr std::size_t probe_samples = 6;
constexpr std::size_t most_probe_samples = 24;
constexpr int most_probes = 12;
/// Two thresholds closer than this need not be told apart.
constexpr double finest_ratio = 1.15;

class Search {
  public:
    Search(const SearchPlan& plan, const Sampler& sample) : plan_(plan), sample_(sample), random_(plan.seed) {}

    SearchResult run() {
        std::vector<std::int64_t> survivors = log2_grid(plan_.low, plan_.high);
        const std::vector<std::int64_t> grid = survivors;
        if (halve(survivors) && refine(grid, survivors)) confirm();
        return conclude();
    }

  private:
    using Times = std::vector<double>;

    [[nodiscard]] const Times& times(std::int64_t value) { return samples_[value]; }

    /// Every value has at least `count` samples when this returns true; taken in random order, one each in turn.
    bool sample_up_to(std::vector<std::int64_t> values, std::size_t count) {
        while (true) {
            std::erase_if(values, [&](std::int64_t value) { return samples_[value].size() >= count; });
            if (values.empty()) return true;
            for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random_.below(i)]);
            for (const std::int64_t value : values) {
                const std::optional<double> time = sample_(value);
                if (!time) return false;
                samples_[value].push_back(*time);
            }
        }
    }

    /// Each round doubles the samples and drops the slower half.
    bool halve(std::vector<std::int64_t>& survivors) {
        std::size_t count = first_round_samples;
        while (true) {
            if (!sample_up_to(survivors, count)) return false;
            if (survivors.size() <= fewest_survivors) return true;
            std::sort(survivors.begin(), survivors.end(),
                      [&](std::int64_t a, std::int64_t b) { return *median(times(a)) < *median(times(b)); });
            survivors.resize(std::max(fewest_survivors, (survivors.size() + 1) / 2));
            std::sort(survivors.begin(), survivors.end());
            count = std::min(2 * count, plan_.final_samples);
        }
    }

    [[nodiscard]] static std::int64_t between(std::int64_t low, std::int64_t high, double share) {
        const double log_low = std::log2(static_cast<double>(low));
        const double log_high = std::log2(static_cast<double>(high));
        return std::llround(std::exp2(std::lerp(log_low, log_high, share)));
    }

    /// Golden section on a logarithmic scale, between the neighbours of the survivors. A tie asks for more samples; one
    /// that stays is the plateau, and there is nothing finer to find on it.
    bool refine(const std::vector<std::int64_t>& grid, const std::vector<std::int64_t>& survivors) {
        const auto best = *std::min_element(survivors.begin(), survivors.end(), [&](std::int64_t a, std::int64_t b) {
            return *median(times(a)) < *median(times(b));
        });
        const auto at = std::find(grid.begin(), grid.end(), best);
        std::int64_t low = at == grid.begin() ? best : *std::prev(at);
        std::int64_t high = std::next(at) == grid.end() ? best : *std::next(at);
        constexpr double golden = 0.6180339887498949;
        for (int probe = 0; probe < most_probes; ++probe) {
            if (static_cast<double>(high) < static_cast<double>(low) * finest_ratio) return true;
            const std::int64_t left = between(low, high, 1 - golden);
            const std::int64_t right = between(low, high, golden);
            if (left <= low || right >= high || left >= right) return true;
            Comparison verdict = Comparison::tied;
            for (std::size_t count = probe_samples; count <= most_probe_samples && verdict == Comparison::tied;
                 count *= 2) {
                if (!sample_up_to({left, right}, count)) return false;
                verdict = compare(times(left), times(right), plan_.rule.comparison);
            }
            if (verdict == Comparison::tied) return true;
            if (verdict == Comparison::less) {
                high = right;
            } else {
                low = left;
            }
        }
        return true;
    }

    /// The recommendation and the default get the samples that the gain's interval rests on. More samples may move the
    /// recommendation, so it is looked at again.
    void confirm() {
        for (int attempt = 0; attempt < 3; ++attempt) {
            const SearchResult now = conclude();
            if (!now.plateau) return;
            std::vector<std::int64_t> finalists{std::llround(now.curve[now.plateau->recommended].value),
                                                std::llround(now.curve[now.plateau->best].value)};
            if (plan_.default_value) finalists.push_back(*plan_.default_value);
            std::sort(finalists.begin(), finalists.end());
            finalists.erase(std::unique(finalists.begin(), finalists.end()), finalists.end());
            const bool confirmed = std::all_of(finalists.begin(), finalists.end(), [&](std::int64_t value) {
                return samples_[value].size() >= plan_.final_samples;
            });
            if (confirmed || !sample_up_to(finalists, plan_.final_samples)) return;
        }
    }

    [[nodiscard]] SearchResult conclude() const {
        SearchResult result;
        for (const auto& [value, samples] : samples_) {
            if (samples.empty()) continue;  // its turn did not come
            const CurvePoint point{.value = static_cast<double>(value), .samples = samples};
            if (value >= plan_.low && value <= plan_.high) result.curve.push_back(point);
            if (value == plan_.default_value) result.default_point = point;
        }
        result.plateau = find_plateau(result.curve, plan_.rule);
        if (!result.plateau || result.default_point.samples.empty()) return result;
        const CurvePoint& recommended = result.curve[result.plateau->recommended];
        if (recommended.value == result.default_point.value) {
            result.gain = 1;
            result.gain_interval = Interval{1, 1};
        } else {
            result.gain = *median(result.default_point.samples) / *median(recommended.samples);
            result.gain_interval = median_ratio_interval(result.default_point.samples, recommended.samples);
        }
        return result;
    }

    const SearchPlan& plan_;
    const Sampler& sample_;
    SplitMix64 random_;
    std::map<std::int64_t, Times> samples_;
};

}  // namespace

SearchResult search_threshold(const SearchPlan& plan, const Sampler& sample) { return Search(plan, sample).run(); }

std::size_t expected_samples(const SearchPlan& plan) {
    std::size_t survivors = log2_grid(plan.low, plan.high).size();
    std::size_t count = std::min(first_round_samples, plan.final_samples);
    std::size_t total = survivors * count;
    while (survivors > fewest_survivors) {
        survivors = std::max(fewest_survivors, (survivors + 1) / 2);
        const std::size_t next = std::min(2 * count, plan.final_samples);
        total += survivors * (next - count);
        count = next;
    }
    return total + 2 * most_probe_samples + plan.final_samples;
}

}  // namespace grainscope::study
