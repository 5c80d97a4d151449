// A few long runs are merged; what is not a few long runs is left alone.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/platform/atomic.h>
#include <grainscope/sort/par_sort_unstable.h>

namespace grainscope {
namespace {

using Keys = std::vector<std::uint64_t>;
using Less = std::function<bool(std::uint64_t, std::uint64_t)>;

// Runs of nearly equal length; the bits of `falling` say which go down.
Keys runs(std::size_t size, std::size_t count, std::uint64_t falling) {
    std::mt19937 random(static_cast<unsigned>(size + count));
    Keys data(size);
    for (std::uint64_t& key : data) key = random() % size;
    for (std::size_t i = 0; i < count; ++i) {
        const auto begin = data.begin() + static_cast<std::ptrdiff_t>(size * i / count);
        const auto end = data.begin() + static_cast<std::ptrdiff_t>(size * (i + 1) / count);
        std::sort(begin, end);
        if ((falling >> i & 1) != 0) std::reverse(begin, end);
    }
    return data;
}

bool merge(Keys& data, const Less& less) {
    sorting::SequentialFork fork;
    sorting::NoObserver observer;
    return sorting::merge_long_runs(std::span(data), less, fork, observer, 2);
}

TEST(LongRuns, AreMergedWhicheverWayTheyGo) {
    for (const std::size_t size : {2000U, 100'000U}) {
        for (const std::size_t count : {1U, 2U, 3U, 5U, 7U, 8U}) {
            for (const std::uint64_t falling : {0U, 1U, 2U, 0x55U, 0xffU}) {
                Keys data = runs(size, count, falling), expected = data;
                std::ranges::sort(expected);
                ASSERT_TRUE(merge(data, std::less<>{})) << size << " keys, " << count << " runs";
                ASSERT_EQ(data, expected) << size << " keys, " << count << " runs, " << falling;
            }
        }
    }
}

TEST(LongRuns, ThatAreTooManyOrTooShortAreLeftAlone) {
    for (Keys data : {runs(100'000, 40, 0), runs(100'000, 9, 0), runs(100, 2, 0)}) {
        const Keys before = data;
        EXPECT_FALSE(merge(data, std::less<>{}));
        EXPECT_EQ(data, before);
    }
}

TEST(LongRuns, AThrowAtAnyComparisonLosesNothing) {
    struct Thrown {};
    for (const std::size_t count : {2U, 3U, 5U}) {
        const Keys before = runs(3000, count, 2);
        Keys sorted = before;
        std::ranges::sort(sorted);
        bool thrown = true;
        for (long call = 0; thrown; call += 97) {
            Keys data = before;
            long left = call;
            try {
                merge(data, [&](std::uint64_t a, std::uint64_t b) {
                    if (left-- <= 0) throw Thrown();
                    return a < b;
                });
                thrown = false;
            } catch (const Thrown&) {
            }
            std::ranges::sort(data);
            ASSERT_EQ(data, sorted) << count << " runs, call " << call;
        }
    }
}

TEST(LongRuns, AreComparedAFewTimesOnly) {
    constexpr std::size_t size = 200'000;
    Keys data = runs(size, 2, 2);
    Atomic<std::size_t> comparisons = 0;
    par_sort_unstable_by(data, [&](std::uint64_t a, std::uint64_t b) {
        comparisons.fetch_add(1);
        return a < b;
    });
    EXPECT_TRUE(std::ranges::is_sorted(data));
    EXPECT_LE(comparisons.load(), 4 * size);
}

}  // namespace
}  // namespace grainscope
