// What a caller sees of both sorts: options, ranges, projections, elements that only move.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

TEST(SortOptions, HaveTheDocumentedDefaults) {
    EXPECT_EQ(QuicksortOptions{}.threshold, 32U);
    EXPECT_EQ(MergeSortOptions{}.threshold, 1024U);
    EXPECT_EQ(QuicksortOptions{.threshold = 128}.threshold, 128U);
}

TEST(SortOptions, TakeAComparatorAndAProjection) {
    struct Person {
        std::string name;
        int age;
    };
    std::vector<Person> people{{"Ada", 36}, {"Grace", 85}, {"Barbara", 84}, {"Edsger", 72}};
    parallel_quicksort(people, QuicksortOptions{.comparator = std::greater<>{}, .projection = &Person::age});
    EXPECT_EQ(people.front().name, "Grace");
    EXPECT_EQ(people.back().name, "Ada");
    parallel_merge_sort(people, MergeSortOptions{.projection = &Person::name});
    EXPECT_EQ(people.front().name, "Ada");
    EXPECT_EQ(people.back().name, "Grace");
}

TEST(SortOptions, TakeAComparatorWithState) {
    const std::vector<int> rank{3, 0, 2, 1};
    std::vector<int> places{0, 1, 2, 3};
    const auto by_rank = [&rank](int a, int b) {
        return rank[static_cast<std::size_t>(a)] < rank[static_cast<std::size_t>(b)];
    };
    parallel_quicksort(places, QuicksortOptions{.threshold = 1, .comparator = by_rank});
    EXPECT_EQ(places, (std::vector<int>{1, 3, 2, 0}));
}

TEST(SortRanges, SpansArraysAndVectorsAreAllSorted) {
    int array[] = {3, 1, 2};
    parallel_quicksort(array);
    EXPECT_TRUE(std::ranges::is_sorted(array));
    std::vector<int> vector{3, 1, 2};
    parallel_merge_sort(std::span(vector), {.threshold = 1});
    EXPECT_TRUE(std::ranges::is_sorted(vector));
    std::vector<int> part{5, 4, 3, 2, 1};
    parallel_quicksort(std::span(part).first(3));
    EXPECT_EQ(part, (std::vector<int>{3, 4, 5, 2, 1}));
}

TEST(SortElements, MoveOnlyElementsAreSortedByBoth) {
    const auto make = [] {
        std::vector<std::unique_ptr<int>> data;
        for (const std::uint32_t key : make_keys("random", 20'000, 5))
            data.push_back(std::make_unique<int>(static_cast<int>(key % 5000)));
        return data;
    };
    const auto by_value = [](const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) { return *a < *b; };
    for (const LeafSort leaf : leaves) {
        auto data = make();
        parallel_quicksort(data, QuicksortOptions{.leaf_sort = leaf, .comparator = by_value});
        EXPECT_TRUE(std::ranges::is_sorted(data, by_value));
        data = make();
        parallel_merge_sort(data, MergeSortOptions{.threshold = 64, .leaf_sort = leaf, .comparator = by_value});
        EXPECT_TRUE(std::ranges::is_sorted(data, by_value));
    }
}

}  // namespace
}  // namespace grainscope
