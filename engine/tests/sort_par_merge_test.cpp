// par_merge: stable, of exactly the size it is told, and it moves only what it was given.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

// Sorted by key; `origin` counts from `begin`, so that the two sides of a merge can be told apart.
std::vector<Labelled> sorted(std::size_t size, std::uint32_t keys, std::uint32_t begin) {
    std::vector<Labelled> data;
    for (const std::uint32_t key : make_keys("random", size, begin + static_cast<unsigned>(size)))
        data.push_back({key % keys, 0});
    std::ranges::sort(data, ByKey{});
    for (Labelled& element : data) element.origin = begin++;
    return data;
}

void expect_merges(const std::vector<Labelled>& a, const std::vector<Labelled>& b) {
    std::vector<Labelled> expected(a.size() + b.size()), merged(a.size() + b.size());
    std::ranges::merge(a, b, expected.begin(), ByKey{});
    par_merge(a, b, merged, ByKey{});
    ASSERT_TRUE(merged == expected) << a.size() << " and " << b.size() << " elements";
}

TEST(ParMerge, MergesEverySplitOfSmallRangesWithTiesFromTheFirst) {
    for (std::size_t size = 0; size <= 40; ++size) {
        for (std::size_t a = 0; a <= size; ++a) {
            for (const std::uint32_t keys : {1U, 3U, 1000U})
                expect_merges(sorted(a, keys, 0), sorted(size - a, keys, 1000));
        }
    }
}

TEST(ParMerge, MergesLargeRangesInParallel) {
    for (const std::size_t threads : {1U, 2U, 4U}) {
        ThreadPool pool = ThreadPoolBuilder().num_threads(threads).build();
        pool.install([] {
            for (const std::size_t a : {0U, 1U, 30'000U, 100'000U}) {
                for (const std::size_t b : {0U, 1U, 77'777U}) {
                    for (const std::uint32_t keys : {1U, 50U, 1U << 30U})
                        expect_merges(sorted(a, keys, 0), sorted(b, keys, 1'000'000));
                }
            }
        });
    }
}

TEST(ParMerge, RefusesAnOutputOfAnotherSize) {
    const std::vector<int> a{1, 3}, b{2};
    for (const std::size_t size : {0U, 2U, 4U}) {
        std::vector<int> out(size, 7);
        try {
            par_merge(a, b, out);
            FAIL() << "an output of " << size;
        } catch (const std::invalid_argument& error) {
            EXPECT_EQ(std::string(error.what()), "par_merge: the output has " + std::to_string(size) +
                                                     " elements; merging 2 and 1 takes exactly 3");
        }
        EXPECT_EQ(out, std::vector<int>(size, 7));
    }
}

TEST(ParMerge, CopiesFromWhatItMayNotEmptyAndMovesFromWhatItIsGiven) {
    std::vector<std::string> a, b;
    for (int i = 0; i < 30'000; ++i)
        (i % 3 == 0 ? a : b).push_back("a string too long for its object " + std::to_string(i));
    std::ranges::sort(a);
    std::ranges::sort(b);
    const std::vector<std::string> a_before = a, b_before = b;
    std::vector<std::string> expected(a.size() + b.size()), merged(a.size() + b.size());
    std::ranges::merge(a, b, expected.begin());

    par_merge(a, std::span(b), merged);
    EXPECT_EQ(merged, expected);
    EXPECT_EQ(a, a_before);
    EXPECT_EQ(b, b_before);

    std::vector<std::string> again(merged.size());
    par_merge(std::move(a), b, again);
    EXPECT_EQ(again, expected);
    EXPECT_TRUE(std::ranges::all_of(a, &std::string::empty));  // NOLINT: the elements were moved, the vector stays
    EXPECT_EQ(b, b_before);
}

TEST(ParMerge, MovesWhatCannotBeCopied) {
    std::vector<std::unique_ptr<int>> a, b, merged(5);
    for (const int value : {1, 4, 5}) a.push_back(std::make_unique<int>(value));
    for (const int value : {2, 3}) b.push_back(std::make_unique<int>(value));
    const auto value = [](const std::unique_ptr<int>& pointer) { return *pointer; };
    par_merge(std::move(a), std::move(b), merged, {}, value, value);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(*merged[static_cast<std::size_t>(i)], i + 1);
}

TEST(ParMerge, TakesRangesOfDifferentTypesAndProjectsEach) {
    const std::deque<Labelled> a{{5, 0}, {3, 1}, {3, 2}};
    const std::vector<Labelled> b{{4, 3}, {3, 4}, {1, 5}};
    std::deque<Labelled> merged(6);
    par_merge(a, b, merged, std::greater<>{}, &Labelled::key, &Labelled::key);
    std::vector<std::uint32_t> origins;
    for (const Labelled& element : merged) origins.push_back(element.origin);
    EXPECT_EQ(origins, (std::vector<std::uint32_t>{0, 3, 1, 2, 4, 5}));
}

TEST(ParMerge, PassesOnWhatAComparatorThrowsAndLeavesCopiedRangesAlone) {
    const std::vector<Labelled> a = sorted(50'000, 1U << 30U, 0), b = sorted(50'000, 1U << 30U, 1'000'000);
    std::vector<Labelled> merged(100'000);
    for (const long at : {0L, 5L, 60'000L}) {
        Atomic<long> left = at;
        const auto less = [&](const Labelled& x, const Labelled& y) {
            if (left.fetch_sub(1) <= 0) throw std::runtime_error("thrown by the test");
            return x.key < y.key;
        };
        EXPECT_THROW(par_merge(a, b, merged, less), std::runtime_error);
        EXPECT_TRUE(std::ranges::is_sorted(a, ByKey{}));
    }
}

TEST(ParMerge, AComparatorThatIsNoOrderStillGivesEachElementOnce) {
    const std::vector<Labelled> a = sorted(50'000, 1U << 30U, 0), b = sorted(30'000, 1U << 30U, 1'000'000);
    const auto hash = [](const Labelled& x, const Labelled& y) { return sorting::mix64(x.key + 3 * y.key) % 2 == 0; };
    std::vector<Labelled> merged(a.size() + b.size());
    par_merge(a, b, merged, hash);
    std::ranges::sort(merged, {}, &Labelled::origin);
    std::vector<Labelled> all = a;
    all.insert(all.end(), b.begin(), b.end());
    EXPECT_TRUE(merged == all);
}

TEST(ParMerge, IsCancelled) {
    const CancellationToken token;
    const std::vector<int> a{1}, b{2};
    std::vector<int> merged(2);
    par_merge(a, b, merged, std::less<>{}, token);
    EXPECT_EQ(merged, (std::vector<int>{1, 2}));
    token.cancel();
    EXPECT_THROW(par_merge(a, b, merged, std::less<>{}, token), Cancelled);
}

}  // namespace
}  // namespace grainscope
