// with_cancellation: a cancelled pipeline ends soon, throws Cancelled, and leaves nothing running.
#include <atomic>
#include <functional>
#include <ranges>
#include <stdexcept>
#include <vector>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

// None of these would end by itself.
constexpr std::int64_t endless = std::int64_t{1} << 60;

TEST(IterCancellation, BeforeTheStartRunsNothing) {
    std::atomic<int> calls{0};
    const CancellationToken token;
    token.cancel();
    in_every_pool([&] {
        const auto counted = par_range(0, 1'000).map([&](int x) { return ++calls, x; }).with_cancellation(token);
        EXPECT_THROW(static_cast<void>(counted.sum()), Cancelled);
        EXPECT_THROW(static_cast<void>(counted.collect<std::vector>()), Cancelled);
        EXPECT_THROW(static_cast<void>(counted.rev().filter([](int) { return true; }).count()), Cancelled);
        EXPECT_THROW(static_cast<void>(counted.inclusive_scan(std::plus<>()).max()), Cancelled);
        EXPECT_THROW(static_cast<void>(counted.by_uniform_blocks(10).count()), Cancelled);
        EXPECT_THROW(static_cast<void>(counted.chunks(3).count()), Cancelled);
        EXPECT_THROW(static_cast<void>(counted.zip(par_range(0, 1'000)).count()), Cancelled);
        EXPECT_THROW(static_cast<void>(par_range(0, 1'000).chain(counted).count()), Cancelled);
        EXPECT_THROW(static_cast<void>(counted.find_any([](int) { return true; })), Cancelled);
    });
    EXPECT_EQ(calls, 0);
}

TEST(IterCancellation, EndsEveryKindOfSourceWhileItRuns) {
    in_every_pool([] {
        const CancellationToken token;
        EXPECT_THROW(par_range(std::int64_t{0}, endless).with_cancellation(token).for_each([&](std::int64_t x) {
            if (x == 12'345) token.cancel();
        }),
                     Cancelled);
    });
    in_every_pool([] {
        const CancellationToken token;
        __extension__ using Wide = __int128;
        EXPECT_THROW(par_range(Wide{0}, Wide{1} << 100).with_cancellation(token).for_each([&](Wide x) {
            if (x == 12'345) token.cancel();
        }),
                     Cancelled);
    });
    in_every_pool([] {
        const CancellationToken token;
        EXPECT_THROW(
            par_bridge(std::views::iota(std::int64_t{0})).with_cancellation(token).for_each([&](std::int64_t x) {
                if (x == 12'345) token.cancel();
            }),
            Cancelled);
    });
    in_every_pool([] {
        const CancellationToken token;
        const auto twins = [](std::int64_t x) { return std::vector{x + 1, x + 1}; };
        EXPECT_THROW(walk_tree(std::int64_t{0}, twins).with_cancellation(token).for_each([&](std::int64_t x) {
            if (x == 60) token.cancel();
        }),
                     Cancelled);
    });
}

TEST(IterCancellation, ReachesInsideAFlatMap) {
    in_every_pool([] {
        const CancellationToken token;
        const auto inner = [&](std::int64_t x) { return par_range(x, x + endless / 2); };
        EXPECT_THROW(
            par_range(std::int64_t{0}, endless).with_cancellation(token).flat_map(inner).for_each([&](std::int64_t x) {
                if (x % 1'000 == 999) token.cancel();
            }),
            Cancelled);
        const CancellationToken second;
        const auto cancellable = [&](std::int64_t x) {
            return par_range(x, x + endless / 2).with_cancellation(second);
        };
        EXPECT_THROW(par_range(std::int64_t{0}, endless).flat_map(cancellable).for_each([&](std::int64_t x) {
            if (x % 1'000 == 999) second.cancel();
        }),
                     Cancelled);
    });
}

TEST(IterCancellation, EndsAScanWhileItMakesItsTotals) {
    in_every_pool([] {
        const CancellationToken token;
        std::atomic<int> calls{0};
        const auto totals = par_range(0, 100'000)
                                .map([&](int x) {
                                    if (++calls == 100) token.cancel();
                                    return x;
                                })
                                .with_cancellation(token)
                                .inclusive_scan([](int a, int) { return a; });
        EXPECT_THROW(static_cast<void>(totals.count()), Cancelled);
    });
}

TEST(IterCancellation, LeavesThePoolAndThePipelineUsable) {
    in_every_pool([] {
        const CancellationToken token;
        const auto numbers = par_range(0, 1'000);
        EXPECT_EQ(numbers.with_cancellation(token).count(), 1'000U);
        token.cancel();
        EXPECT_THROW(static_cast<void>(numbers.with_cancellation(token).count()), Cancelled);
        EXPECT_EQ(numbers.with_cancellation(CancellationToken()).count(), 1'000U);
    });
}

TEST(IterCancellation, LosesAgainstAnExceptionThatWasThere) {
    in_every_pool([] {
        const CancellationToken token;
        const auto failing = par_range(0, 1'000).with_cancellation(token).map([&](int x) {
            if (x == 500) {
                token.cancel();
                throw std::runtime_error("first");
            }
            return x;
        });
        EXPECT_THROW(failing.for_each([](int) {}), std::runtime_error);
    });
}

}  // namespace
}  // namespace grainscope
