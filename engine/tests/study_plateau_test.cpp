#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <grainscope/study/plateau.h>
#include <grainscope/study/random.h>

namespace grainscope::study {
namespace {

/// A curve over powers of two with the given centres, each with `count` samples wobbling by ±`wobble`.
std::vector<CurvePoint> curve_of(std::vector<double> centres, std::size_t count = 10, double wobble = 0.004) {
    SplitMix64 random(9);
    std::vector<CurvePoint> curve;
    double value = 32;
    for (double centre : centres) {
        CurvePoint point{.value = value, .samples = {}};
        for (std::size_t i = 0; i < count; ++i) {
            point.samples.push_back(centre * (1 + wobble * (2 * random.uniform() - 1)));
        }
        curve.push_back(point);
        value *= 2;
    }
    return curve;
}

TEST(Plateau, SpansThePointsThatAreTiedWithTheBest) {
    const auto curve = curve_of({200, 150, 120, 100, 100.2, 100.1, 100.3, 140, 180});  // 32, 64, … 8192
    const auto plateau = find_plateau(curve);
    ASSERT_TRUE(plateau);
    EXPECT_EQ(curve[plateau->first].value, 256);
    EXPECT_EQ(curve[plateau->last].value, 2048);
    EXPECT_EQ(curve[plateau->recommended].value, 1024);  // 512 is as near the middle; the larger forks less
}

TEST(Plateau, OfASharpValleyIsOnePoint) {
    const auto plateau = find_plateau(curve_of({200, 150, 100, 150, 200}));
    ASSERT_TRUE(plateau);
    EXPECT_EQ(plateau->first, 2U);
    EXPECT_EQ(plateau->last, 2U);
    EXPECT_EQ(plateau->recommended, 2U);
}

TEST(Plateau, DoesNotJumpOverAHill) {
    const auto plateau = find_plateau(curve_of({100.2, 130, 100, 100.1, 150}));
    ASSERT_TRUE(plateau);
    EXPECT_EQ(plateau->first, 2U);
    EXPECT_EQ(plateau->last, 3U);
}

TEST(Plateau, DoesNotSwallowEverythingWhenSamplesAreFew) {
    const auto plateau = find_plateau(curve_of({300, 200, 100, 101, 250}, 3));
    ASSERT_TRUE(plateau);
    EXPECT_EQ(plateau->first, 2U);
    EXPECT_EQ(plateau->last, 3U);
}

TEST(Plateau, EndsAtAPointWithoutSamples) {
    auto curve = curve_of({100, 100, 100, 100});
    curve[1].samples.clear();
    const auto plateau = find_plateau(curve);
    ASSERT_TRUE(plateau);
    EXPECT_TRUE(plateau->first >= 2 || plateau->last == 0);
}

TEST(Plateau, IsUnknownWithoutSamples) {
    EXPECT_FALSE(find_plateau(std::vector<CurvePoint>{}));
    EXPECT_FALSE(find_plateau(std::vector<CurvePoint>{{.value = 1, .samples = {}}}));
}

}  // namespace
}  // namespace grainscope::study
