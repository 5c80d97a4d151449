// The bounded channel.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/channel/channel.h>

#include "channel_fakes.h"

namespace grainscope {
namespace {

using namespace std::chrono_literals;
using channel_test::Counted;
using channel_test::exchange_between_many_threads;
using channel_test::scale;
using channel_test::wait_blocked_receivers;
using channel_test::wait_blocked_senders;

TEST(BoundedChannel, GivesBackWhatWasSent) {
    auto [tx, rx] = bounded<int>(1);
    tx.send(7).value();
    EXPECT_EQ(rx.recv(), 7);
    tx.send(8).value();
    EXPECT_EQ(rx.try_recv(), 8);
    EXPECT_TRUE(rx.try_recv().error().is_empty());
}

TEST(BoundedChannel, KnowsItsCapacity) {
    for (std::size_t i = 1; i < 10; ++i) {
        auto [tx, rx] = bounded<std::string>(i);
        EXPECT_EQ(tx.capacity(), i);
        EXPECT_EQ(rx.capacity(), i);
    }
}

TEST(BoundedChannel, KnowsHowFullItIs) {
    auto [tx, rx] = bounded<int>(2);
    EXPECT_TRUE(tx.is_empty() && rx.is_empty() && !tx.is_full() && tx.len() == 0);
    tx.send(1).value();
    EXPECT_TRUE(!tx.is_empty() && !rx.is_empty() && !tx.is_full() && rx.len() == 1);
    tx.send(2).value();
    EXPECT_TRUE(tx.is_full() && rx.is_full() && tx.size() == 2 && !tx.empty());
    EXPECT_EQ(rx.recv(), 1);
    EXPECT_TRUE(!tx.is_full() && tx.len() == 1);
}

TEST(BoundedChannel, TheLengthIsRightInEveryLap) {
    for (const std::size_t capacity : {1, 2, 3, 5, 7, 8}) {
        auto [tx, rx] = bounded<int>(capacity);
        for (int lap = 0; lap < 20; ++lap) {
            for (std::size_t i = 0; i < capacity; ++i) {
                EXPECT_EQ(tx.len(), i);
                tx.send(static_cast<int>(i)).value();
            }
            EXPECT_TRUE(tx.try_send(0).error().is_full());
            for (std::size_t i = 0; i < capacity; ++i) EXPECT_EQ(rx.recv(), static_cast<int>(i));
            EXPECT_TRUE(rx.is_empty());
            tx.send(1).value();  // so that laps begin at another slot
            EXPECT_EQ(rx.recv(), 1);
        }
    }
}

TEST(BoundedChannel, AFullOneHandsTheMessageBack) {
    auto [tx, rx] = bounded<std::unique_ptr<int>>(1);
    EXPECT_TRUE(tx.try_send(std::make_unique<int>(1)));
    auto failed = tx.try_send(std::make_unique<int>(2));
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().is_full());
    EXPECT_FALSE(failed.error().is_disconnected());
    EXPECT_EQ(*std::move(failed.error()).into_inner(), 2);
    EXPECT_EQ(*rx.recv().value(), 1);
}

TEST(BoundedChannel, SendingWithoutReceiversHandsTheMessageBack) {
    auto [tx, rx] = bounded<std::string>(4);
    rx.reset();
    EXPECT_EQ(std::move(tx.send("a").error()).into_inner(), "a");
    EXPECT_TRUE(tx.try_send("b").error().is_disconnected());
    const auto timed = tx.send_timeout("c", 1h);
    EXPECT_TRUE(timed.error().is_disconnected());
    EXPECT_FALSE(timed.error().is_timeout());
    EXPECT_TRUE(tx.is_disconnected());
}

TEST(BoundedChannel, WhatWasSentBeforeTheLastSenderWentIsReceived) {
    auto [tx, rx] = bounded<int>(4);
    for (int i = 0; i < 3; ++i) tx.send(i).value();
    tx.reset();
    EXPECT_TRUE(rx.is_disconnected());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(rx.recv(), i);
    EXPECT_EQ(rx.recv().error(), RecvError());
    EXPECT_TRUE(rx.try_recv().error().is_disconnected());
    EXPECT_TRUE(rx.recv_timeout(1h).error().is_disconnected());
}

TEST(BoundedChannel, SendWaitsForRoom) {
    auto [tx, rx] = bounded<int>(1);
    std::jthread sender([tx = tx] {
        for (int i = 0; i < 3; ++i) tx.send(i).value();
    });
    wait_blocked_senders(rx, 1);
    EXPECT_EQ(rx.len(), 1);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(rx.recv(), i);
}

TEST(BoundedChannel, ReceiveWaitsForAMessage) {
    auto [tx, rx] = bounded<int>(1);
    std::jthread receiver([rx = rx] { EXPECT_EQ(rx.recv(), 5); });
    wait_blocked_receivers(tx, 1);
    tx.send(5).value();
}

TEST(BoundedChannel, ABlockedSenderLearnsThatTheReceiversAreGone) {
    auto [tx, rx] = bounded<int>(1);
    tx.send(1).value();
    std::jthread sender([tx = tx] { EXPECT_EQ(std::move(tx.send(2).error()).into_inner(), 2); });
    wait_blocked_senders(tx, 1);
    rx.reset();
}

TEST(BoundedChannel, ABlockedReceiverLearnsThatTheSendersAreGone) {
    auto [tx, rx] = bounded<int>(1);
    std::jthread receiver([rx = rx] { EXPECT_FALSE(rx.recv()); });
    wait_blocked_receivers(rx, 1);
    tx.reset();
}

TEST(BoundedChannel, GivesUpAtTheDeadline) {
    auto [tx, rx] = bounded<int>(1);
    EXPECT_TRUE(rx.recv_timeout(1ms).error().is_timeout());
    EXPECT_TRUE(rx.recv_timeout(-1h).error().is_timeout());
    EXPECT_TRUE(rx.recv_deadline(Instant::min()).error().is_timeout());
    tx.send(1).value();
    auto failed = tx.send_timeout(2, 1ms);
    EXPECT_TRUE(failed.error().is_timeout());
    EXPECT_FALSE(failed.error().is_disconnected());
    EXPECT_EQ(std::move(failed.error()).into_inner(), 2);
    EXPECT_TRUE(tx.send_deadline(3, Instant::min()).error().is_timeout());
}

TEST(BoundedChannel, ADeadlineInThePastAllowsOneTry) {
    auto [tx, rx] = bounded<int>(1);
    EXPECT_TRUE(tx.send_deadline(4, Instant::min()));
    EXPECT_EQ(rx.recv_deadline(Instant::min()), 4);
    EXPECT_TRUE(tx.send_deadline(5, std::chrono::steady_clock::now() - 1h));
    EXPECT_EQ(rx.recv_timeout(-1s), 5);
}

TEST(BoundedChannel, ATimeoutBeyondTheClockIsNone) {
    auto [tx, rx] = bounded<int>(1);
    std::jthread receiver([rx = rx] { EXPECT_EQ(rx.recv_timeout(std::chrono::hours::max()), 9); });
    wait_blocked_receivers(tx, 1);
    EXPECT_TRUE(tx.send_timeout(9, std::chrono::duration<double>(1e300)));
}

TEST(BoundedChannel, AMessageIsDestroyedExactlyOnce) {
    std::atomic<int> alive = 0;
    {
        auto [tx, rx] = bounded<Counted>(50);
        for (int i = 0; i < 50; ++i) tx.send(Counted(alive, i)).value();
        for (int i = 0; i < 20; ++i) EXPECT_EQ(rx.recv()->value(), i);
        EXPECT_EQ(alive, 30);
        tx.reset();
        rx.reset();
        EXPECT_EQ(alive, 0) << "what nobody received goes with the last receiver";
    }
    EXPECT_EQ(alive, 0);
}

TEST(BoundedChannel, TheLastReceiverTakesWhatIsThereAlongWhileSendersLive) {
    std::atomic<int> alive = 0;
    auto [tx, rx] = bounded<Counted>(5);
    for (int i = 0; i < 5; ++i) tx.send(Counted(alive)).value();
    rx.reset();
    EXPECT_EQ(alive, 0);
    EXPECT_TRUE(tx.is_empty());
    EXPECT_FALSE(tx.send(Counted(alive)));
    EXPECT_EQ(alive, 0);
}

TEST(BoundedChannel, CopiesAreHandlesOfTheSameChannel) {
    auto [tx, rx] = bounded<int>(4);
    Sender<int> tx2 = tx;
    Receiver<int> rx2 = rx;
    EXPECT_TRUE(tx.same_channel(tx2) && rx.same_channel(rx2));
    auto [tx3, rx3] = bounded<int>(4);
    EXPECT_FALSE(tx.same_channel(tx3) || rx.same_channel(rx3));
    tx.reset();
    tx2.send(1).value();
    rx.reset();
    EXPECT_EQ(rx2.recv(), 1);
    tx2 = tx3;
    EXPECT_FALSE(rx2.recv()) << "assignment lets go of the old channel";
    EXPECT_TRUE(tx2.same_channel(tx3));
}

TEST(BoundedChannel, NothingIsLostBetweenManyThreads) {
    for (const std::size_t capacity : {1, 3, 100}) {
        auto [tx, rx] = bounded<int>(capacity);
        exchange_between_many_threads(std::move(tx), std::move(rx), 25'000 / scale);
    }
}

TEST(BoundedChannel, ACapacityThatNoMemoryHoldsIsAnError) {
    try {
        (void)bounded<int>(std::numeric_limits<std::size_t>::max());
        FAIL() << "a ring of 2^64 messages was made";
    } catch (const std::length_error& error) {
        EXPECT_NE(std::string(error.what()).find("18446744073709551615"), std::string::npos);
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
    EXPECT_THROW((void)bounded<char>(std::numeric_limits<std::size_t>::max() / 2), std::length_error);
}

TEST(BoundedChannel, AnEmptyHandleSaysSo) {
    auto [tx, rx] = bounded<int>(1);
    Sender<int> moved_tx = std::move(tx);
    Receiver<int> moved_rx = std::move(rx);
    EXPECT_THROW((void)tx.send(1), std::logic_error);  // NOLINT: used after move, which is the point
    EXPECT_THROW((void)tx.len(), std::logic_error);    // NOLINT
    EXPECT_THROW((void)rx.recv(), std::logic_error);   // NOLINT
    EXPECT_THROW((void)rx.begin(), std::logic_error);  // NOLINT
    EXPECT_THROW((void)rx.iter(), std::logic_error);   // NOLINT
    moved_tx.reset();
    moved_tx.reset();
    EXPECT_THROW((void)moved_tx.try_send(1), std::logic_error);
    moved_rx.reset();
    EXPECT_THROW((void)moved_rx.try_recv(), std::logic_error);
    EXPECT_THROW((void)moved_rx.telemetry(), std::logic_error);
    const Sender<int> copy = moved_tx;
    EXPECT_THROW((void)copy.capacity(), std::logic_error);
}

}  // namespace
}  // namespace grainscope
