// How pipelines are cut into pieces, as a pool's telemetry tells it.
#include <atomic>
#include <cstddef>
#include <latch>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/grainscope.h>

namespace {

using namespace grainscope;

ThreadPool pool_of(std::size_t threads) { return ThreadPoolBuilder().num_threads(threads).build(); }

TEST(Splitting, APoolThatRanNoPipelineHasNothingToTell) {
    ThreadPool pool = pool_of(2);
    pool.install([] {});
    EXPECT_FALSE(pool.telemetry().splitting);
}

TEST(Splitting, AGivenGrainIsToldAsGivenAndCostsNoProbe) {
    ThreadPool pool = pool_of(2);
    pool.install([] { return par_range(0, 1000).with_grain(10).map([](int x) { return x + 1; }).sum(); });
    const auto splitting = pool.telemetry().splitting;
    ASSERT_TRUE(splitting);
    EXPECT_EQ(splitting->runs, 1U);
    EXPECT_EQ(splitting->items, 1000U);
    EXPECT_EQ(splitting->grain, 10U);
    EXPECT_EQ(splitting->why_grain, GrainOrigin::given);
    EXPECT_EQ(splitting->item_ns, 0.0);
    EXPECT_EQ(splitting->workers, 2U);
    EXPECT_GE(splitting->splits_at_start, 1U);
    EXPECT_EQ(splitting->pieces, 1 + splitting->splits_at_start + splitting->splits_on_demand);
}

TEST(Splitting, AProbedGrainComesWithTheCostOfAnItem) {
    ThreadPool pool = pool_of(1);
    std::atomic<long> sink{0};
    pool.install([&] { par_range(0, 20'000).for_each([&](int x) { sink.fetch_add(x, std::memory_order_relaxed); }); });
    const auto splitting = pool.telemetry().splitting;
    ASSERT_TRUE(splitting);
    EXPECT_EQ(splitting->why_grain, GrainOrigin::probed);
    EXPECT_GE(splitting->grain, 1U);
    EXPECT_GT(splitting->item_ns, 0.0);
    EXPECT_EQ(splitting->pieces, 1U) << "there is nobody to share with";
}

TEST(Splitting, LimitsOfTheLengthAreToldAndObeyed) {
    ThreadPool pool = pool_of(1);
    const std::vector<int> numbers(1000, 1);
    pool.install([&] { return par_iter(numbers).with_min_len(5).with_max_len(100).sum(); });
    const auto splitting = pool.telemetry().splitting;
    ASSERT_TRUE(splitting);
    EXPECT_EQ(splitting->min_len, 5U);
    EXPECT_EQ(splitting->max_len, 100U);
    EXPECT_EQ(splitting->splits_by_max_len, 15U) << "1000, 500, 250, 125, 62: sixteen pieces";
    EXPECT_EQ(splitting->pieces, 16U);
    EXPECT_EQ(splitting->splits_on_demand, 0U);
}

TEST(Splitting, PipelinesInsideItemsCountAsPartsOfTheOuterOne) {
    ThreadPool pool = pool_of(2);
    const long sum = pool.install(
        [] { return par_range(0L, 64L).with_grain(1).map([](long n) { return par_range(0L, n).sum(); }).sum(); });
    EXPECT_EQ(sum, 41664);
    const auto splitting = pool.telemetry().splitting;
    ASSERT_TRUE(splitting);
    EXPECT_EQ(splitting->runs, 1U);
    EXPECT_EQ(splitting->items, 64U);
}

TEST(Splitting, ASourceThatDoesNotKnowItsLengthTellsNone) {
    ThreadPool pool = pool_of(2);
    const std::string text = "a b c\nd e\n";
    pool.install([&] { return par_lines(text).count(); });
    ASSERT_TRUE(pool.telemetry().splitting);
    EXPECT_EQ(pool.telemetry().splitting->items, 0U);
    EXPECT_GE(pool.telemetry().splitting->pieces, 1U);
}

TEST(Splitting, BothSidesOfAChainCount) {
    ThreadPool pool = pool_of(2);
    const std::vector<int> a(10, 1), b(20, 2);
    EXPECT_EQ(pool.install([&] { return par_iter(a).chain(b).sum(); }), 50);
    EXPECT_EQ(pool.telemetry().splitting->items, 30U);
    EXPECT_EQ(pool.telemetry().splitting->runs, 1U);
}

TEST(Splitting, AsManyItemsAsThereAreWorkersMayWaitForOneAnother) {
    for (const std::size_t workers : {2U, 3U, 4U, 8U}) {
        SCOPED_TRACE(workers);
        ThreadPool pool = pool_of(workers);
        for (int run = 0; run < 3; ++run) {
            std::latch all(static_cast<std::ptrdiff_t>(workers));
            pool.install(
                [&] { par_range(std::size_t{0}, workers).for_each([&](std::size_t) { all.arrive_and_wait(); }); });
        }
        EXPECT_GE(pool.telemetry().splitting->migrated, workers - 1);
        EXPECT_EQ(pool.telemetry().splitting->runs, 3U);
    }
}

TEST(Splitting, AnybodyMayReadWhilePipelinesRun) {
    ThreadPool pool = pool_of(3);
    std::atomic<bool> done{false};
    std::thread reader([&] {
        std::uint64_t runs = 0;
        while (!done.load()) {
            const auto splitting = pool.telemetry().splitting;
            if (!splitting) continue;
            EXPECT_GE(splitting->runs, runs);
            runs = splitting->runs;
            EXPECT_TRUE(splitting->items == 100 || splitting->items == 333);
            EXPECT_EQ(splitting->min_len, splitting->items == 100 ? 1U : 3U) << "a torn entry";
        }
    });
    constexpr int pipelines = 2000;
    for (int i = 0; i < pipelines; ++i) {
        pool.install([&] {
            if (i % 2 == 0) return par_range(0, 100).sum();
            return par_range(0, 333).with_min_len(3).sum();
        });
    }
    done = true;
    reader.join();
    EXPECT_EQ(pool.telemetry().splitting->runs, static_cast<std::uint64_t>(pipelines));
}

}  // namespace
