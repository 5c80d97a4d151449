// Both sorts against std::sort and std::stable_sort: every type, distribution, knob and size.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

template <class T>
class SortReference : public ::testing::Test {};

using Types = ::testing::Types<std::uint64_t, std::int32_t, double, std::string, unsigned char>;
TYPED_TEST_SUITE(SortReference, Types);

const std::vector<std::size_t> small_sizes{0, 1, 2, 3, 7, 32, 33, 100, 1000};

template <class T, class Sort>
void compare_with_reference(const std::string& distribution, std::size_t size, Sort sort) {
    const std::vector<T> data = make_data<T>(distribution, size, static_cast<unsigned>(size));
    std::vector<T> expected = data, actual = data;
    std::sort(expected.begin(), expected.end());
    sort(actual);
    ASSERT_EQ(actual, expected) << distribution << ", " << size << " elements";
}

TYPED_TEST(SortReference, QuicksortSortsEverySmallSizeWithEveryKnob) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const std::size_t size : small_sizes)
            for (const std::size_t threshold : {0, 1, 32, 500})
                for (const Pivot pivot : pivots)
                    for (const LeafSort leaf : leaves)
                        compare_with_reference<T>(distribution, size, [&](std::vector<T>& data) {
                            parallel_quicksort(
                                data, QuicksortOptions{
                                          .threshold = threshold, .pivot = pivot, .leaf_sort = leaf, .seed = 11});
                        });
}

TYPED_TEST(SortReference, QuicksortSortsLargeDataWithEveryPivotAndPartition) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const Pivot pivot : pivots)
            for (const bool parallel_partition : {false, true})
                compare_with_reference<T>(
                    distribution, parallel_partition ? 150'007 : 50'003, [&](std::vector<T>& data) {
                        parallel_quicksort(
                            data, QuicksortOptions{
                                      .threshold = 64, .pivot = pivot, .parallel_partition = parallel_partition});
                    });
}

TYPED_TEST(SortReference, MergeSortSortsEverySmallSizeWithEveryKnob) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const std::size_t size : small_sizes)
            for (const std::size_t threshold : {0, 1, 32, 500})
                for (const Merge merge : {Merge::sequential, Merge::parallel})
                    for (const std::size_t merge_threshold : {0, 1, 100})
                        for (const LeafSort leaf : leaves)
                            compare_with_reference<T>(distribution, size, [&](std::vector<T>& data) {
                                parallel_merge_sort(data, MergeSortOptions{.threshold = threshold,
                                                                           .merge = merge,
                                                                           .merge_threshold = merge_threshold,
                                                                           .leaf_sort = leaf});
                            });
}

TYPED_TEST(SortReference, MergeSortSortsLargeDataWithEitherMerge) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const Merge merge : {Merge::sequential, Merge::parallel})
            compare_with_reference<T>(distribution, 100'003, [&](std::vector<T>& data) {
                parallel_merge_sort(data, MergeSortOptions{.merge = merge});
            });
}

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
