// join: both halves run, whatever happens to either.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <grainscope/runtime/runtime.h>

namespace grainscope {
namespace {

ThreadPool pool_of(std::size_t threads) { return ThreadPoolBuilder().num_threads(threads).build(); }

long fib(int n) {
    if (n < 2) return n;
    auto [a, b] = join([=] { return fib(n - 1); }, [=] { return fib(n - 2); });
    return a + b;
}

TEST(Join, ReturnsBothResults) {
    const auto [number, text] = join([] { return 42; }, [] { return std::string("text"); });
    EXPECT_EQ(number, 42);
    EXPECT_EQ(text, "text");
}

TEST(Join, GivesMonostateForAHalfThatReturnsNothing) {
    int touched = 0;
    const auto result = join([&] { ++touched; }, [] { return 7; });
    static_assert(std::is_same_v<decltype(result), const std::pair<std::monostate, int>>);
    EXPECT_EQ(touched, 1);
    EXPECT_EQ(result.second, 7);
}

TEST(Join, PassesReferencesAndMoveOnlyResultsThrough) {
    int target = 1;
    auto [reference, owner] = join([&]() -> int& { return target; }, [] { return std::make_unique<int>(5); });
    reference = 9;
    EXPECT_EQ(target, 9);
    EXPECT_EQ(*owner, 5);
}

TEST(Join, PassesAStolenReferenceAndAStolenMoveOnlyResultThrough) {
    ThreadPool pool = pool_of(2);
    int target = 1;
    std::atomic<int> running = 0;
    const auto meet = [&] {
        for (++running; running < 2;) std::this_thread::yield();
    };
    pool.install([&] {
        auto [nothing, reference] = join([&] { meet(); },
                                         [&]() -> int& {
                                             meet();
                                             return target;
                                         });
        reference = 3;
    });
    EXPECT_EQ(target, 3);
}

TEST(Join, ComputesFibonacciOnAnyNumberOfWorkers) {
    for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
        ThreadPool pool = pool_of(threads);
        EXPECT_EQ(pool.install([] { return fib(23); }), 28657) << threads << " workers";
    }
}

TEST(Join, RunsTwentyThousandDeep) {
    ThreadPool pool = pool_of(2);
    struct Nest {
        static int depth(int left) {
            if (left == 0) return 0;
            return 1 + join([=] { return depth(left - 1); }, [] { return 0; }).first;
        }
    };
    EXPECT_EQ(pool.install([] { return Nest::depth(20'000); }), 20'000);
}

// The second half must become stealable although its owner never forks, joins or returns again: it waits in the
// barrier. With a deque that shares work only when its owner comes by, this test hangs.
void meet_at_depth(int depth, std::barrier<>& barrier) {
    if (depth > 1) {
        join([&] { meet_at_depth(depth - 1, barrier); }, [] {});
        return;
    }
    join([&] { barrier.arrive_and_wait(); }, [&] { barrier.arrive_and_wait(); });
}

class JoinOfTwoThatMeet : public testing::TestWithParam<int> {};

TEST_P(JoinOfTwoThatMeet, EndsAtThisDepth) {
    ThreadPool pool = pool_of(2);
    for (int round = 0; round < 200; ++round) {
        std::barrier barrier(2);
        pool.install([&] { meet_at_depth(GetParam(), barrier); });
    }
}

INSTANTIATE_TEST_SUITE_P(Depths, JoinOfTwoThatMeet, testing::Values(1, 2, 10));

TEST(Join, LetsTheFirstExceptionThroughAfterTheSecondHalfHasRun) {
    ThreadPool pool = pool_of(2);
    for (int round = 0; round < 1000; ++round) {
        std::atomic<bool> second_ran = false;
        try {
            pool.install([&] { join([]() -> int { throw std::runtime_error("first"); }, [&] { second_ran = true; }); });
            FAIL() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "first");
        }
        EXPECT_TRUE(second_ran);
    }
}

TEST(Join, LetsTheSecondExceptionThroughAfterTheFirstHalfHasRun) {
    bool first_ran = false;
    EXPECT_THROW(join([&] { first_ran = true; }, [] { throw std::logic_error("second"); }), std::logic_error);
    EXPECT_TRUE(first_ran);
}

TEST(Join, ShowsTheFirstHalfsExceptionIfBothThrow) {
    ThreadPool pool = pool_of(2);
    for (int round = 0; round < 1000; ++round) {
        try {
            pool.install([] { join([] { throw std::string("first"); }, [] { throw std::string("second"); }); });
            FAIL() << "nothing was thrown";
        } catch (const std::string& what) {
            EXPECT_EQ(what, "first");
        }
    }
    EXPECT_EQ(pool.install([] { return fib(15); }), 610);
}

TEST(Join, CarriesAnExceptionAcrossASteal) {
    ThreadPool pool = pool_of(2);
    std::atomic<int> running = 0;
    const auto meet = [&] {
        for (++running; running < 2;) std::this_thread::yield();
    };
    EXPECT_THROW(pool.install([&] {
        join([&] { meet(); },
             [&] {
                 meet();
                 throw std::out_of_range("stolen");
             });
    }),
                 std::out_of_range);
}

TEST(Join, DestroysAStolenResultWhoseJoinThrew) {
    ThreadPool pool = pool_of(2);
    const auto counted = std::make_shared<int>(0);
    std::atomic<int> running = 0;
    const auto meet = [&] {
        for (++running; running < 2;) std::this_thread::yield();
    };
    EXPECT_THROW(pool.install([&] {
        join(
            [&] {
                meet();
                throw 1;
            },
            [&] {
                meet();
                return counted;
            });
    }),
                 int);
    EXPECT_EQ(counted.use_count(), 1);
}

TEST(JoinContext, SaysThatNothingMigratesOnOneWorker) {
    ThreadPool pool = pool_of(1);
    const auto [first, second] = pool.install([] {
        return join_context([](FnContext c) { return c.migrated(); }, [](FnContext c) { return c.migrated(); });
    });
    EXPECT_FALSE(first);
    EXPECT_FALSE(second);
}

TEST(JoinContext, SaysWhenTheSecondHalfMigrated) {
    ThreadPool pool = pool_of(2);
    std::atomic<int> running = 0;
    const auto [first, second] = pool.install([&] {
        const auto meet = [&](FnContext c) {
            for (++running; running < 2;) std::this_thread::yield();
            return c.migrated();
        };
        return join_context(meet, meet);
    });
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
}

TEST(Join, CountsEveryForkExactlyOnce) {
    ThreadPool pool = pool_of(2);
    constexpr int n = 20;
    pool.install([] { return fib(n); });
    std::uint64_t jobs = 0;
    for (const WorkerTelemetry& worker : pool.telemetry().workers) jobs += worker.jobs;
    EXPECT_EQ(jobs, 10946U - 1 + 1) << "fib(21) - 1 joins, and the call that entered the pool";
}

TEST(Join, WorksWithoutAsymmetricFences) {
    // The same binary, started with GRAINSCOPE_NO_MEMBARRIER, takes this path everywhere; here it is enough that the
    // checked operations and the fast ones agree on what lies where, in one deque.
    ThreadPool pool = pool_of(2);
    for (int round = 0; round < 50; ++round) {
        std::atomic<int> ran = 0;
        pool.scope([&](Scope& s) {
            for (int i = 0; i < 100; ++i) {
                s.spawn([&] { ran += static_cast<int>(fib(8)) - 20; });
            }
            ran += static_cast<int>(fib(12)) - 143;
        });
        EXPECT_EQ(ran, 101);
    }
}

}  // namespace
}  // namespace grainscope
