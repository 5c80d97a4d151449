// isolate: a waiting thread takes no outside work.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include <grainscope/runtime/runtime.h>

namespace grainscope {
namespace {

TEST(Isolate, ReturnsTheResultAndRethrows) {
    EXPECT_EQ(isolate([] { return 4; }), 4);
    ThreadPool pool = ThreadPoolBuilder().num_threads(2).build();
    EXPECT_THROW(pool.install([] { isolate([] { throw std::runtime_error("inside"); }); }), std::runtime_error);
    EXPECT_EQ(pool.install([] { return isolate([] { return join([] { return 1; }, [] { return 2; }).second; }); }), 2);
}

// Tasks that each lock the same mutex and fork inside. A worker that took another such task while it waits for its
// stolen half would lock the mutex twice; a recursion counter notices before the deadlock.
TEST(Isolate, ALockMayBeHeldAcrossAJoin) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(4).build();
    std::mutex mutex;
    std::atomic<int> nested = 0;
    static thread_local int holding = 0;
    struct Tree {
        static int sum(int depth) {
            if (depth == 0) return 1;
            const auto [a, b] = join([=] { return sum(depth - 1); }, [=] { return sum(depth - 1); });
            return a + b;
        }
    };
    pool.scope([&](Scope& s) {
        for (int i = 0; i < 200; ++i) {
            s.spawn([&] {
                if (holding != 0) {
                    ++nested;
                    return;
                }
                const std::scoped_lock lock(mutex);
                holding = 1;
                EXPECT_EQ(isolate([] { return Tree::sum(6); }), 64);
                holding = 0;
            });
        }
    });
    EXPECT_EQ(nested, 0);
}

TEST(Isolate, TheIsolationGoesWithStolenPieces) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(3).build();
    static thread_local bool inside = false;
    std::atomic<int> outside_work_taken_inside = 0;
    struct Tree {
        static void grow(int depth) {
            if (depth == 0) return;
            const bool before = std::exchange(inside, true);
            join([=] { grow(depth - 1); }, [=] { grow(depth - 1); });
            inside = before;
        }
    };
    for (int round = 0; round < 50; ++round) {
        pool.scope([&](Scope& s) {
            for (int i = 0; i < 100; ++i) {
                s.spawn([&] { outside_work_taken_inside += inside ? 1 : 0; });
            }
            isolate([] { Tree::grow(8); });
        });
    }
    EXPECT_EQ(outside_work_taken_inside, 0);
}

TEST(Isolate, Nests) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(2).build();
    const int sum = pool.install([] {
        return isolate([] {
            const auto [a, b] =
                join([] { return isolate([] { return join([] { return 1; }, [] { return 2; }).first; }); },
                     [] { return isolate([] { return 10; }); });
            return a + b;
        });
    });
    EXPECT_EQ(sum, 11);
}

TEST(Isolate, LeavesDetachedWorkToTheOutside) {
    std::atomic<int> ran = 0;
    {
        ThreadPool pool = ThreadPoolBuilder().num_threads(1).build();
        pool.install([&] {
            isolate([&] {
                for (int i = 0; i < 10; ++i) spawn([&] { ++ran; });
            });
            EXPECT_EQ(ran, 0) << "nothing ran while nobody waited";
        });
    }
    EXPECT_EQ(ran, 10);
}

TEST(Isolate, BroadcastInsideReachesEveryWorker) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(2).build();
    const auto ids =
        pool.install([] { return isolate([] { return broadcast([](BroadcastContext c) { return c.index(); }); }); });
    EXPECT_EQ(ids.size(), 2U);
}

TEST(StealDepth, ACappedWorkerStillFinishes) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(4).max_steal_depth(1).build();
    struct Tree {
        static int sum(int depth) {
            if (depth == 0) return 1;
            const auto [a, b] = join([=] { return sum(depth - 1); }, [=] { return sum(depth - 1); });
            return a + b;
        }
    };
    for (int round = 0; round < 20; ++round) EXPECT_EQ(pool.install([] { return Tree::sum(12); }), 4096);
}

}  // namespace
}  // namespace grainscope
