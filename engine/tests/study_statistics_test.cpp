#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <grainscope/study/random.h>
#include <grainscope/study/statistics.h>

namespace grainscope::study {
namespace {

using Samples = std::vector<double>;

/// Approximately normal (the sum of twelve uniforms), mean 100, deviation 1.
Samples normal_samples(SplitMix64& random, std::size_t count) {
    Samples samples(count);
    for (double& sample : samples) {
        double sum = 0;
        for (int i = 0; i < 12; ++i) sum += random.uniform();
        sample = 100 + sum - 6;
    }
    return samples;
}

TEST(Median, OfAnOddCountIsTheMiddleAndOfAnEvenCountTheMeanOfTheTwo) {
    EXPECT_EQ(median(Samples{3, 1, 2}), 2);
    EXPECT_EQ(median(Samples{4, 1, 3, 2}), 2.5);
    EXPECT_EQ(median(Samples{7}), 7);
    EXPECT_EQ(median(Samples{}), std::nullopt);
}

TEST(Quantile, InterpolatesAsTypeSeven) {
    const Samples samples{1, 2, 3, 4, 10};
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.25), 2);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.9), 7.6);
    EXPECT_DOUBLE_EQ(*quantile(samples, 1), 10);
    EXPECT_EQ(quantile(Samples{}, 0.5), std::nullopt);
}

TEST(MedianInterval, NeedsThreeSamples) {
    EXPECT_EQ(median_interval(Samples{}), std::nullopt);
    EXPECT_EQ(median_interval(Samples{1, 2}), std::nullopt);
    EXPECT_TRUE(median_interval(Samples{1, 2, 3}));
}

TEST(MedianInterval, OfThreeSamplesSpansThemAll) {
    // A resample's median is the smallest of three with probability 7/27, far more than 2.5 %.
    EXPECT_EQ(median_interval(Samples{20, 10, 30}), (Interval{10, 30}));
}

TEST(MedianInterval, OfNineSamplesEndsAtTheOrderStatisticsOfTheExactBootstrap) {
    // P(median of nine ≤ x(k)) = P(Binomial(9, k/9) ≥ 5): 0.0014, 0.0290 for k = 1, 2, so the 2.5 % point is x(2), and
    // by symmetry the 97.5 % point x(8).
    EXPECT_EQ(median_interval(Samples{90, 10, 20, 80, 30, 70, 40, 60, 50}), (Interval{20, 80}));
}

TEST(MedianInterval, IsTheSameEachTime) {
    SplitMix64 random(1);
    const Samples samples = normal_samples(random, 25);
    EXPECT_EQ(median_interval(samples), median_interval(samples));
}

TEST(MedianInterval, CoversTheTrueMedianAboutAsOftenAsItClaims) {
    SplitMix64 random(7);
    int covered = 0;
    constexpr int trials = 300;
    for (int i = 0; i < trials; ++i) {
        const Interval interval = *median_interval(normal_samples(random, 15));
        covered += interval.low <= 100 && 100 <= interval.high;
    }
    EXPECT_GE(covered, trials * 90 / 100);
    EXPECT_LT(covered, trials);
}

TEST(MedianInterval, OfManySamplesAgreesWithTheBootstrapOfFewer) {
    SplitMix64 random(3);
    const Interval wide = *median_interval(normal_samples(random, 1000));
    const Interval by_rank = *median_interval(normal_samples(random, 1001));
    EXPECT_NEAR(wide.high - wide.low, by_rank.high - by_rank.low,
                0.06);  // both about 2 * 1.96 * 1.253 / sqrt(1000) = 0.155
    EXPECT_NEAR(by_rank.high - by_rank.low, 0.155, 0.04);
}

TEST(MedianRatioInterval, OfConstantSamplesIsTheirRatio) {
    EXPECT_EQ(median_ratio_interval(Samples(5, 30.0), Samples(4, 10.0)), (Interval{3, 3}));
}

TEST(MedianRatioInterval, ResamplesBothSides) {
    const Samples wobbly{8, 9, 10, 11, 12};
    const Samples still(5, 10.0);
    const Interval numerator_only = *median_ratio_interval(wobbly, still);
    const Interval both = *median_ratio_interval(wobbly, wobbly);
    EXPECT_LT(both.low, numerator_only.low);
    EXPECT_GT(both.high, numerator_only.high);
}

TEST(MedianRatioInterval, IsUnknownWithTwoSamplesOrADenominatorOfZero) {
    EXPECT_EQ(median_ratio_interval(Samples{1, 2, 3}, Samples{1, 2}), std::nullopt);
    EXPECT_EQ(median_ratio_interval(Samples{1, 2, 3}, Samples{0, 0, 0}), std::nullopt);
}

TEST(TukeyOutliers, AreThoseBeyondOneAndAHalfInterquartileRanges) {
    EXPECT_EQ(tukey_outliers(Samples{10, 11, 12, 13, 14, 100}), (std::vector<std::size_t>{5}));
    EXPECT_EQ(tukey_outliers(Samples{1, 1, 1, 9, 1, 1}), (std::vector<std::size_t>{3}));
    EXPECT_TRUE(tukey_outliers(Samples{10, 11, 12, 13, 14, 15}).empty());
    EXPECT_TRUE(tukey_outliers(Samples{1, 2, 100}).empty());
}

TEST(MannWhitney, GivesTheExactProbabilitiesOfSmallSamples) {
    const MannWhitney apart = mann_whitney(Samples{1, 2, 3}, Samples{4, 5, 6});
    EXPECT_EQ(apart.u, 0);
    EXPECT_NEAR(apart.p_value, 0.1, 1e-12);  // 2 of C(6, 3) = 20 arrangements
    EXPECT_NEAR(mann_whitney(Samples{6, 7, 8, 9, 10}, Samples{1, 2, 3, 4, 5}).p_value, 2.0 / 252, 1e-12);
    // U = 4: 1, 1, 2, 3, 4 of the 35 arrangements of 4 + 3 have U = 0, 1, 2, 3, 4.
    const MannWhitney mixed = mann_whitney(Samples{1, 3, 4, 6}, Samples{2, 5, 7});
    EXPECT_EQ(mixed.u, 4);
    EXPECT_NEAR(mixed.p_value, 2.0 * 11 / 35, 1e-12);
}

TEST(MannWhitney, CorrectsForTiesAndContinuity) {
    // Groups of 3, 2 and 3 tied values: variance 25/12 * (11 - 54/90) = 21.667, distance 12.5 - 5.5 - 0.5 = 6.5,
    // z = 1.3964, p = 0.16258.
    const MannWhitney tied = mann_whitney(Samples{1, 2, 2, 3, 4}, Samples{2, 3, 4, 4, 5});
    EXPECT_EQ(tied.u, 5.5);
    EXPECT_NEAR(tied.p_value, 0.16258, 0.00002);
}

TEST(MannWhitney, FindsNothingInEqualValuesOrWithoutSamples) {
    EXPECT_EQ(mann_whitney(Samples{5, 5, 5}, Samples{5, 5}).p_value, 1);
    EXPECT_EQ(mann_whitney(Samples{}, Samples{5, 6}).p_value, 1);
}

TEST(MannWhitney, ExactAndApproximateAgreeWhereTheyMeet) {
    SplitMix64 random(11);
    Samples a = normal_samples(random, 50);
    Samples b = normal_samples(random, 50);
    for (double& value : b) value += 0.3;
    const double exact = mann_whitney(a, b).p_value;
    a.push_back(1000);
    b.push_back(1001);
    EXPECT_NEAR(exact, mann_whitney(a, b).p_value, 0.02);
    EXPECT_LT(exact, 0.9);
}

TEST(Holm, MultipliesStepByStepAndNeverFalls) {
    const std::vector<double> adjusted = holm_adjusted(Samples{0.01, 0.04, 0.03, 0.005});
    ASSERT_EQ(adjusted.size(), 4U);
    EXPECT_NEAR(adjusted[0], 0.03, 1e-12);
    EXPECT_NEAR(adjusted[1], 0.06, 1e-12);
    EXPECT_NEAR(adjusted[2], 0.06, 1e-12);
    EXPECT_NEAR(adjusted[3], 0.02, 1e-12);
    EXPECT_EQ(holm_adjusted(Samples{0.9, 0.8}), (std::vector<double>{1, 1}));
    EXPECT_TRUE(holm_adjusted(Samples{}).empty());
}

TEST(Compare, CallsADifferenceOnlyWhereItIsClear) {
    const Samples fast{100, 101, 102, 103, 104};
    const Samples slow{200, 201, 202, 203, 204};
    EXPECT_EQ(compare(fast, slow), Comparison::less);
    EXPECT_EQ(compare(slow, fast), Comparison::greater);
    EXPECT_EQ(compare(fast, fast), Comparison::tied);
}

TEST(Compare, TiesWhatLiesInsideTheNoiseBand) {
    const Samples a{1000, 1001, 1002, 1003, 1004};
    const Samples b{1005, 1006, 1007, 1008, 1009};  // apart in every sample, but by half a percent
    EXPECT_EQ(compare(a, b), Comparison::tied);
    EXPECT_EQ(compare(a, b, {.noise_band = 0.001}), Comparison::less);
}

TEST(Compare, TiesWhatTooFewSamplesOrACorrectedTestCannotTell) {
    EXPECT_EQ(compare(Samples{1, 1.1, 1.2}, Samples{2, 2.1, 2.2}), Comparison::tied);  // p = 0.1 at best
    const Samples fast{100, 101, 102, 103, 104};
    const Samples slow{200, 201, 202, 203, 204};
    EXPECT_EQ(compare(fast, slow, {}, 0.2), Comparison::tied);
}

}  // namespace
}  // namespace grainscope::study
