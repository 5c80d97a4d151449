// The same parallel loop on five engines, and what watches its blocks.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/backends/loop.h>
#include <grainscope/workloads/block_observer.h>

#include "workloads_backend_list.h"

namespace grainscope::backends {
namespace {

class LoopTest : public ::testing::TestWithParam<std::string> {
  protected:
    static std::unique_ptr<Backend> make(std::size_t threads) {
        auto backend = make_backend(GetParam(), threads);
        EXPECT_TRUE(backend.has_value()) << backend.error();
        return std::move(*backend);
    }
};

TEST_P(LoopTest, EveryIndexIsInOneBlockAndNoBlockIsEmptyOrLongerThanTheGrain) {
    for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
        const auto backend = make(threads);
        for (const std::size_t n : {1U, 2U, 3U, 7U, 100U, 1'000U, 100'003U})
            for (const std::size_t grain : {0U, 1U, 2U, 64U, 1'000'000U}) {
                if (grain == 1 && n > 1'000) continue;
                SCOPED_TRACE(std::to_string(n) + " indices, grain " + std::to_string(grain));
                std::vector<std::atomic<int>> visits(n);
                std::atomic<bool> good = true;
                for_blocks(*backend, n, grain, [&](std::size_t first, std::size_t last) {
                    if (first >= last || last > n || (grain != 0 && last - first > grain)) good = false;
                    for (std::size_t i = first; i < last; ++i) ++visits[i];
                });
                EXPECT_TRUE(good);
                EXPECT_TRUE(std::ranges::all_of(visits, [](const auto& count) { return count == 1; }));
            }
    }
}

TEST_P(LoopTest, AReductionAddsEveryBlockOnceToTheIdentity) {
    for (const std::size_t threads : {1U, 2U, 5U}) {
        const auto backend = make(threads);
        for (const std::size_t n : {1U, 3U, 1'000U, 100'003U})
            for (const std::size_t grain : {0U, 3U, 1'000'000U}) {
                const auto sum = reduce_blocks(
                    *backend, n, grain, std::uint64_t{0},
                    [](std::size_t first, std::size_t last, std::uint64_t value) {
                        for (std::size_t i = first; i < last; ++i) value += i;
                        return value;
                    },
                    [](std::uint64_t a, std::uint64_t b) { return a + b; });
                EXPECT_EQ(sum, n * (n - 1) / 2) << n << " indices, grain " << grain;
            }
    }
}

TEST_P(LoopTest, AReductionCarriesValuesThatOwnMemory) {
    const auto backend = make(3);
    auto all = reduce_blocks(
        *backend, 5'000, 7, std::vector<std::size_t>(),
        [](std::size_t first, std::size_t last, std::vector<std::size_t> list) {
            for (; first < last; ++first) list.push_back(first);
            return list;
        },
        [](std::vector<std::size_t> a, const std::vector<std::size_t>& b) {
            a.insert(a.end(), b.begin(), b.end());
            return a;
        });
    std::ranges::sort(all);
    ASSERT_EQ(all.size(), 5'000U);
    for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], i);
}

TEST_P(LoopTest, EachIndexMayBeATaskOfItsOwn) {
    const auto backend = make(3);
    for (const std::size_t n : {1U, 2U, 3U, 100U}) {
        std::vector<std::atomic<int>> visits(n);
        fork_each(*backend, n, [&](std::size_t first, std::size_t last) {
            for (; first < last; ++first) ++visits[first];
        });
        EXPECT_TRUE(std::ranges::all_of(visits, [](const auto& count) { return count == 1; })) << n;
    }
    EXPECT_THROW(fork_each(*backend, 10,
                           [](std::size_t i, std::size_t) {
                               if (i == 7) throw std::logic_error("on purpose");
                           }),
                 std::logic_error);
}

TEST_P(LoopTest, NothingToDoCallsNothingAndGivesTheIdentity) {
    const auto backend = make(2);
    for_blocks(*backend, 0, 0, [](std::size_t, std::size_t) { FAIL() << "there is no block"; });
    fork_each(*backend, 0, [](std::size_t, std::size_t) { FAIL() << "there is no task"; });
    const int identity = reduce_blocks(
        *backend, 0, 0, 42, [](std::size_t, std::size_t, int) { return 0; }, [](int, int) { return 0; });
    EXPECT_EQ(identity, 42);
}

TEST_P(LoopTest, BlocksRunOnRowsThatExist) {
    const auto backend = make(3);
    std::atomic<unsigned> rows = 0;
    for_blocks(*backend, 1'000, 1, [&](std::size_t, std::size_t) { rows |= 1U << backend->worker_index(); });
    EXPECT_NE(rows, 0U);
    EXPECT_EQ(rows >> backend->threads(), 0U);
}

TEST_P(LoopTest, AnExceptionReachesTheCallerAfterAllThatHadBegunHasEnded) {
    const auto backend = make(3);
    for (const std::size_t bad : {0U, 1U, 500U, 999U}) {
        SCOPED_TRACE(bad);
        std::atomic<int> running = 0;
        const auto body = [&](std::size_t first, std::size_t last) {
            ++running;
            const bool fails = first <= bad && bad < last;
            --running;
            if (fails) throw std::runtime_error("on purpose");
        };
        EXPECT_THROW(for_blocks(*backend, 1'000, 1, body), std::runtime_error);
        EXPECT_EQ(running, 0);
        EXPECT_THROW((void)reduce_blocks(
                         *backend, 1'000, 1, 0,
                         [&](std::size_t first, std::size_t last, int value) {
                             body(first, last);
                             return value;
                         },
                         [](int a, int) { return a; }),
                     std::runtime_error);
        EXPECT_EQ(running, 0);

        std::atomic<int> blocks = 0;
        for_blocks(*backend, 100, 1, [&](std::size_t, std::size_t) { ++blocks; });
        EXPECT_EQ(blocks, 100) << "the backend stays usable";
    }
}

TEST_P(LoopTest, EveryBlockMayThrow) {
    const auto backend = make(3);
    EXPECT_THROW(for_blocks(*backend, 200, 1, [](std::size_t, std::size_t) { throw std::logic_error("on purpose"); }),
                 std::logic_error);
}

TEST_P(LoopTest, ACancelledLoopEndsWithCancelled) {
    const auto backend = make(3);
    workloads::RunContext context;
    const workloads::BlockObserver observer(context, *backend);
    std::atomic<int> blocks = 0;
    EXPECT_THROW(for_blocks(*backend, 100'000, 1,
                            [&](std::size_t, std::size_t) {
                                observer.block([&] {
                                    if (++blocks == 10) context.cancel.cancel();
                                });
                            }),
                 Cancelled);
    EXPECT_LT(blocks, 10 + 3) << "a block a thread may have begun";
}

TEST_P(LoopTest, AfterEveryBlockThereIsAGate) {
    const auto backend = make(2);
    workloads::Gate gate;
    workloads::RunContext context;
    context.gate = &gate;
    const workloads::BlockObserver observer(context, *backend);
    gate.pause();
    std::atomic<int> begun = 0;
    std::atomic<bool> resumed = false, ended_before_resume = false;
    std::jthread run([&] {
        for_blocks(*backend, 100, 1, [&](std::size_t, std::size_t) { observer.block([&] { ++begun; }); });
        ended_before_resume = !resumed;
    });
    for (int step = 0; step < 10; ++step) gate.step();
    resumed = true;
    gate.resume();
    run.join();
    EXPECT_FALSE(ended_before_resume) << "ten steps are fewer than its blocks";
    EXPECT_EQ(begun, 100);
}

INSTANTIATE_TEST_SUITE_P(Every, LoopTest, ::testing::ValuesIn(grainscope::testing::testable_backends()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace grainscope::backends
