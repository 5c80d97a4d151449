// after, at, tick and never. No test measures how long something took: they compare moments that the channels give.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include <grainscope/channel/channel.h>

#include "channel_fakes.h"

namespace grainscope {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(After, DeliversOneMessageNotBeforeItsTime) {
    const Instant start = Clock::now();
    const Receiver<Instant> timeout = after(2ms);
    const Instant when = timeout.recv().value();
    EXPECT_GE(when - start, 2ms);
    EXPECT_GE(Clock::now(), when);
    EXPECT_TRUE(timeout.try_recv().error().is_empty());
    EXPECT_TRUE(timeout.recv_timeout(1ms).error().is_timeout());
}

TEST(After, IsEmptyBeforeAndFullAfterItsTime) {
    const Receiver<Instant> later = after(1h);
    EXPECT_TRUE(later.is_empty() && !later.is_full() && later.len() == 0);
    EXPECT_EQ(later.capacity(), 1);
    EXPECT_TRUE(later.try_recv().error().is_empty());
    EXPECT_TRUE(later.recv_timeout(1ms).error().is_timeout());
    EXPECT_FALSE(later.is_disconnected());
    const Receiver<Instant> now = after(0s);
    EXPECT_TRUE(!now.is_empty() && now.is_full() && now.len() == 1);
    EXPECT_TRUE(now.recv());
    EXPECT_TRUE(now.is_empty());
}

TEST(After, CopiesShareTheOneMessage) {
    const Receiver<Instant> first = after(1ms);
    const Receiver<Instant> second = first;
    EXPECT_TRUE(first.same_channel(second));
    EXPECT_FALSE(first.same_channel(after(1ms)));
    std::atomic<int> received = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, rx = first] { received += rx.recv_timeout(20ms).has_value() ? 1 : 0; });
    threads.clear();
    EXPECT_EQ(received, 1);
}

TEST(After, OneBeyondTheClockNeverComes) {
    const Receiver<Instant> timeout = after(std::chrono::hours::max());
    EXPECT_TRUE(timeout.try_recv().error().is_empty());
    EXPECT_EQ(timeout.recv_timeout(1ms).error().is_timeout(), true);
    EXPECT_EQ(timeout.telemetry().received, 0);
}

TEST(At, GivesItsOwnMoment) {
    const Instant when = Clock::now() + 1ms;
    EXPECT_EQ(at(when).recv(), when);
    const Instant past = Clock::now() - 1h;
    EXPECT_EQ(at(past).try_recv(), past);
}

TEST(Tick, ComesAgainAndAgain) {
    const Receiver<Instant> ticker = tick(1ms);
    EXPECT_EQ(ticker.capacity(), 1);
    Instant last = ticker.recv().value();
    for (int i = 0; i < 4; ++i) {
        const Instant next = ticker.recv().value();
        EXPECT_GE(next - last, 1ms);
        last = next;
    }
    EXPECT_EQ(ticker.telemetry().received, 5);
}

TEST(Tick, WhatWasMissedIsNotMadeUpFor) {
    const Receiver<Instant> ticker = tick(50ms);
    const Instant first = ticker.recv().value();
    channel_test::wait_until([&] { return ticker.is_full(); });
    const Instant taken_after = Clock::now();
    const Instant second = ticker.recv().value();
    EXPECT_GE(second - first, 50ms);
    EXPECT_TRUE(ticker.try_recv().error().is_empty() || Clock::now() - taken_after >= 50ms);
}

TEST(Tick, ADeadlineBeforeTheNextOneTimesOut) {
    const Receiver<Instant> ticker = tick(1h);
    EXPECT_TRUE(ticker.recv_timeout(1ms).error().is_timeout());
    EXPECT_TRUE(ticker.recv_deadline(Instant::min()).error().is_timeout());
    EXPECT_TRUE(ticker.is_empty());
}

TEST(Tick, APeriodOfNothingIsAlwaysReady) {
    const Receiver<Instant> ticker = tick(0s);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(ticker.try_recv());
    EXPECT_TRUE(tick(-1s).recv());
}

TEST(Tick, CopiesShareTheTicks) {
    const Receiver<Instant> ticker = tick(1ms);
    std::vector<Instant> seen[2];
    {
        std::vector<std::jthread> threads;
        for (auto& mine : seen) {
            threads.emplace_back([&mine, ticker] {
                for (int i = 0; i < 3; ++i) mine.push_back(ticker.recv().value());
            });
        }
    }
    for (const Instant a : seen[0])
        for (const Instant b : seen[1]) EXPECT_NE(a, b);
}

TEST(Never, HasNothing) {
    const Receiver<int> nothing = never<int>();
    EXPECT_TRUE(nothing.is_empty() && nothing.is_full());
    EXPECT_EQ(nothing.capacity(), 0);
    EXPECT_EQ(nothing.len(), 0);
    EXPECT_TRUE(nothing.try_recv().error().is_empty());
    EXPECT_TRUE(nothing.recv_timeout(1ms).error().is_timeout());
    EXPECT_FALSE(nothing.is_disconnected());
    EXPECT_TRUE(nothing.same_channel(never<int>()));
    EXPECT_FALSE(nothing.same_channel(bounded<int>(1).second));
}

TEST(Timers, TakePartInASelect) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(select(recv(never<int>(), [] { return 0; }), recv(after(1ms), [] { return 1; }),
                         recv(tick(1h), [] { return 2; })),
                  1);
        EXPECT_EQ(select(recv(after(1h), [] { return 1; }), recv(tick(1ms), [] { return 2; })), 2);
    }
    const Receiver<Instant> timeout = at(Clock::now());
    EXPECT_TRUE(select(recv(timeout, [](auto when) { return when.has_value(); })));
    EXPECT_TRUE(select(recv(timeout, [] { return false; }), otherwise_after(1ms, [] { return true; })));
}

}  // namespace
}  // namespace grainscope
