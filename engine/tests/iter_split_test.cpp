// partition, partition_map, unzip: into two containers, each in order.
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <variant>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

const auto is_odd = [](std::int64_t x) { return x % 2 != 0; };

/// Odd ones, a separator, even ones.
Numbers odd_and_even(const Numbers& n) {
    Numbers result;
    std::ranges::copy_if(n, std::back_inserter(result), is_odd);
    result.push_back(1'000'000'000);
    std::ranges::copy_if(n, std::back_inserter(result), std::not_fn(is_odd));
    return result;
}
template <class A, class B>
Numbers separated(const std::pair<A, B>& sides) {
    Numbers result(sides.first.begin(), sides.first.end());
    result.push_back(1'000'000'000);
    result.insert(result.end(), sides.second.begin(), sides.second.end());
    return result;
}

TEST(IterPartition, KeepsTheOrderOnBothSides) {
    same_as_sequential([](const Input& in) { return separated(in.par().partition(is_odd)); }, odd_and_even);
    same_as_sequential(
        [](const Input& in) {
            return separated(in.par().map([](auto x) { return x; }).partition<std::deque<std::int64_t>>(is_odd));
        },
        odd_and_even);
}

TEST(IterPartition, OfItemsThatOnlyMove) {
    std::vector<std::unique_ptr<int>> owners;
    for (int i = 0; i < 100; ++i) owners.push_back(std::make_unique<int>(i));
    const auto [low, high] = into_par_iter(std::move(owners)).partition([](const auto& p) { return *p < 30; });
    EXPECT_EQ(low.size(), 30U);
    EXPECT_EQ(*high.back(), 99);
}

TEST(IterPartition, IntoSets) {
    const Numbers numbers{3, 1, 3, 2};
    const auto [odd, even] = par_iter(numbers).partition<std::set<std::int64_t>>(is_odd);
    EXPECT_EQ(odd, (std::set<std::int64_t>{1, 3}));
    EXPECT_EQ(even, (std::set<std::int64_t>{2}));
}

TEST(IterPartitionMap, SeparatesByWhatTheClosureMakes) {
    same_as_sequential(
        [](const Input& in) {
            return separated(in.par().partition_map([](std::int64_t x) -> std::variant<std::int64_t, std::int32_t> {
                if (is_odd(x)) return x;
                return static_cast<std::int32_t>(x);
            }));
        },
        odd_and_even);
}

TEST(IterPartitionMap, OfTwoSidesOfTheSameType) {
    const Numbers numbers{1, 2, 3};
    using Either = std::variant<std::string, std::string>;
    const auto [left, right] = par_iter(numbers).partition_map([](std::int64_t x) {
        return x == 2 ? Either(std::in_place_index<0>, "two") : Either(std::in_place_index<1>, "other");
    });
    EXPECT_EQ(left, (std::vector<std::string>{"two"}));
    EXPECT_EQ(right, (std::vector<std::string>{"other", "other"}));
}

TEST(IterUnzip, KeepsTheOrderOnBothSides) {
    same_as_sequential([](const Input& in) { return separated(in.par().enumerate().unzip()); },
                       [](const Numbers& n) {
                           Numbers result;
                           for (std::int64_t i = 0; i < std::ssize(n); ++i) result.push_back(i);
                           result.push_back(1'000'000'000);
                           result.insert(result.end(), n.begin(), n.end());
                           return result;
                       });
}

TEST(IterUnzip, IntoOtherContainersAndOfItemsThatOnlyMove) {
    const auto pairs = par_range(0, 10).map([](int i) { return std::pair(std::make_unique<int>(i), i % 3); });
    const auto [owners, rests] = pairs.unzip<std::deque<std::unique_ptr<int>>, std::set<int>>();
    EXPECT_EQ(owners.size(), 10U);
    EXPECT_EQ(*owners[9], 9);
    EXPECT_EQ(rests, (std::set{0, 1, 2}));
}

}  // namespace
}  // namespace grainscope
