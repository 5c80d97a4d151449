#include <gtest/gtest.h>

#include <vector>

#include <grainscope/study/models.h>
#include <grainscope/study/random.h>

namespace grainscope::study {
namespace {

using Points = std::vector<SpeedupPoint>;

template <class Law>
Points points_of(const Law& law, std::initializer_list<double> threads) {
    Points points;
    for (double n : threads) points.push_back({n, law.speedup(n)});
    return points;
}

TEST(Amdahl, IsRecoveredFromExactPoints) {
    for (double fraction : {0.0, 0.001, 0.05, 0.3, 1.0}) {
        const auto fit = fit_amdahl(points_of(Amdahl{fraction}, {1, 2, 4, 8, 64}));
        ASSERT_TRUE(fit);
        EXPECT_NEAR(fit->serial_fraction, fraction, 1e-7);
    }
}

TEST(Amdahl, StaysWithinItsBounds) {
    EXPECT_EQ(fit_amdahl(Points{{1, 1}, {2, 2.5}, {4, 5}})->serial_fraction, 0);    // more than linear
    EXPECT_EQ(fit_amdahl(Points{{1, 1}, {2, 0.8}, {4, 0.5}})->serial_fraction, 1);  // slower with every thread
}

TEST(Amdahl, NeedsTwoThreadCounts) {
    EXPECT_FALSE(fit_amdahl(Points{{2, 1.9}, {2, 1.8}}));
    EXPECT_FALSE(fit_amdahl(Points{}));
}

TEST(UniversalScalability, IsRecoveredFromExactPoints) {
    for (const UniversalScalability law :
         {UniversalScalability{0.02, 0.0005, 1.0}, UniversalScalability{0.3, 0.01, 0.9},
          UniversalScalability{0.0, 0.002, 1.1}, UniversalScalability{0.1, 0.0, 1.0}}) {
        const auto fit = fit_universal_scalability(points_of(law, {1, 2, 4, 8, 16, 32}));
        ASSERT_TRUE(fit);
        EXPECT_NEAR(fit->sigma, law.sigma, 1e-5);
        EXPECT_NEAR(fit->kappa, law.kappa, 1e-6);
        EXPECT_NEAR(fit->lambda, law.lambda, 1e-5);
        EXPECT_NEAR(fit->residual, 0, 1e-9);
    }
}

TEST(UniversalScalability, MatchesGunthersExampleOfAPeak) {
    // σ = 0.02, κ = 0.0005 turns at sqrt(0.98 / 0.0005) = 44.27 threads.
    const UniversalScalability law{.sigma = 0.02, .kappa = 0.0005, .lambda = 1};
    EXPECT_NEAR(*law.peak_threads(), 44.272, 0.001);
    EXPECT_GT(law.speedup(44), law.speedup(50));
    EXPECT_GT(law.speedup(44), law.speedup(38));
}

TEST(UniversalScalability, NeverTurnsWithoutCoherence) {
    EXPECT_FALSE((UniversalScalability{.sigma = 0.1, .kappa = 0, .lambda = 1}).peak_threads());
}

TEST(UniversalScalability, StaysWithinItsBounds) {
    const auto superlinear = fit_universal_scalability(Points{{1, 1}, {2, 2.2}, {4, 4.9}, {8, 11}});
    ASSERT_TRUE(superlinear);
    EXPECT_EQ(superlinear->sigma, 0);
    EXPECT_EQ(superlinear->kappa, 0);
    const auto falling = fit_universal_scalability(Points{{1, 1}, {2, 0.5}, {4, 0.2}});
    ASSERT_TRUE(falling);
    EXPECT_GE(falling->sigma, 0);
    EXPECT_LE(falling->sigma, 1);
    EXPECT_GT(falling->kappa, 0);
}

TEST(UniversalScalability, BendsLittleUnderNoise) {
    const UniversalScalability law{.sigma = 0.05, .kappa = 0.001, .lambda = 1};
    SplitMix64 random(5);
    Points points;
    for (double n : {1., 2., 4., 8., 16., 32.}) {
        for (int i = 0; i < 5; ++i) points.push_back({n, law.speedup(n) * (1 + 0.02 * (random.uniform() - 0.5))});
    }
    const auto fit = fit_universal_scalability(points);
    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->sigma, law.sigma, 0.01);
    EXPECT_NEAR(fit->kappa, law.kappa, 0.0005);
}

TEST(UniversalScalability, NeedsThreeThreadCounts) {
    EXPECT_FALSE(fit_universal_scalability(Points{{1, 1}, {2, 1.9}, {2, 1.95}}));
}

TEST(Gustafson, GrowsTheProblemWithTheMachine) {
    EXPECT_DOUBLE_EQ(gustafson_speedup(0.1, 10), 9.1);
    EXPECT_DOUBLE_EQ(gustafson_speedup(0, 64), 64);
}

TEST(KarpFlatt, GivesBackTheFractionOfAmdahl) {
    EXPECT_NEAR(*karp_flatt(Amdahl{0.07}.speedup(16), 16), 0.07, 1e-12);
    EXPECT_FALSE(karp_flatt(1, 1));
    EXPECT_LT(*karp_flatt(2.2, 2), 0);
}

}  // namespace
}  // namespace grainscope::study
