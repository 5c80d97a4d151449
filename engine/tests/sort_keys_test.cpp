// Numbers in the order of their type: counted, or sorted by vectors and by many tasks.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/par_sort_unstable.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

// Around every size at which the sort changes its ways.
const std::vector<std::size_t> sizes{0, 1, 2, 3, 16, 17, 100, 255, 256, 1000, 1025, 4096, 16'383, 16'384, 140'001};

template <class T>
class SortKeys : public ::testing::Test {
  protected:
    // All bits are drawn where numbers are random, so that there are negative ones.
    static std::vector<T> keys(const std::string& distribution, std::size_t size) {
        if (distribution != "random" || std::is_same_v<T, bool>) return make_data<T>(distribution, size, 5);
        std::mt19937_64 random(size);
        std::vector<T> result(size);
        for (T& key : result) {
            if constexpr (std::is_floating_point_v<T>)
                key = static_cast<T>(static_cast<std::int64_t>(random())) / T{3};
            else
                key = static_cast<T>(random());
        }
        return result;
    }

    using Less = std::function<bool(T, T)>;

    static void expect_order(const std::function<void(std::vector<T>&)>& sort, const Less& less) {
        ThreadPool pool = ThreadPoolBuilder().num_threads(3).build();
        for (const std::string& distribution : distributions) {
            for (const std::size_t size : sizes) {
                std::vector<T> actual = keys(distribution, size), expected = actual;
                pool.install([&] { sort(actual); });
                std::sort(expected.begin(), expected.end(), less);
                ASSERT_EQ(actual, expected) << distribution << ", " << size << " keys";
            }
        }
    }
};

// One of each way through the sort; the kinds of keys that vectors tell apart are a matter of their own test.
using Types = ::testing::Types<char, std::int16_t, std::uint32_t, long long, double>;
TYPED_TEST_SUITE(SortKeys, Types);

TYPED_TEST(SortKeys, Ascend) {
    this->expect_order([](auto& data) { par_sort_unstable(data); }, std::less<>{});
}

template <class T>
class SortKeysDownwards : public SortKeys<T> {};
using SomeTypes = ::testing::Types<char, long long, double>;
TYPED_TEST_SUITE(SortKeysDownwards, SomeTypes);

TYPED_TEST(SortKeysDownwards, Descend) {
    this->expect_order([](auto& data) { par_sort_unstable(data, std::greater<>{}); }, std::greater<>{});
}

TEST(SortTruthValues, PutsFalseFirst) {
    std::array<bool, 5> data{true, false, true, true, false};
    par_sort_unstable(data);
    EXPECT_EQ(data, (std::array{false, false, true, true, true}));
}

// A zero of either sign and NaNs of either sign, whose bits must be there afterwards as often as before.
std::vector<double> special_numbers(std::size_t size) {
    const std::array<double, 7> specials{0.0, -0.0, 1.0, -1.0, std::nan(""), -std::nan(""), -HUGE_VAL};
    std::mt19937 random(static_cast<unsigned>(size));
    std::vector<double> data(size);
    for (double& x : data) x = specials[random() % specials.size()];
    return data;
}
std::vector<std::uint64_t> bits_of(const std::vector<double>& data) {
    std::vector<std::uint64_t> bits;
    for (const double x : data) bits.push_back(std::bit_cast<std::uint64_t>(x));
    std::ranges::sort(bits);
    return bits;
}

TEST(SortNumbers, KeepsTheBitsOfEveryZeroAndEveryNan) {
    for (const std::size_t size : {1U, 2U, 9U, 300U, 3000U, 20'000U, 200'000U}) {
        std::vector<double> data = special_numbers(size);
        const std::vector<std::uint64_t> before = bits_of(data);
        par_sort_unstable(data);
        ASSERT_EQ(bits_of(data), before) << size << " numbers";
        const auto nans = std::ranges::find_if(data, [](double x) { return std::isnan(x); });
        ASSERT_TRUE(std::all_of(nans, data.end(), [](double x) { return std::isnan(x); }));
        ASSERT_TRUE(std::is_sorted(data.begin(), nans)) << size << " numbers";
    }
}

TEST(SortNumbers, KeepsThemWhenItIsCancelled) {
    const CancellationToken cancelled;
    cancelled.cancel();
    std::vector<double> data = special_numbers(50'000);
    const std::vector<std::uint64_t> before = bits_of(data);
    EXPECT_THROW(par_sort_unstable(data, cancelled), Cancelled);
    EXPECT_EQ(bits_of(data), before);
}

// A key that is half of the data, or all but one, and the least and greatest keys that there are.
TEST(SortKeysTogether, SplitsKeysThatAreNearlyAllTheSame) {
    using Limits = std::numeric_limits<std::int32_t>;
    for (const std::int32_t common : {0, Limits::min(), Limits::max()}) {
        for (const std::size_t others : {1U, 100U, 150'000U}) {
            std::vector<std::int32_t> data(300'000, common);
            std::mt19937 random(7);
            for (std::size_t i = 0; i < others; ++i) data[random() % data.size()] = static_cast<std::int32_t>(random());
            std::vector<std::int32_t> expected = data;
            std::ranges::sort(expected);
            par_sort_unstable(data);
            ASSERT_EQ(data, expected) << others << " others than " << common;
        }
    }
}

}  // namespace
}  // namespace grainscope
