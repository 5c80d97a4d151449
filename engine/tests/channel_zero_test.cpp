// The rendezvous: a channel of capacity 0.
#include <gtest/gtest.h>

#include <memory>
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

TEST(Rendezvous, IsAlwaysEmptyAndAlwaysFull) {
    auto [tx, rx] = bounded<int>(0);
    EXPECT_TRUE(tx.is_empty() && tx.is_full() && rx.is_empty() && rx.is_full());
    EXPECT_EQ(tx.len(), 0);
    EXPECT_EQ(tx.capacity(), 0);
    EXPECT_EQ(rx.capacity(), 0);
}

TEST(Rendezvous, TryingNeedsSomebodyWhoWaits) {
    auto [tx, rx] = bounded<int>(0);
    EXPECT_TRUE(tx.try_send(1).error().is_full());
    EXPECT_TRUE(rx.try_recv().error().is_empty());
    {
        std::jthread receiver([rx = rx] { EXPECT_EQ(rx.recv(), 2); });
        wait_blocked_receivers(tx, 1);
        EXPECT_TRUE(tx.try_send(2));
    }
    {
        std::jthread sender([tx = tx] { tx.send(3).value(); });
        wait_blocked_senders(tx, 1);
        EXPECT_EQ(rx.try_recv(), 3);
    }
}

TEST(Rendezvous, SendReturnsOnlyWhenTheMessageWasTaken) {
    auto [tx, rx] = bounded<int>(0);
    std::atomic<bool> sent = false;
    std::jthread sender([&, tx = tx] {
        tx.send(1).value();
        sent = true;
    });
    wait_blocked_senders(tx, 1);
    EXPECT_FALSE(sent);
    EXPECT_EQ(rx.recv(), 1);
}

TEST(Rendezvous, HandsMoveOnlyMessagesOver) {
    auto [tx, rx] = bounded<std::unique_ptr<int>>(0);
    std::jthread sender([tx = tx] {
        for (int i = 0; i < 1000; ++i) tx.send(std::make_unique<int>(i)).value();
    });
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(*rx.recv().value(), i);
}

TEST(Rendezvous, ABlockedSenderGetsItsMessageBack) {
    auto [tx, rx] = bounded<std::unique_ptr<int>>(0);
    auto timed_out = tx.send_timeout(std::make_unique<int>(4), 1ms);
    EXPECT_TRUE(timed_out.error().is_timeout());
    EXPECT_EQ(*std::move(timed_out.error()).into_inner(), 4);
    EXPECT_TRUE(tx.send_deadline(std::make_unique<int>(4), Instant::min()).error().is_timeout());
    std::jthread sender([tx = tx] {
        auto failed = tx.send(std::make_unique<int>(5));
        EXPECT_EQ(*std::move(failed.error()).into_inner(), 5);
    });
    wait_blocked_senders(tx, 1);
    rx.reset();
}

TEST(Rendezvous, ABlockedReceiverLearnsThatTheSendersAreGone) {
    auto [tx, rx] = bounded<int>(0);
    EXPECT_TRUE(rx.recv_timeout(1ms).error().is_timeout());
    std::jthread receiver([rx = rx] { EXPECT_FALSE(rx.recv()); });
    wait_blocked_receivers(tx, 1);
    tx.reset();
}

TEST(Rendezvous, DisconnectedItFailsAtOnce) {
    auto [tx, rx] = bounded<int>(0);
    rx.reset();
    EXPECT_TRUE(tx.is_disconnected());
    EXPECT_TRUE(tx.try_send(1).error().is_disconnected());
    EXPECT_FALSE(tx.send(1));
    EXPECT_TRUE(tx.send_timeout(1, 1h).error().is_disconnected());
    auto [tx2, rx2] = bounded<int>(0);
    tx2.reset();
    EXPECT_TRUE(rx2.try_recv().error().is_disconnected());
    EXPECT_FALSE(rx2.recv());
    EXPECT_TRUE(rx2.recv_timeout(1h).error().is_disconnected());
}

TEST(Rendezvous, AMessageIsDestroyedExactlyOnce) {
    std::atomic<int> alive = 0;
    auto [tx, rx] = bounded<Counted>(0);
    {
        std::jthread sender([tx = tx, &alive] {
            for (int i = 0; i < 1000; ++i) tx.send(Counted(alive, i)).value();
        });
        for (int i = 0; i < 1000; ++i) EXPECT_EQ(rx.recv()->value(), i);
    }
    EXPECT_EQ(alive, 0);
    EXPECT_TRUE(tx.send_timeout(Counted(alive), 1ms).error().is_timeout());
    EXPECT_EQ(alive, 0);
}

TEST(Rendezvous, NothingIsLostBetweenManyThreads) {
    auto [tx, rx] = bounded<int>(0);
    exchange_between_many_threads(std::move(tx), std::move(rx), 3000 / scale);
}

TEST(Rendezvous, TimeoutsAndMeetingsRaceWithoutLoss) {
    constexpr int messages = 2000 / scale;
    auto [tx, rx] = bounded<int>(0);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < messages; ++i)
            while (!tx.send_timeout(i, std::chrono::microseconds(i % 30))) {
            }
    });
    for (int i = 0; i < messages; ++i) {
        for (;;) {
            if (const auto message = rx.recv_timeout(std::chrono::microseconds(i % 20))) {
                EXPECT_EQ(message, i);
                break;
            }
        }
    }
    EXPECT_FALSE(rx.recv());
}

}  // namespace
}  // namespace grainscope
