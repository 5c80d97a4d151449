// take_any, skip_any, take_any_while, skip_any_while, while_some: what matters is how many and which, not the order.
#include <atomic>
#include <functional>
#include <limits>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// Whether `part` holds only items of `all`, none more often.
bool is_part_of(const Numbers& part, const Numbers& all) { return std::ranges::includes(sorted(all), sorted(part)); }
constexpr std::size_t counts[] = {0, 1, 5, 100, std::numeric_limits<std::size_t>::max()};

TEST(IterTakeAny, TakesExactlySoMany) {
    for_every_input([](const Input& in) {
        for (const std::size_t n : counts) {
            const Numbers taken = in.par().take_any(n).collect<Numbers>();
            EXPECT_EQ(taken.size(), std::min(n, in.size())) << in;
            EXPECT_TRUE(is_part_of(taken, in.numbers)) << in;
        }
    });
}

TEST(IterTakeAny, MakesHardlyMoreThanItTakes) {
    std::atomic<int> made{0};
    run_in(1, [&] {
        EXPECT_EQ(par_range(0, 1'000'000).with_grain(64).map([&](int x) { return ++made, x; }).take_any(10).count(),
                  10U);
    });
    EXPECT_EQ(made, 10);
}

TEST(IterSkipAny, LeavesOutExactlySoMany) {
    for_every_input([](const Input& in) {
        for (const std::size_t n : counts) {
            const Numbers rest = in.par().skip_any(n).collect<Numbers>();
            EXPECT_EQ(rest.size(), in.size() - std::min(n, in.size())) << in;
            EXPECT_TRUE(is_part_of(rest, in.numbers)) << in;
        }
    });
}

TEST(IterTakeAnyWhile, TakesAllIfThePredicateAlwaysHolds) {
    same_as_sequential(
        [](const Input& in) { return in.par().take_any_while([](auto) { return true; }).collect<Numbers>(); },
        [](const Numbers& n) { return n; });
}

TEST(IterTakeAnyWhile, TakesNothingThePredicateDislikes) {
    for_every_input([](const Input& in) {
        const Numbers taken = in.par().take_any_while([](auto x) { return x < 4; }).collect<Numbers>();
        EXPECT_TRUE(std::ranges::all_of(taken, [](auto x) { return x < 4; })) << in;
        EXPECT_TRUE(is_part_of(taken, in.numbers)) << in;
    });
}

TEST(IterTakeAnyWhile, OnOneThreadIsTakeWhile) {
    run_in(1, [] {
        EXPECT_EQ(par_range(0, 1'000).take_any_while([](int x) { return x < 300; }).collect<std::vector>().size(),
                  300U);
        EXPECT_EQ(par_range(0, 1'000).skip_any_while([](int x) { return x < 300; }).collect<std::vector>().size(),
                  700U);
    });
}

TEST(IterSkipAnyWhile, KeepsAllThatThePredicateDislikes) {
    for_every_input([](const Input& in) {
        const auto liked = [](std::int64_t x) { return x < 4; };
        const Numbers kept = in.par().skip_any_while(liked).collect<Numbers>();
        EXPECT_TRUE(is_part_of(kept, in.numbers)) << in;
        EXPECT_EQ(std::ranges::count_if(kept, std::not_fn(liked)),
                  std::ranges::count_if(in.numbers, std::not_fn(liked)))
            << in;
    });
    same_as_sequential(
        [](const Input& in) { return in.par().skip_any_while([](auto) { return true; }).collect<Numbers>(); },
        [](const Numbers&) { return Numbers{}; });
}

TEST(IterWhileSome, UnwrapsAllIfAllAreThere) {
    same_as_sequential(
        [](const Input& in) {
            return in.par().map([](auto x) { return std::optional(x + 1); }).while_some().collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result = n;
            for (auto& x : result) ++x;
            return result;
        });
}

TEST(IterWhileSome, StopsSoonAfterAnEmptyOne) {
    for_every_input([](const Input& in) {
        const Numbers kept = in.par()
                                 .map([](auto x) { return x < 4 ? std::optional(x) : std::nullopt; })
                                 .while_some()
                                 .collect<Numbers>();
        EXPECT_TRUE(is_part_of(kept, in.numbers)) << in;
        EXPECT_TRUE(std::ranges::all_of(kept, [](auto x) { return x < 4; })) << in;
    });
    std::atomic<int> made{0};
    run_in(1, [&] {
        const auto some =
            par_range(0, 1'000'000).map([&](int x) { return ++made, x < 10 ? std::optional(x) : std::nullopt; });
        EXPECT_EQ(some.while_some().count(), 10U);
    });
    EXPECT_EQ(made, 11);
}

TEST(IterAnyOrder, WorksBehindBlocksWithoutWalkingTheRest) {
    std::atomic<int> made{0};
    run_in(2, [&] {
        const auto counted = par_range(0, 1'000'000).map([&](int x) { return ++made, x; });
        EXPECT_EQ(counted.by_uniform_blocks(10).take_any(3).count(), 3U);
        EXPECT_LE(made.exchange(0), 10);
        EXPECT_TRUE(counted.by_exponential_blocks().find_first([](int x) { return x == 5; }));
        EXPECT_LE(made.exchange(0), 16);
    });
}

}  // namespace
}  // namespace grainscope
