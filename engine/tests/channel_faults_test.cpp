// Bad input and faults: consumers that throw, messages that throw, channels sent through themselves.
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
using channel_test::Fragile;
using channel_test::wait_blocked_senders;

class Fragility {
  public:
    explicit Fragility(int moves) {
        Fragile::moves_left = moves;
        Fragile::armed = true;
    }
    ~Fragility() { Fragile::armed = false; }
};

std::pair<Sender<Fragile>, Receiver<Fragile>> fragile_channel(int flavour) {
    return flavour == 0 ? unbounded<Fragile>() : bounded<Fragile>(2);
}

TEST(Faults, AMoveThatThrowsWhileSendingSendsNothing) {
    for (const int flavour : {0, 1}) {
        auto [tx, rx] = fragile_channel(flavour);
        for (int i = 0; i < 40; ++i) {
            Fragile message(i);
            {
                const Fragility armed(1);  // into send's parameter, but no farther
                EXPECT_THROW((void)tx.send(std::move(message)), std::runtime_error);
            }
            EXPECT_TRUE(rx.is_empty());
            tx.send(Fragile(i)).value();
            EXPECT_EQ(rx.recv()->value(), i);
        }
    }
}

TEST(Faults, AMoveThatThrowsWhileReceivingLosesThatMessageAlone) {
    for (const int flavour : {0, 1}) {
        auto [tx, rx] = fragile_channel(flavour);
        for (int i = 0; i < 40; ++i) {
            tx.send(Fragile(1)).value();
            tx.send(Fragile(2)).value();
            {
                const Fragility armed(0);
                EXPECT_THROW((void)rx.recv(), std::runtime_error);
            }
            EXPECT_EQ(rx.recv()->value(), 2);
        }
    }
}

TEST(Faults, AMoveThatThrowsInARendezvousLeavesBothSidesUsable) {
    auto [tx, rx] = bounded<Fragile>(0);
    std::jthread sender([tx = tx] {
        for (int i = 0; i < 10; ++i) tx.send(Fragile(i)).value();
    });
    for (int i = 0; i < 10; ++i) {
        if (i % 2 == 0) {
            EXPECT_EQ(rx.recv()->value(), i);
        } else {
            const Fragility armed(0);
            EXPECT_THROW((void)rx.recv(), std::runtime_error);
        }
    }
}

TEST(Faults, AConsumerThatThrowsReleasesItsSenders) {
    auto [tx, rx] = bounded<int>(1);
    std::jthread sender([tx = std::move(tx)] {
        int sent = 0;
        while (tx.send(sent)) ++sent;
        EXPECT_GE(sent, 3);
    });
    EXPECT_THROW(
        {
            const Receiver<int> mine = std::move(rx);
            for (const int& message : mine)
                if (message == 2) throw std::runtime_error("consumer");
        },
        std::runtime_error);
}

TEST(Faults, AllBlockedSendersLearnThatTheReceiverIsGone) {
    for (const std::size_t capacity : {0, 1}) {
        auto [tx, rx] = bounded<int>(capacity);
        if (capacity == 1) tx.send(0).value();
        std::atomic<int> failed = 0;
        std::vector<std::jthread> senders;
        for (int i = 0; i < 5; ++i) senders.emplace_back([&, i, tx = tx] { failed += tx.send(i) ? 0 : 1; });
        wait_blocked_senders(rx, 5);
        rx.reset();
        senders.clear();
        EXPECT_EQ(failed, 5);
    }
}

struct Parcel {
    std::unique_ptr<Sender<Parcel>> sender;
    std::unique_ptr<Receiver<Parcel>> receiver;
};

TEST(Faults, AChannelsSenderMayBeSentThroughItself) {
    for (const bool list : {false, true}) {
        auto [tx, rx] = list ? unbounded<Parcel>() : bounded<Parcel>(2);
        tx.send({.sender = std::make_unique<Sender<Parcel>>(tx), .receiver = nullptr}).value();
        tx.reset();
        EXPECT_FALSE(rx.is_disconnected()) << "a sender is on its way";
        const Parcel parcel = rx.recv().value();
        parcel.sender->send({}).value();
        EXPECT_TRUE(rx.recv());
        // Once more; now it goes down with the channel.
        parcel.sender->send({.sender = std::make_unique<Sender<Parcel>>(*parcel.sender), .receiver = nullptr}).value();
    }
}

TEST(Faults, AChannelsReceiverMayBeSentThroughItself) {
    auto [tx, rx] = unbounded<Parcel>();
    tx.send({.sender = nullptr, .receiver = std::make_unique<Receiver<Parcel>>(rx)}).value();
    const Parcel parcel = rx.recv().value();
    rx.reset();
    tx.send({}).value();
    EXPECT_TRUE(parcel.receiver->recv());
}

/// Sends on when it is destroyed.
struct LastWill {
    std::shared_ptr<Sender<LastWill>> sender;
    LastWill() = default;
    explicit LastWill(const Sender<LastWill>& tx) : sender(std::make_shared<Sender<LastWill>>(tx)) {}
    LastWill(LastWill&&) noexcept = default;
    LastWill& operator=(LastWill&&) noexcept = default;
    ~LastWill() {
        if (sender) {
            EXPECT_FALSE(sender->send(LastWill())) << "the channel is disconnected while it is emptied";
        }
    }
};

TEST(Faults, ADestructorMaySendOnTheChannelThatDestroysIt) {
    for (const bool list : {false, true}) {
        auto [tx, rx] = list ? unbounded<LastWill>() : bounded<LastWill>(8);
        for (int i = 0; i < 5; ++i) tx.send(LastWill(tx)).value();
        rx.reset();
        EXPECT_TRUE(tx.is_empty());
    }
}

TEST(Faults, SendOrThrowThrowsWithOneClearLine) {
    auto [tx, rx] = bounded<int>(1);
    tx.send_or_throw(1);
    EXPECT_EQ(rx.recv_or_throw(), 1);
    rx.reset();
    try {
        tx.send_or_throw(2);
        FAIL();
    } catch (const ChannelDisconnected& error) {
        EXPECT_STREQ(error.what(), "sending on a channel without receivers");
    }
    auto [tx2, rx2] = bounded<int>(1);
    tx2.reset();
    EXPECT_THROW((void)rx2.recv_or_throw(), ChannelDisconnected);
}

TEST(Faults, ErrorsSayWhatHappened) {
    auto [tx, rx] = bounded<int>(0);
    EXPECT_STREQ(tx.try_send(1).error().what(), "sending on a full channel");
    EXPECT_STREQ(tx.send_timeout(1, 0s).error().what(), "timed out sending on a channel");
    EXPECT_STREQ(rx.try_recv().error().what(), "receiving on an empty channel");
    EXPECT_STREQ(rx.recv_timeout(0s).error().what(), "timed out receiving on a channel");
    tx.reset();
    EXPECT_STREQ(rx.recv().error().what(), "receiving on an empty channel without senders");
}

// A channel used in the destructor of a thread-local object, when other thread-local objects are gone already.
struct AtThreadExit {
    Sender<int> sender;
    Receiver<int> receiver;
    ~AtThreadExit() {
        sender.send(5).value();
        EXPECT_EQ(select(recv(receiver, [](auto message) { return *message; }), recv(after(1h), [] { return 0; })), 5);
        EXPECT_TRUE(receiver.recv_timeout(1ms).error().is_timeout());
    }
};

TEST(Faults, ChannelsWorkInThreadLocalDestructors) {
    auto [tx, rx] = unbounded<int>();
    std::jthread thread([tx = tx, rx = rx] {
        static thread_local std::unique_ptr<AtThreadExit> at_exit;
        at_exit = std::make_unique<AtThreadExit>(AtThreadExit{tx, rx});
    });
}

}  // namespace
}  // namespace grainscope
