// par_sort_unstable by the order that floating-point numbers and strings bring along.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/par_sort_unstable.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

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

TEST(SortUnstableStrings, OfEveryKindOfDataComeInTheOrderOfLess) {
    for (const std::string& distribution : distributions) {
        for (const std::size_t size : {0U, 1U, 2U, 20U, 33U, 100U, 300U, 4097U, 100'003U}) {
            std::vector<std::string> actual = make_data<std::string>(distribution, size, 7), expected = actual;
            std::ranges::sort(expected);
            par_sort_unstable(actual);
            ASSERT_EQ(actual, expected) << distribution << ", " << size << " strings";
        }
    }
}

}  // namespace
}  // namespace grainscope
