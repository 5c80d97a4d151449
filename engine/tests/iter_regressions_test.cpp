// What once did not compile, gave other items than it should, or looked at more than it had to.
#include <cstddef>
#include <expected>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/grainscope.h>

namespace {

using namespace grainscope;

std::vector<int> numbers_to(int n) {
    std::vector<int> numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

/// Closures that can only be moved.
auto plus(int n) {
    return [n = std::make_unique<int>(n)](int x) { return x + *n; };
}
auto is(int n) {
    return [n = std::make_unique<int>(n)](int x) { return x == *n; };
}
auto as_result() {
    return [limit = std::make_unique<int>(5000)](int x) -> std::expected<int, std::string> {
        if (x > *limit) return std::unexpected("too large");
        return x;
    };
}

TEST(MoveOnlyClosures, SearchAndCompareWithoutACopyOfThePipeline) {
    const std::vector<int> numbers = numbers_to(1000);
    EXPECT_EQ(par_iter(numbers).map(plus(3)).find_any(is(7)), 7);
    EXPECT_EQ(par_iter(numbers).map(plus(3)).find_first(is(7)), 7);
    EXPECT_EQ(par_iter(numbers).map(plus(3)).find_last(is(7)), 7);
    EXPECT_EQ(par_iter(numbers).map(plus(3)).position_first(is(7)), 4U);
    EXPECT_EQ(par_iter(numbers).map(plus(3)).position_last(is(7)), 4U);
    EXPECT_TRUE(par_iter(numbers).map(plus(3)).eq(par_iter(numbers).map(plus(3))));
    const auto shifted = par_iter(numbers).map(plus(3));
    EXPECT_TRUE(par_iter(numbers).lt(shifted));
    EXPECT_TRUE(shifted.cmp(numbers) > 0);
    EXPECT_EQ(shifted.min_by_key([zero = std::make_unique<int>(0)](int x) { return *zero - x; }), 1002);
}

TEST(MoveOnlyClosures, GoIntoConsumersWithStateAndIntoResults) {
    const std::vector<int> numbers = numbers_to(1000);
    auto make = [one = std::make_unique<int>(1)] { return *one; };
    par_iter(numbers).map(plus(3)).for_each_init(std::move(make), [](int& state, int x) { state += x; });
    const auto collected =
        par_iter(numbers).map(plus(3)).map(as_result()).collect<std::expected<std::vector<int>, std::string>>();
    ASSERT_TRUE(collected);
    EXPECT_EQ(collected->size(), 1000U);
    EXPECT_EQ(par_iter(numbers).map(plus(3)).inclusive_scan(std::plus<>()).collect<std::vector>().back(), 502'500);
    int sum = 0;
    for (const int x : par_iter(numbers).map(plus(3)).into_iter()) sum += x;
    EXPECT_EQ(sum, 502'500);
    EXPECT_EQ(par_iter(numbers).map(plus(3)).by_uniform_blocks(10).find_first(is(20)), 20);
}

TEST(Searches, FromTheRightEndAtTheFirstMatch) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(1).build();
    const std::vector<int> numbers = numbers_to(100'000);
    std::size_t looked_at = 0;
    const auto is_odd = [&](int x) { return ++looked_at, x % 2 == 1; };
    EXPECT_EQ(pool.install([&] { return par_iter(numbers).find_last(is_odd); }), 99'999);
    EXPECT_EQ(looked_at, 1U);
    looked_at = 0;
    EXPECT_EQ(pool.install([&] { return par_iter(numbers).position_last(is_odd); }), 99'999U);
    EXPECT_EQ(looked_at, 1U);
    looked_at = 0;
    const auto odd_half = [&](int x) { return is_odd(x) ? std::optional(x / 2) : std::nullopt; };
    EXPECT_EQ(pool.install([&] { return par_iter(numbers).rev().with_grain(1).find_map_last(odd_half); }), 0);
    EXPECT_EQ(looked_at, 2U);
}

TEST(Searches, FromTheRightFindTheLastOfManyHoweverItIsCut) {
    for (const std::size_t threads : {1U, 2U, 3U}) {
        ThreadPool pool = ThreadPoolBuilder().num_threads(threads).build();
        for (const std::size_t grain : {1U, 7U, 1000U}) {
            SCOPED_TRACE(std::to_string(threads) + " threads, grain " + std::to_string(grain));
            const std::vector<int> numbers = numbers_to(5000);
            const auto multiple = [](int x) { return x % 1111 == 0; };
            pool.install([&] {
                EXPECT_EQ(par_iter(numbers).with_grain(grain).find_last(multiple), 4444);
                EXPECT_EQ(par_iter(numbers).skip(10).take(4000).with_grain(grain).position_last(multiple), 3323U);
                EXPECT_EQ(par_iter(numbers).take(3000).chain(numbers).with_grain(grain).position_last(multiple), 7444U);
                const auto twice = [](int x) { return std::vector{x, -x}; };
                EXPECT_EQ(par_iter(numbers).with_grain(grain).flat_map(twice).find_last(multiple), -4444);
                EXPECT_EQ(par_iter(numbers).with_grain(grain).find_last([](int x) { return x < 0; }), std::nullopt);
            });
        }
    }
}

TEST(Flatten, GivesElementsThatMayBeChangedOfContainersThatMayBeChanged) {
    std::vector<std::vector<int>> rows{{1, 2}, {}, {3}};
    par_iter_mut(rows).flatten().for_each([](int& x) { x += 1; });
    par_iter_mut(rows).flatten_iter().for_each([](int& x) { x *= 10; });
    EXPECT_EQ(rows, (std::vector<std::vector<int>>{{20, 30}, {}, {40}}));
}

TEST(Flatten, TakesOptionalsAndResults) {
    const std::vector<std::optional<std::string>> words{"a", std::nullopt, "b"};
    EXPECT_EQ(par_iter(words).flatten().collect<std::string>(), "ab");
    EXPECT_EQ(par_iter(words).flatten_iter().collect<std::string>(), "ab");
    const auto if_odd = [](int x) { return x % 2 == 1 ? std::optional(x) : std::nullopt; };
    EXPECT_EQ(par_range(0, 6).flat_map_iter(if_odd).sum(), 9);
    EXPECT_EQ(par_range(0, 6).flat_map(if_odd).sum(), 9);
    const std::vector<std::expected<int, char>> results{1, std::unexpected('x'), 3};
    EXPECT_EQ(par_iter(results).flatten().sum(), 4);
}

TEST(Partition, KeepsTheLastOfEqualKeysAsCollectDoes) {
    const auto with_digit = [](int x) { return std::pair(x % 10, x); };
    const auto is_small = [](const std::pair<int, int>& p) { return p.second < 500; };
    const auto [small, large] = par_range(0, 1000).map(with_digit).partition<std::map<int, int>>(is_small);
    EXPECT_EQ(small.at(3), 493);
    EXPECT_EQ(large.at(3), 993);
}

TEST(TryReduce, GivesASuccessOrOneOfTheFailures) {
    const auto add = [](int a, int b) -> std::expected<int, std::string> { return a + b; };
    const auto reduced = [&](int n) { return par_range(0, n).map(as_result()).try_reduce([] { return 0; }, add); };
    EXPECT_EQ(reduced(101), 5050);
    EXPECT_EQ(reduced(10'000), std::unexpected("too large"));
    EXPECT_FALSE(par_range(0, 0).map(as_result()).try_reduce_with(add).has_value());
    const auto reduced_with = par_range(0, 101).map(as_result()).try_reduce_with(add);
    ASSERT_TRUE(reduced_with.has_value());
    EXPECT_EQ(reduced_with->value(), 5050);
    const auto until_five = [](int x) { return x < 5 ? std::optional(x) : std::nullopt; };
    EXPECT_EQ(par_range(1, 5).map(until_five).product(), 24);
    EXPECT_EQ(par_range(1, 5).map(until_five).sum(), 10);
    EXPECT_EQ(par_range(1, 9).map(until_five).sum(), std::nullopt);
}

}  // namespace
