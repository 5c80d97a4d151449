// ThreadPool: its builder, entering it, detached work, broadcasts, its end.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <cstdlib>
#include <latch>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>

#include <grainscope/platform/thread_times.h>
#include <grainscope/runtime/runtime.h>

namespace grainscope {
namespace {

ThreadPool pool_of(std::size_t threads) { return ThreadPoolBuilder().num_threads(threads).build(); }

TEST(ThreadPool, InstallRunsOnAWorkerAndReturnsTheResult) {
    ThreadPool pool = pool_of(2);
    EXPECT_EQ(current_thread_index(), std::nullopt);
    const auto index = pool.install([] { return current_thread_index(); });
    ASSERT_TRUE(index.has_value());
    EXPECT_LT(*index, 2U);
    EXPECT_EQ(pool.install([] { return current_num_threads(); }), 2U);
}

TEST(ThreadPool, InstallRethrows) {
    ThreadPool pool = pool_of(1);
    EXPECT_THROW(pool.install([] { throw std::runtime_error("inside"); }), std::runtime_error);
    EXPECT_EQ(pool.install([] { return 1; }), 1);
}

TEST(ThreadPool, InstallFromAnotherPoolKeepsThatWorkerStealing) {
    ThreadPool a = pool_of(1);
    ThreadPool b = pool_of(1);
    // a's only worker waits inside b.install; what b's call spawns on a can run only if that worker goes on working.
    const bool helped = a.install([&] {
        return b.install([&] {
            std::latch done(1);
            a.spawn([&] { done.count_down(); });
            done.wait();
            return true;
        });
    });
    EXPECT_TRUE(helped);
}

TEST(ThreadPool, PoolsMayCallEachOtherInTurn) {
    ThreadPool a = pool_of(2);
    ThreadPool b = pool_of(2);
    struct PingPong {
        static int play(ThreadPool& mine, ThreadPool& other, int left) {
            if (left == 0) return 0;
            return 1 + mine.install([&] { return play(other, mine, left - 1); });
        }
    };
    EXPECT_EQ(PingPong::play(a, b, 50), 50);
}

TEST(ThreadPool, UsingAMovedFromPoolSaysSo) {
    ThreadPool pool = pool_of(1);
    ThreadPool other = std::move(pool);
    EXPECT_THROW(pool.install([] {}), std::logic_error);  // NOLINT: that is the question
    EXPECT_EQ(other.install([] { return 2; }), 2);
}

TEST(ThreadPool, ItsDestructorFinishesWhatWasSpawned) {
    std::atomic<int> ran = 0;
    {
        ThreadPool pool = pool_of(2);
        for (int i = 0; i < 1000; ++i) pool.spawn([&] { ++ran; });
    }
    EXPECT_EQ(ran, 1000);
}

TEST(ThreadPool, ItsDestructorFinishesWhatSpawnedTasksSpawn) {
    std::atomic<int> ran = 0;
    struct Chain {
        static void link(std::atomic<int>& counter, int left) {
            ++counter;
            if (left > 0) spawn([&counter, left] { link(counter, left - 1); });
        }
    };
    {
        ThreadPool pool = pool_of(2);
        pool.spawn([&] { Chain::link(ran, 99); });
    }
    EXPECT_EQ(ran, 100);
}

TEST(ThreadPool, MayBeDestroyedByItsOwnWorker) {
    std::latch destroyed(1);
    auto pool = std::make_shared<ThreadPool>(pool_of(2));
    ThreadPool& borrowed = *pool;
    borrowed.spawn([pool = std::move(pool), &destroyed]() mutable {
        pool.reset();
        destroyed.count_down();
    });
    destroyed.wait();
}

TEST(ThreadPool, HandsADetachedExceptionToThePanicHandler) {
    std::latch handled(1);
    std::string what;
    ThreadPool pool = ThreadPoolBuilder()
                          .num_threads(1)
                          .panic_handler([&](std::exception_ptr error) {
                              try {
                                  std::rethrow_exception(std::move(error));
                              } catch (const std::exception& e) {
                                  what = e.what();
                              }
                              handled.count_down();
                          })
                          .build();
    pool.spawn([] { throw std::runtime_error("detached"); });
    handled.wait();
    EXPECT_EQ(what, "detached");
    EXPECT_EQ(pool.install([] { return 3; }), 3);
}

TEST(ThreadPoolDeathTest, ADetachedExceptionWithoutAHandlerTerminates) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            ThreadPool pool = pool_of(1);
            pool.spawn([] { throw std::runtime_error("nobody listens"); });
        },
        "nobody listens");
}

TEST(ThreadPool, CallsItsHandlersOnceAWorker) {
    std::mutex mutex;
    std::multiset<std::size_t> started, ended;
    {
        ThreadPool pool = ThreadPoolBuilder()
                              .num_threads(3)
                              .thread_name([](std::size_t i) { return "mine-" + std::to_string(i); })
                              .start_handler([&](std::size_t i) {
                                  const std::scoped_lock lock(mutex);
                                  started.insert(i);
                              })
                              .exit_handler([&](std::size_t i) {
                                  const std::scoped_lock lock(mutex);
                                  ended.insert(i);
                              })
                              .pin_threads(true)
                              .stack_size(std::size_t{1} << 20)
                              .build();
        pool.broadcast([](BroadcastContext) {});
    }
    EXPECT_EQ(started, (std::multiset<std::size_t>{0, 1, 2}));
    EXPECT_EQ(ended, started);
}

TEST(ThreadPool, TakesItsSizeFromTheEnvironmentIfNotTold) {
    ::setenv("GRAINSCOPE_NUM_THREADS", "3", 1);
    EXPECT_EQ(ThreadPoolBuilder().build().current_num_threads(), 3U);
    EXPECT_EQ(ThreadPoolBuilder().num_threads(0).build().current_num_threads(), 3U);
    EXPECT_EQ(ThreadPoolBuilder().num_threads(2).build().current_num_threads(), 2U);
    ::unsetenv("GRAINSCOPE_NUM_THREADS");
    EXPECT_GE(ThreadPoolBuilder().build().current_num_threads(), 1U);
}

TEST(ThreadPool, RefusesMoreThreadsThanItCanCount) {
    EXPECT_THROW((void)ThreadPoolBuilder().num_threads(65'536).build(), std::invalid_argument);
}

TEST(ThreadPool, TheGlobalPoolCannotBeBuiltTwice) {
    (void)current_num_threads();
    EXPECT_THROW(ThreadPoolBuilder().build_global(), PoolAlreadyInitialized);
}

TEST(ThreadPool, BroadcastRunsOnEveryWorkerAndReturnsInOrder) {
    ThreadPool pool = pool_of(4);
    const std::vector<std::size_t> ids = pool.broadcast([](BroadcastContext c) {
        EXPECT_EQ(c.num_threads(), 4U);
        return c.index();
    });
    EXPECT_EQ(ids, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(ThreadPool, BroadcastFromAWorkerIncludesThatWorker) {
    ThreadPool pool = pool_of(3);
    const auto ids = pool.install([] { return broadcast([](BroadcastContext c) { return c.index(); }); });
    EXPECT_EQ(ids, (std::vector<std::size_t>{0, 1, 2}));
}

TEST(ThreadPool, BroadcastCallsRunAtTheSameTime) {
    ThreadPool pool = pool_of(3);
    std::barrier barrier(3);
    pool.broadcast([&](BroadcastContext) { barrier.arrive_and_wait(); });
}

TEST(ThreadPool, BroadcastRethrowsAfterAllHaveEnded) {
    ThreadPool pool = pool_of(3);
    std::atomic<int> ran = 0;
    EXPECT_THROW(pool.broadcast([&](BroadcastContext c) -> int {
        ++ran;
        if (c.index() == 1) throw std::runtime_error("one");
        return 0;
    }),
                 std::runtime_error);
    EXPECT_EQ(ran, 3);
}

TEST(ThreadPool, SpawnBroadcastRunsOnceOnEveryWorker) {
    std::vector<std::atomic<int>> hits(3);
    {
        ThreadPool pool = pool_of(3);
        pool.spawn_broadcast([&](BroadcastContext c) { ++hits[c.index()]; });
    }
    for (const auto& hit : hits) EXPECT_EQ(hit, 1);
}

TEST(ThreadPool, SpawnFifoKeepsTheOrderOfOneThread) {
    std::vector<int> order;
    {
        ThreadPool pool = pool_of(1);
        pool.install([&] {
            for (int i = 0; i < 20; ++i) pool.spawn_fifo([&order, i] { order.push_back(i); });
        });
    }
    std::vector<int> expected(20);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(order, expected);
}

TEST(ThreadPool, YieldRunsOnePendingJob) {
    ThreadPool pool = pool_of(1);
    EXPECT_EQ(yield_now(), std::nullopt);
    EXPECT_EQ(yield_local(), std::nullopt);
    EXPECT_EQ(pool.yield_now(), std::nullopt);
    pool.install([&] {
        EXPECT_EQ(yield_local(), Yield::idle);
        EXPECT_EQ(current_thread_has_pending_tasks(), false);
        bool ran = false;
        pool.spawn([&] { ran = true; });
        EXPECT_EQ(current_thread_has_pending_tasks(), true);
        EXPECT_EQ(yield_now(), Yield::executed);
        EXPECT_TRUE(ran);
        EXPECT_EQ(yield_now(), Yield::idle);
    });
}

TEST(SpawnHandle, ReturnsTheResultOnce) {
    auto handle = spawn_handle([] { return 5; });
    EXPECT_EQ(handle.wait(), 5);
    EXPECT_THROW(handle.wait(), std::logic_error);
}

TEST(SpawnHandle, RethrowsAndHelpsWhileItWaits) {
    ThreadPool pool = pool_of(1);
    // One worker: the task can run only inside wait.
    pool.install([&] {
        auto handle = pool.spawn_handle([]() -> int { throw std::runtime_error("task"); });
        EXPECT_FALSE(handle.is_done());
        EXPECT_THROW(handle.wait(), std::runtime_error);
    });
}

TEST(SpawnHandle, MayBeDropped) {
    const auto token = std::make_shared<int>(0);
    {
        ThreadPool pool = pool_of(1);
        (void)pool.spawn_handle([token] { return token; });
    }
    EXPECT_EQ(token.use_count(), 1);
}

TEST(Telemetry, CountersNeverFallWhileWorkRuns) {
    ThreadPool pool = pool_of(2);
    std::atomic<bool> stop = false;
    struct Work {
        static int tree(int depth) {
            if (depth == 0) return 1;
            const auto [a, b] = join([=] { return tree(depth - 1); }, [=] { return tree(depth - 1); });
            return a + b;
        }
    };
    std::jthread worker([&] {
        while (!stop) pool.install([] { return Work::tree(10); });
    });
    Telemetry last = pool.telemetry();
    for (int i = 0; i < 2000; ++i) {
        const Telemetry now = pool.telemetry();
        for (std::size_t w = 0; w < 2; ++w) {
            EXPECT_GE(now.workers[w].jobs, last.workers[w].jobs);
            EXPECT_GE(now.workers[w].steals, last.workers[w].steals);
            EXPECT_GE(now.workers[w].failed_steals, last.workers[w].failed_steals);
            EXPECT_GE(now.workers[w].parks, last.workers[w].parks);
            EXPECT_GE(now.workers[w].wakes, last.workers[w].wakes);
        }
        last = now;
    }
    stop = true;
}

TEST(Telemetry, SaysWhatABlockedWorkerWaitsFor) {
    ThreadPool pool = pool_of(1);
    std::latch entered(1), leave(1);
    pool.spawn([&] {
        blocked(trace::State::blocked_io, [&] {
            entered.count_down();
            leave.wait();
        });
    });
    entered.wait();
    EXPECT_EQ(pool.telemetry().workers[0].state, trace::State::blocked_io);
    leave.count_down();
}

TEST(ThreadPool, AnIdlePoolSleepsUntilItIsGivenWork) {
    ThreadPool pool = pool_of(2);
    pool.install([] { join([] {}, [] {}); });
    const auto all_parked = [&] {
        for (const WorkerTelemetry& worker : pool.telemetry().workers) {
            if (worker.state != trace::State::parked) return false;
        }
        return true;
    };
    const auto wakes = [&] {
        std::uint64_t sum = 0;
        for (const WorkerTelemetry& worker : pool.telemetry().workers) sum += worker.wakes;
        return sum;
    };
    while (!all_parked()) std::this_thread::yield();
    const std::uint64_t before = wakes();
    ThreadPool other = pool_of(2);  // some unrelated life in the process
    for (int i = 0; i < 20'000; ++i) other.install([] { join([] {}, [] {}); });
    // A wake that was under way when all looked parked may still arrive, one a worker; a pool that polls wakes without end.
    EXPECT_LE(wakes(), before + 2);
    while (!all_parked()) std::this_thread::yield();
}

}  // namespace
}  // namespace grainscope
