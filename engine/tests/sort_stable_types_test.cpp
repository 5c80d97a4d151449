// par_sort on any type, any range, and after any projection.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

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

template <class T>
void expect_sorts(const std::function<bool(const T&, const T&)>& less) {
    for (const std::size_t size : {0U, 1U, 2U, 15U, 16U, 17U, 33U, 1000U, 30'000U}) {
        for (const std::string& distribution : distributions) {
            std::vector<T> data = make_data<T>(distribution, size, 9);
            std::vector<T> expected = data;
            std::ranges::stable_sort(expected, less);
            par_sort(data, less);
            ASSERT_EQ(data, expected) << distribution << ", " << size << " elements";
        }
    }
}

TEST(ParSort, SortsStringsAndNumbersByAnyComparator) {
    expect_sorts<std::string>(std::less<>{});
    expect_sorts<std::string>([](const auto& a, const auto& b) { return a.size() > b.size(); });
    expect_sorts<double>(std::less<>{});
    expect_sorts<std::uint8_t>(std::greater<>{});
}

template <class T>
void expect_default_order() {
    for (const std::size_t size : {100U, 20'000U}) {
        for (const std::string& distribution : distributions) {
            std::vector<T> data = make_data<T>(distribution, size, 9);
            std::vector<T> expected = data;
            std::ranges::stable_sort(expected);
            par_sort(data);
            ASSERT_EQ(data, expected) << distribution << ", " << size << " elements";
        }
    }
}

TEST(ParSort, SortsByTheOrderOfTheTypeWhenLeftToItself) {
    expect_default_order<std::string>();
    expect_default_order<std::int32_t>();
    expect_default_order<float>();
    expect_default_order<std::uint16_t>();
}

TEST(ParSort, KeepsTheOrderOfPositiveAndNegativeZeros) {
    for (const std::size_t size : {10U, 1000U, 50'000U}) {
        std::vector<double> data;
        for (const std::uint32_t key : make_keys("random", size, 11)) {
            const std::array<double, 4> values{-1.5, -0.0, 0.0, std::numeric_limits<double>::infinity()};
            data.push_back(values[key % 4]);
        }
        std::vector<double> expected = data;
        std::ranges::stable_sort(expected);
        par_sort(data);
        const auto same_bits = [](double a, double b) { return a == b && std::signbit(a) == std::signbit(b); };
        EXPECT_TRUE(std::ranges::equal(data, expected, same_bits)) << size << " elements";
    }
}

TEST(ParSort, ProjectsAsTheStandardSortsDo) {
    std::vector<Labelled> data = labelled(make_keys("random", 20'000, 3), 1U << 22U);
    std::vector<Labelled> expected = data;
    std::ranges::stable_sort(expected, std::greater<>{}, &Labelled::key);
    std::vector<Labelled> by_key = data;
    par_sort(data, std::greater<>{}, &Labelled::key);
    EXPECT_TRUE(data == expected);
    par_sort_by_key(by_key, &Labelled::key, std::greater<>{});
    EXPECT_TRUE(by_key == expected);
}

TEST(ParSort, SortsPairsThoughTheyAreNotTriviallyCopyable) {
    std::vector<std::pair<int, std::uint32_t>> data;
    for (const std::uint32_t key : make_keys("random", 20'000, 3))
        data.emplace_back(static_cast<int>(key % 50), static_cast<std::uint32_t>(data.size()));
    par_sort(data, {}, &std::pair<int, std::uint32_t>::first);
    EXPECT_TRUE(std::ranges::is_sorted(data)) << "equal firsts keep the order of the seconds";
}

TEST(ParSort, SortsAnyRandomAccessRange) {
    const std::vector<std::uint32_t> keys = make_keys("random", 30'000, 8);
    std::deque<std::uint32_t> numbers(keys.begin(), keys.end());
    par_sort(numbers, std::greater<>{});
    EXPECT_TRUE(std::ranges::is_sorted(numbers, std::greater<>{}));

    std::deque<std::string> words;
    for (const std::uint32_t key : keys) words.push_back(from_key<std::string>(key));
    par_sort(words);
    EXPECT_TRUE(std::ranges::is_sorted(words));

    std::vector<std::uint32_t> part = keys;
    par_sort(std::span(part).subspan(100, 20'000));
    EXPECT_TRUE(std::ranges::is_sorted(std::span(part).subspan(100, 20'000)));
    EXPECT_TRUE(std::equal(part.begin(), part.begin() + 100, keys.begin()));
    EXPECT_TRUE(std::equal(part.begin() + 20'100, part.end(), keys.begin() + 20'100));

    std::array<int, 5> few{3, 1, 2, 5, 4};
    par_sort(few);
    EXPECT_EQ(few, (std::array<int, 5>{1, 2, 3, 4, 5}));
}

TEST(ParSort, MovesWhatCannotBeCopied) {
    for (const std::size_t size : {5U, 16U, 17U, 20'000U}) {
        std::vector<std::unique_ptr<Labelled>> data;
        for (const Labelled& element : labelled(make_keys("random", size, 4), 1U << 25U))
            data.push_back(std::make_unique<Labelled>(element));
        par_sort(data, {}, [](const std::unique_ptr<Labelled>& element) { return element->key; });
        const auto before = [](const auto& a, const auto& b) {
            return std::pair(a->key, a->origin) < std::pair(b->key, b->origin);
        };
        EXPECT_TRUE(std::ranges::is_sorted(data, before)) << size << " elements";
    }
}

// Too large to be moved at every step, and only bytes: the handles take them.
struct Wide {
    std::array<std::uint32_t, 40> values{};
};

TEST(ParSort, SortsWideElements) {
    std::vector<Wide> data(5000);
    const std::vector<std::uint32_t> keys = make_keys("random", data.size(), 4);
    for (std::size_t i = 0; i < data.size(); ++i) data[i].values.fill(keys[i]);
    par_sort(data, {}, [](const Wide& wide) { return wide.values[7]; });
    EXPECT_TRUE(std::ranges::is_sorted(data, {}, [](const Wide& wide) { return wide.values[0]; }));
    EXPECT_TRUE(std::ranges::all_of(data, [](const Wide& wide) { return wide.values[0] == wide.values[39]; }));
}

// McIlroy's adversary ("A killer adversary for quicksort", 1999) answers so that every pivot turns out to be small.
TEST(ParSort, StaysNLogNAgainstAnAdversaryThatSpoilsThePivots) {
    constexpr std::size_t size = 8000;  // log2: 13
    const std::uint32_t gas = size;
    std::vector<std::uint32_t> solid(size, gas);
    std::uint32_t next_solid = 0;
    std::uint32_t candidate = 0;
    std::size_t comparisons = 0;
    const auto less = [&](std::uint32_t x, std::uint32_t y) {
        ++comparisons;
        if (solid[x] == gas && solid[y] == gas) solid[x == candidate ? x : y] = next_solid++;
        if (solid[x] == gas) candidate = x;
        if (solid[y] == gas) candidate = y;
        return solid[x] < solid[y];
    };
    std::vector<std::uint32_t> data(size);
    for (std::uint32_t i = 0; i < size; ++i) data[i] = i;
    par_sort_by(data, less);
    EXPECT_LE(comparisons, 60 * size);
    EXPECT_TRUE(std::ranges::is_sorted(data, {}, [&](std::uint32_t x) { return solid[x]; }));
}

}  // namespace
}  // namespace grainscope
