// The parts that the sorts are made of: partitions, co-ranking, merging, choosing a pivot.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope::sorting {
namespace {

using namespace grainscope::testing;

template <class T>
void expect_partitioned(const std::vector<T>& before, std::vector<T> after, const T* cut, const T* begin,
                        const T& pivot) {
    const auto left = static_cast<std::size_t>(cut - begin);
    for (std::size_t i = 0; i < after.size(); ++i) ASSERT_EQ(after[i] < pivot, i < left) << "place " << i;
    std::vector<T> sorted = before;
    std::sort(sorted.begin(), sorted.end());
    std::sort(after.begin(), after.end());
    ASSERT_EQ(after, sorted);
}

template <class T>
class Partition : public ::testing::Test {};
using Types = ::testing::Types<std::uint64_t, std::string>;
TYPED_TEST_SUITE(Partition, Types);

TYPED_TEST(Partition, ByOneTaskSplitsEverySizeAtEveryPivot) {
    using T = TypeParam;
    for (std::size_t size = 0; size < 70; ++size)
        for (const std::uint32_t pivot_key : {0U, 1U, 20U, 35U, 69U, 1000U}) {
            const std::vector<T> before = make_data<T>("organ-pipe", size, 0);
            std::vector<T> after = before;
            const T pivot = from_key<T>(pivot_key);
            const T* const cut =
                partition_sequential(after.data(), after.data() + size, [&](const T& x) { return x < pivot; });
            expect_partitioned(before, after, cut, after.data(), pivot);
        }
}

TYPED_TEST(Partition, OfAPairLeavesAtMostOneSideMixed) {
    using T = TypeParam;
    for (const std::size_t left_size : {0U, 1U, 100U, 128U, 1000U})
        for (const std::size_t right_size : {0U, 1U, 127U, 129U, 900U})
            for (const std::uint32_t share : {0U, 1U, 30U, 50U, 99U, 100U}) {
                std::vector<T> data;
                for (const std::uint32_t key : make_keys("random", left_size + right_size, share))
                    data.push_back(from_key<T>(key % 100));
                const std::vector<T> before = data;
                std::vector<std::uint32_t> lefts;
                const auto is_left = [&](const T& x) { return std::hash<T>{}(x) % 101 < share; };
                T* const middle = data.data() + left_size;
                const PairCut<T> cut = partition_pair(data.data(), middle, middle, data.data() + data.size(), is_left);
                ASSERT_TRUE(std::all_of(data.data(), cut.left, is_left));
                ASSERT_TRUE(std::none_of(cut.left, middle, is_left));
                ASSERT_TRUE(std::all_of(middle, cut.right, is_left));
                ASSERT_TRUE(std::none_of(cut.right, data.data() + data.size(), is_left));
                ASSERT_TRUE(cut.left == middle || cut.right == middle);
                ASSERT_TRUE(std::is_permutation(before.begin(), before.end(), data.begin()));
            }
}

TYPED_TEST(Partition, ByManyTasksSplitsAsOneWould) {
    using T = TypeParam;
    RuntimeFork fork;
    NoObserver observer;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, parallel_partition_min,
                                   parallel_partition_min * (std::is_same_v<T, std::string> ? 1 : 3) + 13})
        for (const std::string& distribution : distributions) {
            const std::vector<T> before = make_data<T>(distribution, size, 3);
            std::vector<T> sorted = before;
            std::sort(sorted.begin(), sorted.end());
            for (const double quantile : {0.0, 0.1, 0.5, 2.0}) {
                const auto rank = static_cast<std::size_t>(quantile * static_cast<double>(size));
                // Beyond the last: greater than all, so that everything goes left.
                const T pivot = rank < size ? sorted[rank] : (size == 0 ? T{} : sorted.back() + sorted.back());
                std::vector<T> after = before;
                const T* const cut = partition_parallel(after.data(), after.data() + size, after.data(),
                                                        LessThanPivot<T, std::less<>>(pivot, {}), fork, observer);
                expect_partitioned(sorted, after, cut, after.data(), pivot);
            }
        }
}

TEST(PartitionByManyTasks, GivesTheSameOrderOnEveryFork) {
    const std::vector<std::uint64_t> before = make_data<std::uint64_t>("random", 500'000, 9);
    const LessThanPivot<std::uint64_t, std::less<>> less(1U << 30, {});
    NoObserver observer;
    std::vector<std::uint64_t> by_one = before, by_many = before;
    SequentialFork one;
    RuntimeFork many;
    partition_parallel(by_one.data(), by_one.data() + by_one.size(), by_one.data(), less, one, observer);
    partition_parallel(by_many.data(), by_many.data() + by_many.size(), by_many.data(), less, many, observer);
    EXPECT_EQ(by_one, by_many);
}

TEST(CoRank, SplitsAStableMergeAtEveryRank) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::vector<Labelled> a, b, merged;
        for (const std::uint32_t key : make_keys("random", seed, seed)) a.push_back({key % 7, 0});
        for (const std::uint32_t key : make_keys("random", 2 * seed % 31, ~seed)) b.push_back({key % 7, 1});
        std::ranges::sort(a, ByKey());
        std::ranges::sort(b, ByKey());
        std::ranges::merge(a, b, std::back_inserter(merged), ByKey());
        std::size_t expected = 0;
        for (std::size_t rank = 0; rank <= merged.size(); ++rank) {
            ASSERT_EQ(co_rank(rank, a.data(), a.size(), b.data(), b.size(), ByKey()), expected) << "seed " << seed;
            if (rank < merged.size() && merged[rank].origin == 0) ++expected;
        }
    }
}

TEST(MergeByOneTask, EqualsTheStandardStableMerge) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::vector<Labelled> a, b, expected;
        for (const std::uint32_t key : make_keys("random", seed % 23, seed)) a.push_back({key % 9 + seed % 4, 0});
        for (const std::uint32_t key : make_keys("random", seed % 19, ~seed)) b.push_back({key % 9, 1});
        std::ranges::sort(a, ByKey());
        std::ranges::sort(b, ByKey());
        std::ranges::merge(a, b, std::back_inserter(expected), ByKey());
        std::vector<Labelled> out(expected.size());
        merge_sequential(a.data(), a.data() + a.size(), b.data(), b.data() + b.size(), out.data(), ByKey());
        ASSERT_EQ(out, expected) << "seed " << seed;
    }
}

TEST(ChoosePivot, MedianOfThreeIsTheMedianInEveryOrder) {
    int values[] = {1, 2, 3};
    do {
        EXPECT_EQ(*median_of_3(&values[0], &values[1], &values[2], std::less<>{}), 2);
    } while (std::next_permutation(values, values + 3));
}

TEST(ChoosePivot, StaysInsideTheRangeForEverySizeAndKind) {
    std::vector<int> data(300);
    std::iota(data.begin(), data.end(), 0);
    for (std::size_t size = 1; size <= data.size(); ++size)
        for (const Pivot pivot : pivots)
            for (std::uint64_t salt = 0; salt < 8; ++salt) {
                const int* const chosen = choose_pivot(data.data(), data.data() + size, pivot, salt, std::less<>{});
                ASSERT_GE(chosen, data.data());
                ASSERT_LT(chosen, data.data() + size);
            }
}

}  // namespace
}  // namespace grainscope::sorting
