// Merge sort keeps the order of equal keys, with every leaf that promises it.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

std::vector<Labelled> labelled(std::size_t size, std::uint32_t different_keys) {
    std::vector<Labelled> data;
    for (const std::uint32_t key : make_keys("random", size, different_keys))
        data.push_back({key % different_keys, static_cast<std::uint32_t>(data.size())});
    return data;
}

TEST(MergeSortStability, EqualKeysKeepTheirOrderWithEveryStableLeafAndMerge) {
    for (const std::size_t size : {2U, 31U, 32U, 33U, 64U, 1000U, 50'021U})
        for (const std::uint32_t different_keys : {1U, 2U, 10U, 1000U})
            for (const LeafSort leaf : {LeafSort::insertion, LeafSort::std_sort, LeafSort::merge})
                for (const Merge merge : {Merge::sequential, Merge::parallel}) {
                    std::vector<Labelled> expected = labelled(size, different_keys), actual = expected;
                    std::stable_sort(expected.begin(), expected.end(), ByKey());
                    parallel_merge_sort(actual, MergeSortOptions{.threshold = 64,
                                                                 .merge = merge,
                                                                 .merge_threshold = 16,
                                                                 .leaf_sort = leaf,
                                                                 .comparator = ByKey()});
                    ASSERT_EQ(actual, expected) << size << " elements, " << different_keys << " keys";
                }
}

TEST(MergeSortStability, HoldsForElementsThatAreDearToMove) {
    struct Heavy {
        std::uint32_t key, origin;
        std::unique_ptr<int> weight;
    };
    std::vector<Heavy> data;
    for (const Labelled& label : labelled(10'000, 50))
        data.push_back({label.key, label.origin, std::make_unique<int>(1)});
    parallel_merge_sort(data, MergeSortOptions{.threshold = 100, .merge_threshold = 50, .projection = &Heavy::key});
    const auto before = [](const Heavy& a, const Heavy& b) {
        return std::pair(a.key, a.origin) < std::pair(b.key, b.origin);
    };
    EXPECT_TRUE(std::ranges::is_sorted(data, before));
    EXPECT_TRUE(std::ranges::all_of(data, [](const Heavy& heavy) { return heavy.weight != nullptr; }));
}

TEST(SmallSort, IsStableAndRightForEveryPatternOfFewKeys) {
    // Every assignment of three keys to up to nine places, and random ones for every larger size.
    const auto try_keys = [](const std::vector<std::uint32_t>& keys) {
        std::vector<Labelled> data, expected;
        for (const std::uint32_t key : keys) data.push_back({key, static_cast<std::uint32_t>(data.size())});
        expected = data;
        std::stable_sort(expected.begin(), expected.end(), ByKey());
        std::vector<Labelled> out(data.size());
        sorting::small_sort(data.data(), out.data(), data.size(), ByKey());
        ASSERT_EQ(out, expected);
        sorting::small_sort(data.data(), data.data(), data.size(), ByKey());
        ASSERT_EQ(data, expected);
    };
    for (std::size_t size = 0; size <= 9; ++size) {
        std::size_t patterns = 1;
        for (std::size_t i = 0; i < size; ++i) patterns *= 3;
        for (std::size_t pattern = 0; pattern < patterns; ++pattern) {
            std::vector<std::uint32_t> keys;
            for (std::size_t i = 0, rest = pattern; i < size; ++i, rest /= 3)
                keys.push_back(static_cast<std::uint32_t>(rest % 3));
            try_keys(keys);
        }
    }
    for (std::size_t size = 10; size <= sorting::small_sort_max; ++size) {
        for (unsigned seed = 0; seed < 200; ++seed) {
            std::vector<std::uint32_t> keys = make_keys("random", size, seed);
            for (std::uint32_t& key : keys) key %= 1 + seed;
            try_keys(keys);
        }
    }
}

}  // namespace
}  // namespace grainscope
