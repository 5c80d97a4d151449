// flat_map, flat_map_iter, flatten: each item becomes many, against the sequential answer.
#include <atomic>
#include <map>
#include <memory>
#include <ranges>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// How many items a number becomes: none to four.
std::int64_t many(std::int64_t x) { return ((x % 5) + 5) % 5; }
Numbers spread(const Numbers& n) {
    Numbers result;
    for (auto x : n)
        for (std::int64_t i = 0; i < many(x); ++i) result.push_back(10 * x + i);
    return result;
}
Numbers spread_one(std::int64_t x) { return spread(Numbers{x}); }

TEST(IterFlatMap, RunsContainersInOrder) {
    same_as_sequential([](const Input& in) { return in.par().flat_map(spread_one).collect<Numbers>(); }, spread);
}

TEST(IterFlatMap, RunsPipelinesInOrder) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .flat_map([&](std::int64_t x) {
                    return in.cuts(par_range(std::int64_t{0}, many(x))).map([x](std::int64_t i) { return 10 * x + i; });
                })
                .collect<Numbers>();
        },
        spread);
}

TEST(IterFlatMap, RunsWhatIsLookedAtWithoutCopying) {
    std::map<std::int64_t, std::vector<std::unique_ptr<int>>> table;
    for (int key = 0; key < 10; ++key)
        for (int i = 0; i < key; ++i) table[key].push_back(std::make_unique<int>(i));
    in_every_pool([&] {
        const auto sum = par_range(std::int64_t{0}, std::int64_t{10})
                             .flat_map([&](std::int64_t key) -> const auto& { return table[key]; })
                             .map([](const std::unique_ptr<int>& p) { return *p; })
                             .sum();
        EXPECT_EQ(sum, 120);
    });
}

TEST(IterFlatMap, InsideAFlatMap) {
    in_every_pool([] {
        const auto pairs = par_range(0, 30)
                               .flat_map([](int a) {
                                   return par_range(0, a).flat_map([a](int b) {
                                       return par_range(0, b).map([a, b](int c) { return 10'000 * a + 100 * b + c; });
                                   });
                               })
                               .collect<std::vector>();
        std::vector<int> expected;
        for (int a = 0; a < 30; ++a)
            for (int b = 0; b < a; ++b)
                for (int c = 0; c < b; ++c) expected.push_back(10'000 * a + 100 * b + c);
        EXPECT_EQ(pairs, expected);
    });
}

TEST(IterFlatMap, OneHugeInnerPipelineIsCutToo) {
    for_every_input([](const Input& in) {
        const auto total =
            par_once(0).flat_map([&](int) { return in.par().map([](auto x) { return x; }); }).collect<Numbers>();
        EXPECT_EQ(total, in.numbers) << in;
    });
}

TEST(IterFlatMapIter, WalksAnyRangeInOrder) {
    same_as_sequential([](const Input& in) { return in.par().flat_map_iter(spread_one).collect<Numbers>(); }, spread);
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .flat_map_iter([](std::int64_t x) {
                    return std::views::iota(std::int64_t{0}, many(x)) |
                           std::views::transform([x](std::int64_t i) { return 10 * x + i; });
                })
                .collect<Numbers>();
        },
        spread);
}

TEST(IterFlatMapIter, MovesItemsOutOfWhatTheClosureMade) {
    const Numbers numbers{1, 2, 3};
    auto owners = par_iter(numbers)
                      .flat_map_iter([](std::int64_t x) {
                          std::vector<std::unique_ptr<std::int64_t>> made;
                          for (std::int64_t i = 0; i < x; ++i) made.push_back(std::make_unique<std::int64_t>(i));
                          return made;
                      })
                      .collect<std::vector>();
    ASSERT_EQ(owners.size(), 6U);
    EXPECT_EQ(*owners[5], 2);
}

TEST(IterFlatMapIter, LeavesWhatItOnlyLooksAt) {
    const std::vector<std::vector<std::string>> lines{{"to", "be"}, {}, {"or"}};
    EXPECT_EQ(
        par_iter(lines).flat_map_iter([](const auto& line) -> const auto& { return line; }).collect<std::string>(),
        "tobeor");
    EXPECT_EQ(lines[0][0], "to");
    EXPECT_EQ(par_iter(lines).flatten_iter().collect<std::string>(), "tobeor");
    EXPECT_EQ(lines[2][0], "or");
}

TEST(IterFlatten, OfContainersOptionalsAndPipelines) {
    const std::vector<Numbers> nested{{1, 2}, {}, {3}};
    EXPECT_EQ(par_iter(nested).flatten().collect<Numbers>(), (Numbers{1, 2, 3}));
    const std::vector<std::optional<int>> maybe{1, std::nullopt, 3};
    EXPECT_EQ(par_iter(maybe).flatten().collect<std::vector>(), (std::vector<int>{1, 3}));
    EXPECT_EQ(par_range(0, 4).map([](int n) { return par_range(0, n); }).flatten().collect<std::vector>(),
              (std::vector<int>{0, 0, 1, 0, 1, 2}));
    std::vector<std::string> words{"ab", "c"};
    EXPECT_EQ(into_par_iter(std::move(words)).flatten().collect<std::string>(), "abc");
}

TEST(IterFlatten, OfChunksOfSpans) {
    same_as_sequential([](const Input& in) { return in.cuts(par_chunks(in.numbers, 3)).flatten().collect<Numbers>(); },
                       [](const Numbers& n) { return n; });
}

TEST(IterFlatMap, FindsTheFirstOfAll) {
    for_every_input([](const Input& in) {
        const auto found = in.par()
                               .enumerate()
                               .flat_map([&](std::size_t i, auto) {
                                   return in.cuts(par_range(std::size_t{0}, std::size_t{50})).map([i](std::size_t k) {
                                       return 50 * i + k;
                                   });
                               })
                               .find_first([](std::size_t x) { return x % 77 == 76; });
        EXPECT_EQ(found, in.size() > 1 ? std::optional<std::size_t>(76) : std::nullopt) << in;
    });
}

TEST(IterFlatMap, StopsItsOuterItemsOnceEnoughIsTaken) {
    std::atomic<int> calls{0};
    run_in(1, [&] {
        const auto pairs =
            par_range(0, 1'000'000).with_grain(64).flat_map([&](int) { return ++calls, par_range(0, 3); });
        EXPECT_EQ(pairs.take_any(5).count(), 5U);
        EXPECT_LE(calls.exchange(0), 64);
        EXPECT_TRUE(pairs.find_any([](int x) { return x == 2; }));
        EXPECT_LE(calls.exchange(0), 64);
        EXPECT_TRUE(pairs.find_first([](int x) { return x == 2; }));
        EXPECT_LE(calls.exchange(0), 64);
        EXPECT_TRUE(pairs.any([](int x) { return x == 2; }));
        EXPECT_LE(calls.exchange(0), 64);
        EXPECT_EQ(pairs.take_any_while([](int x) { return x < 2; }).count(), 2U);
        EXPECT_LE(calls.exchange(0), 64);
        EXPECT_EQ(pairs.map([](int x) { return x < 2 ? std::optional(x) : std::nullopt; }).while_some().count(), 2U);
        EXPECT_LE(calls.exchange(0), 64);
        EXPECT_FALSE(pairs.map([](int x) { return x < 2 ? std::optional(x) : std::nullopt; })
                         .collect<std::optional<std::vector<int>>>());
        EXPECT_LE(calls.exchange(0), 64);
        EXPECT_FALSE(pairs.try_for_each([](int x) { return x < 2 ? std::optional(x) : std::nullopt; }));
        EXPECT_LE(calls.exchange(0), 64);
    });
}

}  // namespace
}  // namespace grainscope
