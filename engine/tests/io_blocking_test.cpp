// spawn_blocking: on which threads its calls run, how many there are, and what becomes of results and arguments.
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/io/io.h>
#include <grainscope/iter/iter.h>

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;
using grainscope::Cancelled;

int twice(int n) { return 2 * n; }

TEST(IoSpawnBlocking, GivesTheResultOfTheCall) {
    io::Runtime runtime;
    EXPECT_EQ(runtime.block_on(io::spawn_blocking(twice, 21)), 42);
    runtime.block_on(io::spawn_blocking([] {}));
    const auto length = [](std::unique_ptr<std::string> text) { return text->size(); };
    EXPECT_EQ(runtime.block_on(io::spawn_blocking(length, std::make_unique<std::string>("four"))), 4U);
}

TEST(IoSpawnBlocking, HandsTheExceptionToTheTask) {
    io::Runtime runtime;
    const auto fail = [](int) -> int { throw std::runtime_error("no"); };
    EXPECT_THROW(runtime.block_on(io::spawn_blocking(fail, 1)), std::runtime_error);
}

TEST(IoSpawnBlocking, RunsOnAThreadThatIsNoIoThread) {
    io::Runtime runtime;
    const auto differ = []() -> io::Task<bool> {
        const auto here = std::this_thread::get_id();
        const auto there = co_await io::spawn_blocking(std::this_thread::get_id);
        co_return here != there&& here == std::this_thread::get_id();
    };
    EXPECT_TRUE(runtime.block_on(differ()));
}

TEST(IoSpawnBlocking, StartsAThreadForEachCallThatWaitsUpToItsLimit) {
    io::Runtime runtime({.blocking_threads = 8});
    std::latch all(8);
    std::vector<io::Task<>> calls;
    // Each waits for the seven others: with fewer threads they would never end.
    for (int i = 0; i < 8; ++i) calls.push_back(io::spawn_blocking([](std::latch* l) { l->arrive_and_wait(); }, &all));
    runtime.block_on(io::join_all(std::move(calls)));
    EXPECT_EQ(runtime.telemetry().most_blocking_threads, 8U);
}

TEST(IoSpawnBlocking, BeyondItsLimitCallsWait) {
    io::Runtime runtime({.blocking_threads = 2});
    std::atomic<int> now = 0, most = 0, ran = 0;
    const auto work = [](std::atomic<int>* n, std::atomic<int>* m, std::atomic<int>* r) {
        const int at_once = ++*n;
        for (int seen = *m; seen < at_once && !m->compare_exchange_weak(seen, at_once);) {
        }
        std::this_thread::yield();
        --*n;
        ++*r;
    };
    std::vector<io::Task<>> calls;
    for (int i = 0; i < 500; ++i) calls.push_back(io::spawn_blocking(work, &now, &most, &ran));
    runtime.block_on(io::join_all(std::move(calls)));
    EXPECT_EQ(ran, 500);
    EXPECT_LE(most, 2);
    EXPECT_LE(runtime.telemetry().most_blocking_threads, 2U);
}

TEST(IoSpawnBlocking, ThreadsWithoutWorkEndAndOthersTakeTheirPlace) {
    io::Runtime runtime({.blocking_threads = 4, .keep_idle = 1ms});
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(runtime.block_on(io::spawn_blocking(twice, round)), 2 * round);
        while (runtime.telemetry().blocking_threads > 0) std::this_thread::yield();
    }
    EXPECT_EQ(runtime.telemetry().most_blocking_threads, 1U);
}

TEST(IoSpawnBlocking, OnAPoolItMayUseParallelIterators) {
    io::Runtime runtime;
    grainscope::ThreadPool pool = grainscope::ThreadPoolBuilder().num_threads(2).build();
    const auto sum = [](int n) {
        if (!grainscope::current_thread_index()) throw std::logic_error("not on the pool");
        return grainscope::par_range(0, n).sum();
    };
    const auto call = [&](int n) { return io::spawn_blocking(pool, sum, n); };
    EXPECT_EQ(runtime.block_on(call(1001)), 500'500);
    EXPECT_EQ(runtime.telemetry().most_blocking_threads, 0U);
    const auto fail = []() -> int { throw std::runtime_error("no"); };
    EXPECT_THROW(runtime.block_on(io::spawn_blocking(pool, fail)), std::runtime_error);
}

TEST(IoSpawnBlocking, ACancelledTaskDoesNotWaitForTheCallThatHasBegun) {
    io::Runtime runtime;
    std::latch begun(1), go_on(1);
    std::atomic<bool> ended = false;
    const auto wait = [](std::latch* b, std::latch* g, std::atomic<bool>* e) {
        b->count_down();
        g->wait();
        *e = true;
        return std::string("nobody will see it");
    };
    const auto task = [&]() { return io::spawn_blocking(wait, &begun, &go_on, &ended); };
    io::JoinHandle<std::string> handle = runtime.spawn(task());
    begun.wait();
    handle.abort();
    EXPECT_THROW(std::move(handle).get(), Cancelled);
    EXPECT_FALSE(ended);
    go_on.count_down();
    while (!ended) std::this_thread::yield();
}

TEST(IoSpawnBlocking, ACancelledCallThatHasNotBegunNeverDoesAndItsArgumentsAreDestroyed) {
    io::Runtime runtime({.blocking_threads = 1});
    std::latch begun(1), go_on(1);
    const auto wait = [](std::latch* b, std::latch* g) {
        b->count_down();
        g->wait();
    };
    io::JoinHandle<> first = runtime.spawn(io::spawn_blocking(wait, &begun, &go_on));
    begun.wait();
    const auto argument = std::make_shared<int>(1);
    std::atomic<bool> ran = false;
    const auto mark = [](std::shared_ptr<int>, std::atomic<bool>* r) { *r = true; };
    io::JoinHandle<> second = runtime.spawn(io::spawn_blocking(mark, argument, &ran));
    while (runtime.telemetry().queued_jobs == 0) std::this_thread::yield();
    second.abort();
    EXPECT_THROW(std::move(second).get(), Cancelled);
    go_on.count_down();
    std::move(first).get();
    while (argument.use_count() > 1) std::this_thread::yield();
    EXPECT_FALSE(ran);
}

TEST(IoSpawnBlocking, TheRuntimesEndWaitsForACallThatHasBegun) {
    std::atomic<bool> ended = false;
    {
        io::Runtime runtime;
        std::latch begun(1);
        const auto work = [](std::latch* b, std::atomic<bool>* e) {
            b->count_down();
            for (int i = 0; i < 1000; ++i) std::this_thread::yield();
            *e = true;
        };
        (void)runtime.spawn(io::spawn_blocking(work, &begun, &ended));
        begun.wait();
    }
    EXPECT_TRUE(ended);
}

TEST(IoSpawnBlocking, ThousandsOfCallsAndCancellationsLoseNothing) {
    io::Runtime runtime({.io_threads = 2, .blocking_threads = 3});
    std::atomic<int> done = 0;
    const auto call = [](std::atomic<int>* d) { return ++*d; };
    const auto racing = [&call](std::atomic<int>* d) -> io::Task<> {
        (void)co_await io::with_timeout(20us, io::spawn_blocking(call, d));
    };
    std::vector<io::JoinHandle<>> handles;
    for (int i = 0; i < 2000; ++i) handles.push_back(runtime.spawn(racing(&done)));
    for (auto& handle : handles) std::move(handle).get();
    EXPECT_EQ(runtime.telemetry().running, 0U);
    EXPECT_LE(done, 2000);
}

}  // namespace
