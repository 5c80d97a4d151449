// The unbounded channel.
#include <gtest/gtest.h>

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

TEST(UnboundedChannel, GivesBackWhatWasSentInOrder) {
    auto [tx, rx] = unbounded<std::unique_ptr<int>>();
    EXPECT_TRUE(rx.try_recv().error().is_empty());
    for (int i = 0; i < 200; ++i) tx.send(std::make_unique<int>(i)).value();
    for (int i = 0; i < 200; ++i) EXPECT_EQ(*rx.recv().value(), i);
    EXPECT_TRUE(rx.try_recv().error().is_empty());
}

TEST(UnboundedChannel, HasNoCapacityAndIsNeverFull) {
    auto [tx, rx] = unbounded<int>();
    EXPECT_EQ(tx.capacity(), std::nullopt);
    EXPECT_EQ(rx.capacity(), std::nullopt);
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(tx.try_send(i));
    EXPECT_FALSE(tx.is_full() || rx.is_full());
}

TEST(UnboundedChannel, TheLengthIsRightAcrossBlocks) {
    auto [tx, rx] = unbounded<int>();
    for (std::size_t lead = 0; lead < 100; lead += 7) {
        for (std::size_t i = 0; i < 150; ++i) {
            EXPECT_EQ(tx.len(), i);
            tx.send(0).value();
        }
        for (std::size_t i = 150; i > 0; --i) {
            EXPECT_EQ(rx.len(), i);
            EXPECT_TRUE(rx.recv());
        }
        EXPECT_TRUE(rx.is_empty());
        for (std::size_t i = 0; i < lead; ++i) tx.send(1).value();
        while (rx.try_recv()) {
        }
    }
}

TEST(UnboundedChannel, DisconnectionDrainsFirst) {
    auto [tx, rx] = unbounded<int>();
    for (int i = 0; i < 40; ++i) tx.send(i).value();
    tx.reset();
    for (int i = 0; i < 40; ++i) EXPECT_EQ(rx.recv(), i);
    EXPECT_FALSE(rx.recv());
    EXPECT_TRUE(rx.recv_timeout(1h).error().is_disconnected());
}

TEST(UnboundedChannel, SendingWithoutReceiversHandsTheMessageBack) {
    auto [tx, rx] = unbounded<std::string>();
    rx.reset();
    EXPECT_EQ(std::move(tx.send("x").error()).into_inner(), "x");
    EXPECT_TRUE(tx.try_send("y").error().is_disconnected());
    EXPECT_TRUE(tx.send_timeout("z", 1ms).error().is_disconnected());
}

TEST(UnboundedChannel, WakesWhoWaits) {
    auto [tx, rx] = unbounded<int>();
    std::jthread receiver([rx = rx] {
        EXPECT_EQ(rx.recv(), 1);
        EXPECT_FALSE(rx.recv());
    });
    wait_blocked_receivers(tx, 1);
    tx.send(1).value();
    wait_blocked_receivers(tx, 1);
    tx.reset();
}

TEST(UnboundedChannel, GivesUpAtTheDeadline) {
    auto [tx, rx] = unbounded<int>();
    EXPECT_TRUE(rx.recv_timeout(1ms).error().is_timeout());
    EXPECT_TRUE(rx.recv_deadline(Instant::min()).error().is_timeout());
    tx.send(3).value();
    EXPECT_EQ(rx.recv_deadline(Instant::min()), 3);
}

TEST(UnboundedChannel, AMessageIsDestroyedExactlyOnce) {
    std::atomic<int> alive = 0;
    for (const int received : {0, 1, 30, 31, 32, 70}) {
        auto [tx, rx] = unbounded<Counted>();
        for (int i = 0; i < 100; ++i) tx.send(Counted(alive, i)).value();
        for (int i = 0; i < received; ++i) EXPECT_EQ(rx.recv()->value(), i);
        EXPECT_EQ(alive, 100 - received);
        rx.reset();
        EXPECT_EQ(alive, 0);
        EXPECT_FALSE(tx.send(Counted(alive)));
        EXPECT_EQ(alive, 0);
    }
}

TEST(UnboundedChannel, NothingIsLostBetweenManyThreads) {
    auto [tx, rx] = unbounded<int>();
    exchange_between_many_threads(std::move(tx), std::move(rx), 25'000 / scale);
}

// The last receiver goes while senders are in the middle of sending: every message is destroyed all the same.
TEST(UnboundedChannel, SendersMayRaceWithTheLastReceiver) {
    std::atomic<int> alive = 0;
    for (int round = 0; round < 100 / scale; ++round) {
        auto [tx, rx] = unbounded<Counted>();
        std::vector<std::jthread> senders;
        for (int t = 0; t < 3; ++t) {
            senders.emplace_back([tx = tx, &alive] {
                for (int i = 0; i < 500 && tx.send(Counted(alive)); ++i) {
                }
            });
        }
        for (int i = 0; i < round % 70; ++i) (void)rx.recv();
        tx.reset();
        rx.reset();
        senders.clear();
        EXPECT_EQ(alive, 0);
    }
}

}  // namespace
}  // namespace grainscope
