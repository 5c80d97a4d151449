// scope and its relatives: everything spawned has ended when the scope has.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include <grainscope/runtime/runtime.h>

namespace grainscope {
namespace {

ThreadPool pool_of(std::size_t threads) { return ThreadPoolBuilder().num_threads(threads).build(); }

TEST(Scope, WaitsForEverythingSpawned) {
    std::vector<int> hits(1000, 0);
    scope([&](Scope& s) {
        for (int& hit : hits) s.spawn([&hit] { hit = 1; });
    });
    EXPECT_EQ(std::accumulate(hits.begin(), hits.end(), 0), 1000);
}

TEST(Scope, WaitsForTasksThatTasksSpawn) {
    std::atomic<int> count = 0;
    struct Tree {
        static void grow(Scope& s, int depth, std::atomic<int>& counter) {
            ++counter;
            if (depth == 0) return;
            for (int i = 0; i < 2; ++i) s.spawn([=, &counter](Scope& inner) { grow(inner, depth - 1, counter); });
        }
    };
    scope([&](Scope& s) { Tree::grow(s, 10, count); });
    EXPECT_EQ(count, 2047);
}

TEST(Scope, ReturnsTheBodysValue) {
    EXPECT_EQ(scope([](Scope&) { return 17; }), 17);
    EXPECT_EQ(*scope([](Scope&) { return std::make_unique<int>(3); }), 3);
}

TEST(Scope, RethrowsATasksExceptionAfterAllHaveEnded) {
    std::atomic<int> ran = 0;
    EXPECT_THROW(scope([&](Scope& s) {
                     for (int i = 0; i < 100; ++i) {
                         s.spawn([&ran, i] {
                             ++ran;
                             if (i == 50) throw std::runtime_error("task 50");
                         });
                     }
                 }),
                 std::runtime_error);
    EXPECT_EQ(ran, 100);
}

TEST(Scope, RethrowsTheBodysExceptionAfterAllHaveEnded) {
    std::atomic<int> ran = 0;
    EXPECT_THROW(scope([&](Scope& s) {
                     for (int i = 0; i < 100; ++i) s.spawn([&ran] { ++ran; });
                     throw std::logic_error("body");
                 }),
                 std::logic_error);
    EXPECT_EQ(ran, 100);
}

TEST(Scope, DestroysEveryClosureBeforeItReturns) {
    const auto token = std::make_shared<int>(0);
    scope([&](Scope& s) {
        for (int i = 0; i < 100; ++i) s.spawn([token] { (void)*token; });
    });
    EXPECT_EQ(token.use_count(), 1);
}

TEST(Scope, RunsTheNewestFirstOnOneWorker) {
    ThreadPool pool = pool_of(1);
    std::vector<int> order;
    pool.scope([&](Scope& s) {
        for (int i = 0; i < 10; ++i) s.spawn([&order, i] { order.push_back(i); });
    });
    EXPECT_EQ(order, (std::vector{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
}

TEST(ScopeFifo, RunsTheOldestFirstOnOneWorker) {
    ThreadPool pool = pool_of(1);
    std::vector<int> order;
    pool.scope_fifo([&](ScopeFifo& s) {
        for (int i = 0; i < 10; ++i) s.spawn_fifo([&order, i] { order.push_back(i); });
    });
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(InPlaceScope, RunsItsBodyOnTheCallingThread) {
    ThreadPool pool = pool_of(2);
    std::thread::id body;
    std::atomic<int> on_workers = 0;
    pool.in_place_scope([&](Scope& s) {
        body = std::this_thread::get_id();
        for (int i = 0; i < 10; ++i) s.spawn([&] { on_workers += pool.current_thread_index().has_value() ? 1 : 0; });
    });
    EXPECT_EQ(body, std::this_thread::get_id());
    EXPECT_EQ(on_workers, 10);
}

TEST(InPlaceScopeFifo, KeepsTheOrderOfAnOutsideThread) {
    ThreadPool pool = pool_of(1);
    std::vector<int> order;
    pool.in_place_scope_fifo([&](ScopeFifo& s) {
        for (int i = 0; i < 50; ++i) s.spawn_fifo([&order, i] { order.push_back(i); });
    });
    for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(InPlaceScope, OfOnePoolInsideAnotherKeepsBothWorking) {
    ThreadPool outer = pool_of(1);
    ThreadPool inner = pool_of(1);
    std::atomic<int> ran = 0;
    outer.install([&] {
        inner.in_place_scope([&](Scope& s) {
            for (int i = 0; i < 100; ++i) s.spawn([&] { ++ran; });
        });
    });
    EXPECT_EQ(ran, 100);
}

TEST(Scope, SpawnBroadcastRunsOnceOnEveryWorker) {
    ThreadPool pool = pool_of(3);
    std::vector<std::atomic<int>> hits(3);
    pool.scope([&](Scope& s) { s.spawn_broadcast([&](BroadcastContext c) { ++hits[c.index()]; }); });
    for (const auto& hit : hits) EXPECT_EQ(hit, 1);
}

TEST(ThreadScope, JoinsEveryThreadBeforeItReturns) {
    std::vector<int> hits(8, 0);
    const int answer = thread_scope([&](ThreadScope& s) {
        for (int& hit : hits) s.spawn([&hit] { hit = 1; });
        return 42;
    });
    EXPECT_EQ(answer, 42);
    EXPECT_EQ(std::accumulate(hits.begin(), hits.end(), 0), 8);
}

TEST(ThreadScope, HandsResultsBackThroughHandles) {
    thread_scope([](ThreadScope& s) {
        auto handle = s.spawn([] { return std::string("result"); });
        EXPECT_EQ(handle.join(), "result");
        EXPECT_THROW(handle.join(), std::logic_error);
    });
}

TEST(ThreadScope, RethrowsTheBodysExceptionBeforeAThreads) {
    std::atomic<bool> ended = false;
    try {
        thread_scope([&](ThreadScope& s) {
            s.spawn([&] {
                ended = true;
                throw std::runtime_error("thread");
            });
            throw std::logic_error("body");
        });
        FAIL() << "nothing was thrown";
    } catch (const std::logic_error&) {
    }
    EXPECT_TRUE(ended);
}

TEST(ThreadScope, RethrowsTheFirstThreadsExceptionOnceAllAreJoined) {
    std::atomic<int> ended = 0;
    EXPECT_THROW(thread_scope([&](ThreadScope& s) {
                     for (int i = 0; i < 4; ++i) {
                         s.spawn([&ended, i] {
                             ++ended;
                             if (i == 2) throw std::runtime_error("thread 2");
                         });
                     }
                 }),
                 std::runtime_error);
    EXPECT_EQ(ended, 4);
}

TEST(ThreadScope, AnExceptionTakenByJoinIsNotThrownAgain) {
    EXPECT_NO_THROW(thread_scope([](ThreadScope& s) {
        auto handle = s.spawn([]() -> int { throw std::runtime_error("seen"); });
        EXPECT_THROW((void)handle.join(), std::runtime_error);
    }));
}

TEST(ThreadScope, ThreadsMaySpawnThreads) {
    std::atomic<int> ran = 0;
    thread_scope([&](ThreadScope& s) {
        s.spawn([&](ThreadScope& inner) {
            ++ran;
            inner.spawn([&] { ++ran; });
        });
    });
    EXPECT_EQ(ran, 2);
}

}  // namespace
}  // namespace grainscope
