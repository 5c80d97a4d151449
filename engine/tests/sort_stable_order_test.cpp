// par_sort sorts, and stably, whatever the data and the number of workers.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/par_sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

std::vector<Labelled> labelled(const std::vector<std::uint32_t>& keys, std::uint32_t coarseness) {
    std::vector<Labelled> data;
    for (const std::uint32_t key : keys) data.push_back({key / coarseness, static_cast<std::uint32_t>(data.size())});
    return data;
}

void expect_stable(std::vector<Labelled> data) {
    std::vector<Labelled> expected = data;
    std::ranges::stable_sort(expected, ByKey{});
    par_sort_by(data, ByKey{});
    ASSERT_TRUE(data == expected);
}

class StableOrder : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Threads, StableOrder, ::testing::Values(1, 2, 4));

TEST_P(StableOrder, EqualKeysKeepTheirOrderAtEverySmallSize) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(GetParam()).build();
    pool.install([] {
        for (std::size_t size = 0; size <= 300; ++size) {
            for (const std::string& distribution : distributions) {
                for (const std::uint32_t coarseness : {1U, 7U, 1U << 30U}) {
                    SCOPED_TRACE(distribution + ", " + std::to_string(size) + " elements, keys over " +
                                 std::to_string(coarseness));
                    expect_stable(labelled(make_keys(distribution, size, 5), coarseness));
                }
            }
        }
    });
}

TEST_P(StableOrder, EqualKeysKeepTheirOrderAtLargeSizes) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(GetParam()).build();
    pool.install([] {
        for (const std::size_t size : {4095U, 8192U, 8193U, 20'000U, 150'000U}) {
            for (const std::string& distribution : distributions) {
                for (const std::uint32_t coarseness : {1U, 7U, 1U << 24U}) {
                    SCOPED_TRACE(distribution + ", " + std::to_string(size) + " elements, keys over " +
                                 std::to_string(coarseness));
                    expect_stable(labelled(make_keys(distribution, size, 6), coarseness));
                }
            }
        }
    });
}

// Stretches of every kind one after the other, so that runs, reversed runs and disorder meet at every boundary.
TEST_P(StableOrder, RunsAndDisorderMayMeetAnywhere) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(GetParam()).build();
    pool.install([] {
        for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            std::mt19937 random(seed);
            std::vector<std::uint32_t> keys;
            while (keys.size() < 60'000) {
                const std::string& distribution = distributions[random() % distributions.size()];
                const std::vector<std::uint32_t> part = make_keys(distribution, 1 + random() % 15'000, seed);
                keys.insert(keys.end(), part.begin(), part.end());
            }
            expect_stable(labelled(keys, 1));
            expect_stable(labelled(keys, 64));
        }
    });
}

// One comparator for both tests that count.
using Counted = std::function<bool(std::uint32_t, std::uint32_t)>;

TEST(ParSort, ComparesAFewTimesAnElementWhereTheDataAreARunOrTwo) {
    constexpr std::size_t size = 200'000;
    for (const auto& [distribution, bound] : std::vector<std::pair<std::string, std::size_t>>{
             {"sorted", 11 * size / 10}, {"reversed", 11 * size / 10}, {"organ-pipe", 23 * size / 10}}) {
        std::vector<std::uint32_t> data = make_keys(distribution, size, 1);
        Atomic<std::size_t> comparisons = 0;
        par_sort_by(data, Counted([&](std::uint32_t a, std::uint32_t b) {
                        comparisons.fetch_add(1);
                        return a < b;
                    }));
        EXPECT_TRUE(std::ranges::is_sorted(data)) << distribution;
        EXPECT_LE(comparisons.load(), bound) << distribution;
    }
}

TEST(ParSort, NeedsNoMoreThanAFewTimesNLogNComparisonsForAnyOfTheseData) {
    constexpr std::size_t size = 100'000;  // log2: 16.6
    for (const std::string& distribution : distributions) {
        std::vector<std::uint32_t> data = make_keys(distribution, size, 1);
        Atomic<std::size_t> comparisons = 0;
        par_sort_by(data, Counted([&](std::uint32_t a, std::uint32_t b) {
                        comparisons.fetch_add(1);
                        return a < b;
                    }));
        EXPECT_LE(comparisons.load(), 25 * size) << distribution;
    }
}

}  // namespace
}  // namespace grainscope
