// Spawned tasks where many meet: nobody starves, nothing is lost, and races of ends, waits, aborts and runtimes' ends.
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/io/http_server.h>
#include <grainscope/io/io.h>
#include <grainscope/io/run_queue.h>

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;
using grainscope::Cancelled;
using grainscope::trace::State;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int million = 50'000, rounds = 200;
#else
constexpr int million = 1'000'000, rounds = 2'000;
#endif

io::Task<int> number(int n) { co_return n; }
io::Task<int> later(int n) {
    co_await io::yield_now();
    co_return n;
}
io::Task<> raise(std::atomic<bool>& flag) {
    flag = true;
    co_return;
}
io::Task<> yield_until(std::atomic<bool>& flag) {
    while (!flag) co_await io::yield_now();
}
/// Always has one task that is about to run.
io::Task<> relay_until(std::atomic<bool>& flag) {
    if (!flag) (void)io::spawn(relay_until(flag));
    co_return;
}

TEST(IoFairness, ATaskThatYieldsForEverStarvesNoTimer) {
    io::Runtime runtime;
    std::atomic<bool> over = false;
    const auto sleep = [](std::atomic<bool>& flag) -> io::Task<> {
        co_await io::sleep_for(1ms);
        flag = true;
    };
    runtime.block_on(io::join(yield_until(over), sleep(over)));
}

TEST(IoFairness, ATaskThatYieldsForEverStarvesNoTimeLimit) {
    io::Runtime runtime;
    std::atomic<bool> never = false;
    const io::Result<void> late = runtime.block_on(io::with_timeout(1ms, yield_until(never)));
    ASSERT_FALSE(late);
    EXPECT_TRUE(late.error().is_timeout());
}

TEST(IoFairness, TasksThatFollowOneAnotherForEverStarveNeitherATimerNorATaskFromOutside) {
    io::Runtime runtime;
    std::atomic<bool> slept = false, came = false;
    (void)runtime.spawn(relay_until(came));
    runtime.block_on(io::sleep_for(1ms));
    runtime.block_on(raise(came));
    (void)runtime.spawn(relay_until(slept));
    const auto sleep = [](std::atomic<bool>& flag) -> io::Task<> {
        co_await io::sleep_for(1ms);
        flag = true;
    };
    runtime.block_on(sleep(slept));
}

TEST(IoFairness, ATaskThatYieldsForEverStarvesNoSocket) {
    io::Runtime runtime;
    io::Listener listener = *io::Listener::bind();
    const auto hello = [](io::ServerRequest) -> io::Task<io::Response> {
        co_return io::Response{.status = 200, .headers = {}, .body = "hello"};
    };
    const io::JoinHandle<> server = runtime.spawn(io::serve(listener, hello));
    std::atomic<bool> answered = false;
    const auto ask = [](std::string url, std::atomic<bool>& flag) -> io::Task<std::string> {
        const io::Result<io::Response> answer = co_await io::get(std::move(url));
        flag = true;
        co_return answer ? answer->body : answer.error().what();
    };
    const auto [nothing, body] = runtime.block_on(io::join(yield_until(answered), ask(listener.url(), answered)));
    EXPECT_EQ(body, "hello");
    server.abort();
}

TEST(IoFairness, ATaskThatYieldsForEverStarvesNoTaskFromOutside) {
    io::Runtime runtime;
    std::atomic<bool> came = false;
    io::JoinHandle<> yielding = runtime.spawn(yield_until(came));
    runtime.block_on(raise(came));
    std::move(yielding).get();
}

TEST(IoFairness, TimesThatAreOverOneAfterTheOtherStarveNobody) {
    io::Runtime runtime;
    std::atomic<bool> came = false;
    const auto sleep_until = [](std::atomic<bool>& flag) -> io::Task<> {
        while (!flag) co_await io::sleep_for(0ns);
    };
    io::JoinHandle<> sleeping = runtime.spawn(sleep_until(came));
    runtime.block_on(later(0));
    runtime.block_on(raise(came));
    std::move(sleeping).get();
}

TEST(IoFairness, YieldingLetsAllGoFirstThatCouldGo) {
    io::Runtime runtime;
    const auto count = [](int& n) -> io::Task<> {
        ++n;
        co_return;
    };
    const auto body = [&count]() -> io::Task<int> {
        int counted = 0;
        std::vector<io::JoinHandle<>> handles;
        for (int i = 0; i < 100; ++i) handles.push_back(io::spawn(count(counted)));
        co_await io::yield_now();
        const int before = counted;
        for (auto& handle : handles) co_await std::move(handle).join();
        co_return before;
    };
    EXPECT_EQ(runtime.block_on(body()), 100);
}

TEST(IoFairness, WhatOneThreadSpawnsOnOneLoopBeginsInThatOrder) {
    io::Runtime runtime;
    std::vector<int> order;
    const auto note = [](std::vector<int>& to, int n) -> io::Task<> {
        to.push_back(n);
        co_return;
    };
    for (int i = 0; i < 1000; ++i) (void)runtime.spawn(note(order, i));
    runtime.block_on(number(0));
    std::vector<int> expected(1000);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(order, expected);
}

TEST(IoFairness, ACancelledYieldEndsTheTask) {
    io::Runtime runtime;
    std::atomic<bool> never = false;
    io::JoinHandle<> yielding = runtime.spawn(yield_until(never));
    yielding.abort();
    EXPECT_THROW(std::move(yielding).get(), Cancelled);
}

TEST(IoFairness, AThreadWhoseTaskYieldsIsBusyAndWaitsAfterwards) {
    io::Runtime runtime;
    const auto state = [&] {
        return runtime.trace_subject().read_worker(0, grainscope::platform::ticks()).states.value().state;
    };
    std::atomic<bool> begun = false, seen = false;
    const auto yield = [](std::atomic<bool>& b, std::atomic<bool>& flag) -> io::Task<> {
        b = true;
        co_await yield_until(flag);
    };
    io::JoinHandle<> yielding = runtime.spawn(yield(begun, seen));
    while (!begun) std::this_thread::yield();
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(state(), State::busy);
    seen = true;
    std::move(yielding).get();
    while (state() != State::blocked_io) std::this_thread::yield();
}

TEST(IoSpawn, AMillionTasksSpawnedAndJoinedOneAfterTheOther) {
    for (const std::size_t threads : {1, 2}) {
        io::Runtime runtime({.io_threads = threads});
        const auto body = [](int count) -> io::Task<long> {
            long sum = 0;
            for (int i = 0; i < count; ++i) sum += co_await io::spawn(number(i)).join();
            co_return sum;
        };
        const int count = threads == 1 ? million : million / 250;  // each of these wakes a thread
        EXPECT_EQ(runtime.block_on(body(count)), long{count} * (count - 1) / 2);
        EXPECT_EQ(runtime.telemetry().spawned, static_cast<std::uint64_t>(count) + 1);
        EXPECT_EQ(runtime.telemetry().running, 0U);
    }
}

TEST(IoSpawn, AMillionTasksAtOnce) {
    io::Runtime runtime({.io_threads = 2});
    const auto body = []() -> io::Task<long> {
        std::vector<io::JoinHandle<int>> handles;
        for (int i = 0; i < million / 4; ++i) handles.push_back(io::spawn(i % 2 == 0 ? number(i) : later(i)));
        long sum = 0;
        for (auto& handle : handles) sum += co_await std::move(handle).join();
        co_return sum;
    };
    EXPECT_EQ(runtime.block_on(body()), long{million / 4} * (million / 4 - 1) / 2);
}

TEST(IoSpawn, ManyForeignThreadsSpawnAtOnce) {
    std::atomic<int> detached = 0;
    {
        io::Runtime runtime({.io_threads = 2});
        const auto count = [](std::atomic<int>& n) -> io::Task<> {
            ++n;
            co_return;
        };
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&] {
                std::vector<io::JoinHandle<int>> handles;
                for (int i = 0; i < rounds; ++i) {
                    handles.push_back(runtime.spawn(i % 2 == 0 ? number(i) : later(i)));
                    (void)runtime.spawn(count(detached));
                }
                for (int i = 0; i < rounds; ++i) EXPECT_EQ(std::move(handles[static_cast<std::size_t>(i)]).get(), i);
            });
        }
        threads.clear();
        while (runtime.telemetry().running > 0) std::this_thread::yield();
        EXPECT_EQ(runtime.telemetry().spawned, 16U * rounds);
    }
    EXPECT_EQ(detached, 8 * rounds);
}

TEST(IoSpawn, ATaskAwaitsOneOfARuntimeThatWakesItAndOutlivesItsOwn) {
    io::Runtime theirs;
    const auto wait = [](io::JoinHandle<int> handle) -> io::Task<int> { co_return co_await std::move(handle).join(); };
    for (int i = 0; i < rounds / 10; ++i) {
        io::Runtime ours;
        EXPECT_EQ(ours.block_on(wait(theirs.spawn(later(i)))), i);
    }
}

TEST(IoSpawn, AWaitThatIsCancelledWhileItsTaskEndsEndsOnce) {
    io::Runtime runtime({.io_threads = 2});
    const auto wait = [](io::JoinHandle<int> handle) -> io::Task<int> { co_return co_await std::move(handle).join(); };
    const auto end = [](int n) -> io::Task<int> {
        for (int i = 0; i < n % 50; ++i) co_await io::yield_now();
        co_return n;
    };
    for (int i = 0; i < rounds; ++i) {
        io::JoinHandle<int> waiting = runtime.spawn(wait(runtime.spawn(end(i))));
        waiting.abort();
        try {
            EXPECT_EQ(std::move(waiting).get(), i);
        } catch (const Cancelled&) {
        }
    }
}

TEST(IoSpawn, AbortsMeetTheEndsOfTasksAndOfTheirRuntime) {
    for (int i = 0; i < rounds / 10; ++i) {
        auto runtime = std::make_unique<io::Runtime>(io::RuntimeOptions{.io_threads = 2});
        std::vector<io::JoinHandle<int>> handles;
        for (int n = 0; n < 10; ++n) handles.push_back(runtime->spawn(later(n)));
        std::jthread aborting([&] {
            for (const auto& handle : handles) handle.abort();
        });
        runtime.reset();
        aborting.join();
        for (int n = 0; n < 10; ++n) {
            try {
                EXPECT_EQ(std::move(handles[static_cast<std::size_t>(n)]).get(), n);
            } catch (const Cancelled&) {
            }
        }
    }
}

TEST(IoSpawn, SeveralThreadsMayWaitForAHandleAndSomeGiveUp) {
    io::Runtime runtime;
    std::atomic<bool> over = false;
    io::JoinHandle<> handle = runtime.spawn(yield_until(over));
    EXPECT_FALSE(handle.wait_for(0ns));
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&handle] {
                EXPECT_FALSE(handle.wait_for(100us));
                EXPECT_FALSE(handle.is_finished());
            });
        }
    }
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([&handle] { EXPECT_TRUE(handle.wait_for(24h)); });
    over = true;
    threads.clear();
    EXPECT_TRUE(handle.is_finished());
    std::move(handle).get();
}

TEST(IoSpawn, ATaskGivenToAThreadThatHasEndedIsCancelledAndDoesNotRun) {
    std::atomic<bool> waits = false, ran = false;
    std::vector<io::JoinHandle<>> handles;
    auto runtime = std::make_unique<io::Runtime>(io::RuntimeOptions{.io_threads = 2});
    grainscope::trace::Subject& subject = runtime->trace_subject();
    for (int i = 0; i < 2; ++i) runtime->block_on(later(i));  // both threads have begun
    const auto spawn_late = [](grainscope::trace::Subject& rows, std::vector<io::JoinHandle<>>& to,
                               std::atomic<bool>& begun, std::atomic<bool>& flag) -> io::Task<> {
        begun = true;
        const auto state = [&] { return rows.read_worker(1, grainscope::platform::ticks()).states.value().state; };
        while (state() != State::parked) std::this_thread::yield();
        to.push_back(io::spawn(raise(flag)));  // on the second
        co_return;
    };
    (void)runtime->spawn(spawn_late(subject, handles, waits, ran));  // on the first, which it keeps
    while (!waits) std::this_thread::yield();
    runtime.reset();
    ASSERT_EQ(handles.size(), 1U);
    EXPECT_THROW(std::move(handles[0]).get(), Cancelled);
    EXPECT_FALSE(ran);
}

/// Notes when it runs.
class Item final : public grainscope::detail::async::Posted {
  public:
    Item(std::vector<int>& order, int n) : order_(order), n_(n) {}
    void run() noexcept override { order_.push_back(n_); }

  private:
    std::vector<int>& order_;
    const int n_;
};

TEST(IoInbox, GivesWhatCameInItsOrderAndHasOneWakeTheSleeper) {
    std::vector<int> order;
    Item a(order, 1), b(order, 2), c(order, 3);
    grainscope::detail::async::Inbox inbox;
    grainscope::detail::async::PostedQueue queue;
    EXPECT_FALSE(inbox.take(queue));
    EXPECT_FALSE(inbox.push(a));
    EXPECT_FALSE(inbox.fall_asleep());
    EXPECT_FALSE(inbox.take(queue));
    EXPECT_TRUE(inbox.fall_asleep());
    EXPECT_TRUE(inbox.push(b));
    EXPECT_FALSE(inbox.push(c));
    EXPECT_TRUE(inbox.take(queue));
    EXPECT_TRUE(inbox.fall_asleep());
    EXPECT_FALSE(inbox.take(queue));  // woken by something else
    while (!queue.empty()) queue.pop().run();
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

}  // namespace
