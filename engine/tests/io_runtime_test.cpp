// The runtime: spawned tasks, their handles, cancellation, time limits, and its own end.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/io/io.h>

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;
using grainscope::Cancelled;

io::Task<int> later(int n) {
    co_await io::yield_now();
    co_return n;
}

/// Notes that it was unwound, not merely forgotten.
struct Unwound {
    std::atomic<int>* count;
    ~Unwound() { ++*count; }
};

io::Task<> wait_for_ever(std::atomic<int>& begun, std::atomic<int>& unwound) {
    const Unwound note{&unwound};
    ++begun;
    co_await io::sleep_for(24h);
}

TEST(IoRuntime, SpawnedTasksRunByThemselves) {
    io::Runtime runtime({.io_threads = 2});
    std::vector<io::JoinHandle<int>> handles;
    for (int i = 0; i < 200; ++i) handles.push_back(runtime.spawn(later(i)));
    for (int i = 0; i < 200; ++i) EXPECT_EQ(std::move(handles[static_cast<std::size_t>(i)]).get(), i);
    EXPECT_EQ(runtime.telemetry().spawned, 200U);
}

TEST(IoRuntime, ATaskAwaitsTasksThatItSpawnedOnOtherThreads) {
    io::Runtime runtime({.io_threads = 3});
    const auto sum = []() -> io::Task<int> {
        std::vector<io::JoinHandle<int>> handles;
        for (int i = 0; i < 100; ++i) handles.push_back(io::spawn(later(i)));
        int total = 0;
        for (auto& handle : handles) total += co_await std::move(handle).join();
        co_return total;
    };
    EXPECT_EQ(runtime.block_on(sum()), 4950);
}

TEST(IoRuntime, SpawnOutsideATaskIsALogicError) {
    io::Task<int> task = later(1);
    EXPECT_THROW((void)io::spawn(std::move(task)), std::logic_error);
}

TEST(IoRuntime, BlockingOnATaskWithinATaskIsALogicErrorAndNoDeadlock) {
    io::Runtime runtime;
    const auto inner = [](io::Runtime& r) -> io::Task<int> { co_return r.block_on(later(1)); };
    EXPECT_THROW(runtime.block_on(inner(runtime)), std::logic_error);
}

TEST(IoRuntime, NoThreadsAreRefusedInOneLine) {
    EXPECT_THROW(io::Runtime({.io_threads = 0}), std::invalid_argument);
    EXPECT_THROW(io::Runtime({.blocking_threads = 0}), std::invalid_argument);
}

TEST(IoRuntime, AnAbortedTaskUnwinds) {
    io::Runtime runtime;
    std::atomic<int> begun = 0, unwound = 0;
    io::JoinHandle<> handle = runtime.spawn(wait_for_ever(begun, unwound));
    while (begun == 0) std::this_thread::yield();
    EXPECT_FALSE(handle.is_finished());
    handle.abort();
    EXPECT_THROW(std::move(handle).get(), Cancelled);
    EXPECT_EQ(unwound, 1);
}

TEST(IoRuntime, AnAbortReachesAllThatATaskWaitsFor) {
    io::Runtime runtime;
    std::atomic<int> begun = 0, unwound = 0;
    const auto many = [](std::atomic<int>& b, std::atomic<int>& u) -> io::Task<> {
        std::vector<io::Task<>> tasks;
        for (int i = 0; i < 100; ++i) tasks.push_back(wait_for_ever(b, u));
        (void)co_await io::with_timeout(1h, io::join_all(std::move(tasks)));
    };
    io::JoinHandle<> handle = runtime.spawn(many(begun, unwound));
    while (begun < 100) std::this_thread::yield();
    handle.abort();
    EXPECT_THROW(std::move(handle).get(), Cancelled);
    EXPECT_EQ(unwound, 100);
}

TEST(IoRuntime, WhatACancelledTaskWaitsForNextEndsAtOnce) {
    io::Runtime runtime;
    std::atomic<int> begun = 0;
    const auto stubborn = [](std::atomic<int>& b) -> io::Task<int> {
        int refused = 0;
        for (int i = 0; i < 3; ++i) {
            ++b;
            try {
                co_await io::sleep_for(24h);
            } catch (const Cancelled&) {
                ++refused;
            }
        }
        co_return refused;
    };
    io::JoinHandle<int> handle = runtime.spawn(stubborn(begun));
    while (begun == 0) std::this_thread::yield();
    handle.abort();
    EXPECT_EQ(std::move(handle).get(), 3);
}

TEST(IoRuntime, WhoeverWaitsForAnotherTaskMayBeCancelledWithoutThatOne) {
    io::Runtime runtime({.io_threads = 2});
    std::atomic<int> begun = 0, unwound = 0;
    std::atomic<bool> waits = false;
    io::JoinHandle<> other = runtime.spawn(wait_for_ever(begun, unwound));
    const auto wait = [](io::JoinHandle<> handle, std::atomic<bool>& flag) -> io::Task<> {
        flag = true;
        co_await std::move(handle).join();
    };
    io::JoinHandle<> waiting = runtime.spawn(wait(std::move(other), waits));
    while (begun == 0 || !waits) std::this_thread::yield();
    waiting.abort();
    EXPECT_THROW(std::move(waiting).get(), Cancelled);
    EXPECT_EQ(unwound, 0);
}

TEST(IoRuntime, ItsEndUnwindsWhatStillRuns) {
    std::atomic<int> begun = 0, unwound = 0;
    {
        io::Runtime runtime({.io_threads = 2});
        for (int i = 0; i < 50; ++i) (void)runtime.spawn(wait_for_ever(begun, unwound));
        while (begun < 50) std::this_thread::yield();
    }
    EXPECT_EQ(unwound, 50);
}

TEST(IoRuntime, TheExceptionOfATaskWithoutAHandleGoesToThePanicHandler) {
    std::atomic<int> heard = 0;
    {
        io::Runtime runtime({.panic_handler = [&](std::exception_ptr error) {
            try {
                std::rethrow_exception(error);
            } catch (const std::runtime_error&) {
                ++heard;
            }
        }});
        const auto fail = []() -> io::Task<> {
            co_await io::yield_now();
            throw std::runtime_error("nobody listens");
        };
        (void)runtime.spawn(fail());
        while (heard == 0) std::this_thread::yield();
    }
    EXPECT_EQ(heard, 1);
}

TEST(IoRuntime, AHandleMayOutliveItsRuntime) {
    std::atomic<int> begun = 0, unwound = 0, heard = 0;
    auto runtime = std::make_unique<io::Runtime>(io::RuntimeOptions{.panic_handler = [&](auto) { ++heard; }});
    io::JoinHandle<> cancelled = runtime->spawn(wait_for_ever(begun, unwound));
    io::JoinHandle<int> finished = runtime->spawn(later(5));
    const auto fail = []() -> io::Task<> {
        co_await io::yield_now();
        throw std::runtime_error("nobody asks");
    };
    std::optional<io::JoinHandle<>> failed = runtime->spawn(fail());
    while (begun == 0 || !finished.is_finished() || !failed->is_finished()) std::this_thread::yield();
    runtime.reset();
    cancelled.abort();
    EXPECT_THROW(std::move(cancelled).get(), Cancelled);
    EXPECT_EQ(std::move(finished).get(), 5);
    failed.reset();
    EXPECT_EQ(heard, 1);
}

TEST(IoTimeout, ALimitBeyondTheClocksRangeIsNone) {
    io::Runtime runtime;
    EXPECT_EQ(runtime.block_on(io::with_timeout(std::chrono::nanoseconds::max(), later(3))).value(), 3);
}

TEST(IoTimeout, ATaskThatIsInTimeGivesItsResult) {
    io::Runtime runtime;
    EXPECT_EQ(runtime.block_on(io::with_timeout(1h, later(3))).value(), 3);
}

TEST(IoTimeout, OneThatIsLateIsUnwoundAndSaysSo) {
    io::Runtime runtime;
    std::atomic<int> begun = 0, unwound = 0;
    const io::Result<void> late = runtime.block_on(io::with_timeout(2ms, wait_for_ever(begun, unwound)));
    ASSERT_FALSE(late);
    EXPECT_TRUE(late.error().is_timeout());
    EXPECT_STREQ(late.error().what(), "timed out after 2.00 ms");
    EXPECT_EQ(unwound, 1);
}

TEST(IoTimeout, AResultStaysOneResult) {
    io::Runtime runtime;
    const auto refuse = []() -> io::Task<io::Result<int>> {
        co_return std::unexpected(io::Error{io::Error::Kind::refused, "no"});
    };
    const io::Result<int> result = runtime.block_on(io::with_timeout(1h, refuse()));
    EXPECT_EQ(result.error().kind, io::Error::Kind::refused);
}

TEST(IoTimeout, TheInnerLimitEndsTheInnerTaskAlone) {
    io::Runtime runtime;
    const auto outer = []() -> io::Task<int> {
        const auto inner = co_await io::with_timeout(1ms, io::sleep_for(24h));
        co_return inner ? 0 : co_await later(9);
    };
    EXPECT_EQ(runtime.block_on(io::with_timeout(1h, outer())).value(), 9);
}

TEST(IoSleep, IsNeverShorterThanAsked) {
    io::Runtime runtime;
    for (const auto span : {0ns, 1ns, 1'000'000ns, 3'000'000ns}) {
        const auto begin = std::chrono::steady_clock::now();
        runtime.block_on(io::sleep_for(span));
        EXPECT_GE(std::chrono::steady_clock::now() - begin, span);
    }
    runtime.block_on(io::sleep_for(-5s));
    runtime.block_on(io::sleep_until(std::chrono::steady_clock::time_point::min()));
}

TEST(IoSleep, TenThousandSleepOnOneThreadAtOnce) {
    io::Runtime runtime;
    std::vector<io::Task<>> sleeps;
    for (int i = 0; i < 10'000; ++i) sleeps.push_back(io::sleep_for(10ms));
    runtime.block_on(io::join_all(std::move(sleeps)));
    EXPECT_EQ(runtime.telemetry().io_threads, 1U);
}

TEST(IoRuntime, TelemetryTellsWaitingFromWorking) {
    io::Runtime runtime({.blocking_threads = 2});
    grainscope::trace::Subject& subject = runtime.trace_subject();
    ASSERT_EQ(subject.worker_count(), 3U);
    runtime.block_on(io::sleep_for(5ms));
    const auto state = [&] { return subject.read_worker(0, grainscope::platform::ticks()).states.value().state; };
    while (state() != grainscope::trace::State::blocked_io) std::this_thread::yield();
    const auto spin = []() -> io::Task<std::thread::id> { co_return std::this_thread::get_id(); };
    EXPECT_NE(runtime.block_on(spin()), std::this_thread::get_id());
    EXPECT_GT(subject.read_worker(0, grainscope::platform::ticks()).tid, 0);
}

}  // namespace
