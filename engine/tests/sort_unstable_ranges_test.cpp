// par_sort_unstable in pools of any size, on any range, after any projection.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/par_sort_unstable.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

TEST(SortUnstablePools, OfAnySizeGiveTheSameAnswer) {
    for (const std::size_t threads : {1U, 2U, 4U}) {
        ThreadPool pool = ThreadPoolBuilder().num_threads(threads).build();
        for (const std::string& distribution : distributions) {
            std::vector<std::uint64_t> actual = make_data<std::uint64_t>(distribution, 400'000, 7), expected = actual;
            std::ranges::sort(expected);
            pool.install([&] { par_sort_unstable_by(actual, [](std::uint64_t a, std::uint64_t b) { return a < b; }); });
            ASSERT_EQ(actual, expected) << distribution << ", " << threads << " threads";
        }
    }
}

TEST(SortUnstableRanges, NeedNotBeContiguous) {
    for (const std::size_t size : {0U, 1U, 100U, 100'000U}) {
        const std::vector<std::string> data = make_data<std::string>("random", size, 5);
        std::deque<std::string> actual(data.begin(), data.end()), expected = actual;
        std::ranges::sort(expected);
        par_sort_unstable(actual);
        EXPECT_EQ(actual, expected);
    }
}

TEST(SortUnstableRanges, MayBeMoveOnly) {
    std::vector<std::unique_ptr<std::uint32_t>> data;
    for (const std::uint32_t key : make_keys("random", 30'000, 5)) data.push_back(std::make_unique<std::uint32_t>(key));
    const auto by_value = [](const auto& a, const auto& b) { return *a < *b; };
    par_sort_unstable_by(data, by_value);
    EXPECT_TRUE(std::ranges::is_sorted(data, by_value));
    std::deque<std::unique_ptr<std::uint32_t>> scattered(std::make_move_iterator(data.rbegin()),
                                                         std::make_move_iterator(data.rend()));
    par_sort_unstable_by(scattered, by_value);
    EXPECT_TRUE(std::ranges::is_sorted(scattered, by_value));
}

TEST(SortUnstableProjections, AreTakenAsInStdRanges) {
    std::vector<Labelled> data;
    for (const std::uint32_t key : make_keys("random", 50'000, 9)) data.push_back({key, ~key});
    par_sort_unstable(data, {}, &Labelled::key);
    EXPECT_TRUE(std::ranges::is_sorted(data, {}, &Labelled::key));
    par_sort_unstable(data, std::greater<>{}, &Labelled::key);
    EXPECT_TRUE(std::ranges::is_sorted(data, std::greater<>{}, &Labelled::key));
    par_sort_unstable_by_key(data, [](const Labelled& element) { return element.key % 1000; });
    EXPECT_TRUE(std::ranges::is_sorted(data, {}, [](const Labelled& element) { return element.key % 1000; }));
    par_sort_unstable_by_key(data, &Labelled::origin, std::greater<>{});
    EXPECT_TRUE(std::ranges::is_sorted(data, std::greater<>{}, &Labelled::origin));
}

}  // namespace
}  // namespace grainscope
