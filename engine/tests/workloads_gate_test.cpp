// Pausing, stepping and slowing down. What "still waits" means is never asked of the clock: a step lets one task
// through, and the tasks that passed are counted once the others have been told to go.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/workloads/gate.h>

namespace grainscope::workloads {
namespace {

constexpr std::uint64_t one_millisecond_ns = 1'000'000;

platform::Ticks ticks_of(std::uint64_t nanoseconds) {
    return static_cast<platform::Ticks>(static_cast<double>(nanoseconds) * platform::ticks_per_ns());
}

TEST(Gate, LetsEveryTaskPassWhenNothingIsAsked) {
    Gate gate;
    const CancellationToken token;
    EXPECT_FALSE(gate.wants_time());
    EXPECT_FALSE(gate.is_paused());
    for (int i = 0; i < 1000; ++i) gate.checkpoint(0, token);
}

TEST(Gate, AStepLetsExactlyOneTaskPass) {
    Gate gate;
    const CancellationToken token;
    std::atomic<int> passed = 0;
    gate.pause();
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 3; ++worker)
        workers.emplace_back([&] {
            for (int task = 0; task < 10; ++task) {
                gate.checkpoint(0, token);
                if (token.is_cancelled()) return;
                ++passed;
                passed.notify_all();
            }
        });
    for (int step = 1; step <= 5; ++step) {
        gate.step();
        for (int now = passed; now < step; now = passed) passed.wait(now);
    }
    EXPECT_TRUE(gate.is_paused());
    token.cancel();
    gate.wake();
    workers.clear();
    EXPECT_EQ(passed, 5) << "five steps, five tasks";
}

TEST(Gate, ResumeLetsAllGoOn) {
    Gate gate;
    const CancellationToken token;
    gate.pause();
    std::atomic<int> passed = 0;
    {
        std::vector<std::jthread> workers;
        for (int worker = 0; worker < 4; ++worker)
            workers.emplace_back([&] {
                for (int task = 0; task < 100; ++task) gate.checkpoint(0, token);
                ++passed;
            });
        gate.resume();
    }
    EXPECT_EQ(passed, 4);
    EXPECT_FALSE(gate.is_paused());
}

TEST(Gate, ACancelledTaskDoesNotWait) {
    Gate gate;
    const CancellationToken token;
    gate.pause();
    token.cancel();
    gate.checkpoint(0, token);  // would wait for ever
    EXPECT_TRUE(gate.is_paused());
}

TEST(Gate, SlowingDownTakesTheTasksTimeTheFactorTimesOver) {
    Gate gate;
    const CancellationToken token;
    gate.set_slow(4);
    EXPECT_TRUE(gate.wants_time());
    const std::uint64_t before = platform::monotonic_ns();
    gate.checkpoint(ticks_of(5 * one_millisecond_ns), token);
    EXPECT_GE(platform::monotonic_ns() - before, 14 * one_millisecond_ns) << "three times 5 ms more";
}

TEST(Gate, ManyShortTasksAddUpToOneDelay) {
    Gate gate;
    const CancellationToken token;
    gate.set_slow(101);
    const std::uint64_t before = platform::monotonic_ns();
    for (int task = 0; task < 100; ++task) gate.checkpoint(ticks_of(1000), token);
    EXPECT_GE(platform::monotonic_ns() - before, 9 * one_millisecond_ns) << "a hundred times 100 us more";
}

TEST(Gate, ADelayEndsWhenTheFactorChangesOrTheRunIsCancelled) {
    const CancellationToken token;
    for (const bool cancel : {false, true}) {
        Gate gate;
        gate.set_slow(1e6);
        std::jthread worker([&] { gate.checkpoint(ticks_of(one_millisecond_ns), token); });  // owes 60 s or more
        if (cancel) {
            token.cancel();
            gate.wake();
        } else {
            gate.set_slow(1);
        }
        worker.join();  // the test would run into its limit of time if the delay had not ended
    }
}

TEST(Gate, FullSpeedAgainAsksForNoTime) {
    Gate gate;
    gate.set_slow(10);
    gate.set_slow(1);
    EXPECT_FALSE(gate.wants_time());
    EXPECT_DOUBLE_EQ(gate.slow_factor(), 1);
    gate.set_slow(0.1);
    EXPECT_DOUBLE_EQ(gate.slow_factor(), 1);
}

}  // namespace
}  // namespace grainscope::workloads
