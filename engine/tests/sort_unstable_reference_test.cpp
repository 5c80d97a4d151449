// par_sort_unstable against std::sort: types, distributions, sizes, pools, ranges, projections.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/par_sort_unstable.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

// Around every size at which the sort changes its ways, and every small one.
std::vector<std::size_t> sizes() {
    std::vector<std::size_t> result;
    for (std::size_t size = 0; size <= 300; ++size) result.push_back(size);
    for (const std::size_t size : {1000U, 4095U, 4097U, 16'383U, 16'384U, 100'003U, 300'000U}) result.push_back(size);
    return result;
}

template <class T>
class SortUnstable : public ::testing::Test {};
using Types = ::testing::Types<std::uint8_t, std::int32_t, std::uint64_t, double, std::string>;
TYPED_TEST_SUITE(SortUnstable, Types);

TYPED_TEST(SortUnstable, DoesWhatStdSortDoes) {
    using T = TypeParam;
    for (const std::string& distribution : distributions) {
        for (const std::size_t size : sizes()) {
            std::vector<T> actual = make_data<T>(distribution, size, 7), expected = actual;
            std::ranges::sort(expected);
            par_sort_unstable(actual);
            ASSERT_EQ(actual, expected) << distribution << ", " << size << " elements";
        }
    }
}

TEST(SortUnstableComparators, MayBeAny) {
    using T = std::uint64_t;
    const std::function<bool(const T&, const T&)> greater = [](const T& a, const T& b) { return b < a; };
    for (const std::string& distribution : distributions) {
        for (const std::size_t size : {0U, 1U, 2U, 31U, 200U, 5000U, 50'000U}) {
            std::vector<T> actual = make_data<T>(distribution, size, 7), expected = actual;
            std::ranges::sort(expected, greater);
            par_sort_unstable_by(actual, greater);
            ASSERT_EQ(actual, expected) << distribution << ", " << size << " elements";
        }
    }
}

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

template <class Float>
void sort_special_floats() {
    using Limits = std::numeric_limits<Float>;
    const std::vector<Float> specials{Limits::quiet_NaN(),
                                      -Limits::quiet_NaN(),
                                      Limits::infinity(),
                                      -Limits::infinity(),
                                      Float{0},
                                      -Float{0},
                                      Limits::denorm_min(),
                                      -Limits::max(),
                                      Float{1}};
    for (const std::size_t size : {5U, 40U, 200U, 3000U, 100'000U}) {
        std::mt19937 random(static_cast<unsigned>(size));
        std::vector<Float> data(size);
        for (Float& x : data)
            x = random() % 2 == 0 ? specials[random() % specials.size()] : static_cast<Float>(random());
        std::vector<Float> expected = data;
        const auto order = [](Float a, Float b) { return std::isnan(b) ? !std::isnan(a) : a < b; };
        std::ranges::sort(expected, order);
        par_sort_unstable(data);
        for (std::size_t i = 0; i < size; ++i)
            ASSERT_TRUE(data[i] == expected[i] || (std::isnan(data[i]) && std::isnan(expected[i])))
                << i << " of " << size;
    }
}

TEST(SortUnstableFloats, PutNansLastAndTakeBothZeroesForEqual) {
    sort_special_floats<float>();
    sort_special_floats<double>();
}

TEST(SortUnstableStrings, WithEqualPrefixesZeroesAndEmptyOnesComeInTheOrderOfLess) {
    for (const std::size_t size : {3U, 50U, 700U, 20'000U}) {
        std::mt19937 random(static_cast<unsigned>(size));
        std::vector<std::string> data(size);
        for (std::string& text : data) {
            // Prefixes that agree for more than one machine word, few letters, zeroes among them, all lengths.
            text = std::string(random() % 4 * 8, 'a').substr(0, random() % 30);
            const std::size_t tail = random() % 12;
            for (std::size_t i = 0; i < tail; ++i) text.push_back("\0ab\xff"[random() % 4]);
        }
        std::vector<std::string> expected = data;
        std::ranges::sort(expected);
        par_sort_unstable(data);
        ASSERT_EQ(data, expected);
        par_sort_unstable(data, std::greater<>{});
        std::ranges::reverse(expected);
        ASSERT_EQ(data, expected);
    }
}

}  // namespace
}  // namespace grainscope
