#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>

#include <grainscope/study/random.h>
#include <grainscope/study/threshold_search.h>

namespace grainscope::study {
namespace {

/// A machine whose time at a threshold is known, but for ±0.3 % of noise.
class Machine {
  public:
    explicit Machine(std::function<double(double)> time) : time_(std::move(time)) {}
    std::optional<double> operator()(std::int64_t threshold) {
        if (samples_ == limit_) return std::nullopt;
        ++samples_;
        ++taken_[threshold];
        return time_(static_cast<double>(threshold)) * (1 + 0.006 * (random_.uniform() - 0.5));
    }
    void stop_after(std::size_t samples) { limit_ = samples; }
    [[nodiscard]] std::size_t samples() const { return samples_; }
    [[nodiscard]] std::size_t taken(std::int64_t threshold) const {
        const auto at = taken_.find(threshold);
        return at == taken_.end() ? 0 : at->second;
    }

  private:
    std::function<double(double)> time_;
    SplitMix64 random_{3};
    std::map<std::int64_t, std::size_t> taken_;
    std::size_t samples_ = 0;
    std::size_t limit_ = 100'000;
};

/// Flat from 256 to 2,048, and a quarter slower for each doubling outside.
double flat_bottom(double threshold) {
    const double outside = std::max({0.0, std::log2(256 / threshold), std::log2(threshold / 2048)});
    return 100e6 * (1 + 0.25 * outside);
}

/// A valley without a flat part, lowest at 700.
double valley(double threshold) { return 100e6 * (1 + 0.25 * std::abs(std::log2(threshold / 700))); }

SearchResult search(const SearchPlan& plan, Machine& machine) { return search_threshold(plan, std::ref(machine)); }

TEST(ThresholdSearch, FindsAPlateauAndRecommendsItsMiddle) {
    Machine machine(flat_bottom);
    const SearchResult result = search({.low = 16, .high = 65536, .default_value = 32}, machine);
    ASSERT_TRUE(result.plateau);
    EXPECT_EQ(result.curve[result.plateau->first].value, 256);
    EXPECT_EQ(result.curve[result.plateau->last].value, 2048);
    const double recommended = result.curve[result.plateau->recommended].value;
    EXPECT_GE(recommended, 512);
    EXPECT_LE(recommended, 1100);
}

TEST(ThresholdSearch, FindsTheBottomOfAValleyBetweenTheGridsPowers) {
    Machine machine(valley);
    const SearchResult result = search({.low = 16, .high = 65536, .default_value = 32}, machine);
    ASSERT_TRUE(result.plateau);
    const double best = result.curve[result.plateau->best].value;
    EXPECT_NEAR(std::log2(best), std::log2(700), 0.3);
}

TEST(ThresholdSearch, TellsTheGainOverTheDefault) {
    Machine machine(flat_bottom);
    const SearchResult result = search({.low = 64, .high = 65536, .default_value = 16}, machine);  // outside the range
    ASSERT_TRUE(result.gain && result.gain_interval);
    EXPECT_NEAR(*result.gain, 2, 0.03);  // four doublings below the plateau
    EXPECT_LE(result.gain_interval->low, *result.gain);
    EXPECT_GE(result.gain_interval->high, *result.gain);
    for (const CurvePoint& point : result.curve) EXPECT_GE(point.value, 64);
}

TEST(ThresholdSearch, HasNothingToGainWhereTheDefaultIsRecommended) {
    Machine machine([](double threshold) { return 1e6 * (1 + std::abs(std::log2(threshold / 256))); });
    const SearchResult result = search({.low = 16, .high = 4096, .default_value = 256}, machine);
    ASSERT_TRUE(result.plateau);
    EXPECT_EQ(result.curve[result.plateau->recommended].value, 256);
    EXPECT_EQ(result.gain, 1);
    EXPECT_EQ(result.gain_interval, (Interval{1, 1}));
}

TEST(ThresholdSearch, SpendsItsSamplesOnTheGoodHalf) {
    Machine machine(valley);
    (void)search({.low = 16, .high = 65536, .default_value = 1024}, machine);
    EXPECT_EQ(machine.taken(16), 3U);
    EXPECT_EQ(machine.taken(65536), 3U);
    EXPECT_GE(machine.taken(512), 10U);
}

TEST(ThresholdSearch, EndsWithWhatItHasWhenTheTimeIsUp) {
    Machine machine(flat_bottom);
    machine.stop_after(7);
    const SearchResult result = search({.low = 16, .high = 65536, .default_value = 32}, machine);
    EXPECT_EQ(machine.samples(), 7U);
    EXPECT_EQ(result.curve.size(), 7U);
    ASSERT_TRUE(result.plateau);
}

TEST(ThresholdSearch, OfNothingIsEmpty) {
    Machine machine(flat_bottom);
    machine.stop_after(0);
    const SearchResult result = search({.low = 16, .high = 64}, machine);
    EXPECT_FALSE(result.plateau);
    EXPECT_FALSE(result.gain);
}

}  // namespace
}  // namespace grainscope::study
