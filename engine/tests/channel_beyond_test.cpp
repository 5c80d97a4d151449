// Iteration, batches, telemetry, the spin policy, and workers of a pool that block.
#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <numeric>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/channel/channel.h>
#include <grainscope/runtime/runtime.h>

#include "channel_fakes.h"

namespace grainscope {
namespace {

using namespace std::chrono_literals;
using channel_test::Counted;
using channel_test::Fragile;
using channel_test::wait_blocked_receivers;
using channel_test::wait_blocked_senders;

std::pair<Sender<int>, Receiver<int>> channel_of(int flavour) {
    return flavour == 0 ? unbounded<int>() : bounded<int>(static_cast<std::size_t>(flavour));
}

TEST(Iteration, EndsWhenTheLastSenderIsGone) {
    auto [tx, rx] = bounded<std::unique_ptr<int>>(4);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < 100; ++i) tx.send(std::make_unique<int>(i)).value();
    });
    int next = 0;
    for (std::unique_ptr<int>& message : rx) EXPECT_EQ(*message, next++);
    EXPECT_EQ(next, 100);
}

TEST(Iteration, TryIterTakesWhatIsThere) {
    auto [tx, rx] = unbounded<int>();
    tx.send(1).value();
    tx.send(2).value();
    int sum = 0;
    for (const int& message : rx.try_iter()) sum += message;
    EXPECT_EQ(sum, 3);
    for (const int& message : rx.try_iter()) FAIL() << message;
}

TEST(Iteration, IterHoldsAReceiverOfItsOwn) {
    auto [tx, rx] = unbounded<int>();
    const auto messages = rx.iter();
    rx.reset();
    tx.send(4).value();
    tx.reset();
    int count = 0;
    for (const int& message : messages) count += message;
    EXPECT_EQ(count, 4);
}

TEST(Iteration, AReceiverIsAnInputRange) {
    static_assert(std::ranges::input_range<Receiver<int>>);
    static_assert(std::ranges::input_range<Receiver<std::unique_ptr<int>>>);
    auto [tx, rx] = unbounded<int>();
    for (int i = 0; i < 10; ++i) tx.send(i).value();
    tx.reset();
    int sum = 0;
    for (const int number : rx | std::views::filter([](int i) { return i % 2 == 0; })) sum += number;
    EXPECT_EQ(sum, 20);
}

TEST(Batches, KeepTheirOrderInEveryFlavour) {
    for (const int flavour : {0, 1, 3, 64, 100}) {
        auto [tx, rx] = channel_of(flavour);
        std::vector<int> numbers(1000);
        std::iota(numbers.begin(), numbers.end(), 0);
        std::jthread sender([&numbers, tx = std::move(tx)] { EXPECT_EQ(tx.send_many(numbers), 1000); });
        std::vector<int> received;
        while (const auto some = rx.recv_many(64)) {
            EXPECT_LE(some->size(), 64);
            received.insert(received.end(), some->begin(), some->end());
        }
        EXPECT_EQ(received, numbers);
    }
}

TEST(Batches, GoThroughARendezvousOneByOne) {
    auto [tx, rx] = bounded<int>(0);
    std::jthread sender([tx = std::move(tx)] { EXPECT_EQ(tx.send_many(std::vector{1, 2, 3}), 3); });
    std::vector<int> received;
    while (const auto some = rx.recv_many(10)) received.insert(received.end(), some->begin(), some->end());
    EXPECT_EQ(received, (std::vector{1, 2, 3}));
}

TEST(Batches, TakeAnyRange) {
    auto [tx, rx] = unbounded<std::string>();
    const std::vector<const char*> words{"a", "b"};
    EXPECT_EQ(tx.send_many(words), 2);
    EXPECT_EQ(tx.send_many(std::list<std::string>{"c"}), 1);
    const std::vector<std::string> kept{"d"};
    EXPECT_EQ(tx.send_many(kept), 1);
    EXPECT_EQ(kept.front(), "d");
    EXPECT_EQ(tx.send_many(std::vector<std::string>{}), 0);
    EXPECT_EQ(tx.send_many(std::views::iota(0, 2) | std::views::transform([](int i) { return std::to_string(i); })), 2);
    EXPECT_EQ(rx.recv_many(100), (std::vector<std::string>{"a", "b", "c", "d", "0", "1"}));
}

TEST(Batches, MoveOutOfAnRvalueOnly) {
    auto [tx, rx] = unbounded<std::unique_ptr<int>>();
    std::vector<std::unique_ptr<int>> parcels;
    for (int i = 0; i < 70; ++i) parcels.push_back(std::make_unique<int>(i));
    EXPECT_EQ(tx.send_many(std::move(parcels)), 70);
    const auto received = rx.recv_many(100).value();
    ASSERT_EQ(received.size(), 70);
    for (int i = 0; i < 70; ++i) EXPECT_EQ(*received[static_cast<std::size_t>(i)], i);
}

TEST(Batches, TheErrorHoldsTheUnsentRest) {
    auto [tx, rx] = bounded<int>(2);
    std::jthread sender([tx = tx] {
        auto failed = tx.send_many(std::vector{1, 2, 3, 4, 5});
        EXPECT_EQ(std::move(failed.error()).into_inner(), (std::vector{4, 5}));
    });
    wait_blocked_senders(rx, 1);
    EXPECT_EQ(rx.recv(), 1);
    wait_blocked_senders(rx, 1);
    rx.reset();
}

TEST(Batches, RecvManyWaitsForOne) {
    auto [tx, rx] = bounded<int>(8);
    std::jthread receiver([rx = rx] { EXPECT_EQ(rx.recv_many(5), std::vector{7}); });
    wait_blocked_receivers(tx, 1);
    tx.send(7).value();
    receiver.join();
    tx.reset();
    EXPECT_FALSE(rx.recv_many(5));
    EXPECT_THROW((void)rx.recv_many(0), std::invalid_argument);
}

TEST(Batches, WakeAsManyAsTheySend) {
    auto [tx, rx] = unbounded<int>();
    std::vector<std::jthread> receivers;
    for (int i = 0; i < 4; ++i) receivers.emplace_back([rx = rx] { EXPECT_TRUE(rx.recv()); });
    wait_blocked_receivers(tx, 4);
    EXPECT_EQ(tx.send_many(std::vector{1, 2, 3, 4}), 4);
}

TEST(Batches, OfMessagesWhoseMoveMayThrow) {
    auto [tx, rx] = bounded<Fragile>(4);
    std::vector<Fragile> messages;
    for (int i = 0; i < 3; ++i) messages.emplace_back(i);
    EXPECT_EQ(tx.send_many(std::move(messages)), 3);
    EXPECT_EQ(rx.recv_many(4)->size(), 3);
}

TEST(Telemetry, CountsWithoutBeingAsked) {
    for (const int flavour : {0, 1, 5}) {
        auto [tx, rx] = channel_of(flavour);
        const ChannelWatch watch = tx.watch();
        const Sender<int> tx2 = tx;
        for (int i = 0; i < 100; ++i) {
            tx.send(i).value();
            EXPECT_EQ(watch.telemetry().depth, 1);
            EXPECT_EQ(rx.recv(), i);
        }
        tx.send(1).value();
        const ChannelTelemetry now = rx.telemetry();
        EXPECT_EQ(now.sent, 101);
        EXPECT_EQ(now.received, 100);
        EXPECT_EQ(now.senders, 2);
        EXPECT_EQ(now.receivers, 1);
        EXPECT_EQ(now.capacity, tx.capacity());
        EXPECT_FALSE(now.disconnected);
        rx.reset();
        EXPECT_EQ(watch.telemetry().received, 100) << "what is thrown away is not received";
        EXPECT_TRUE(watch.telemetry().disconnected);
    }
}

TEST(Telemetry, CountsTheMeetingsOfARendezvous) {
    auto [tx, rx] = bounded<int>(0);
    std::jthread sender([tx = tx] {
        for (int i = 0; i < 10; ++i) tx.send(i).value();
    });
    for (int i = 0; i < 10; ++i) EXPECT_EQ(rx.recv(), i);
    EXPECT_EQ(rx.telemetry().sent, 10);
    EXPECT_EQ(rx.telemetry().received, 10);
}

TEST(Telemetry, TimeBlockedGrowsWhileAThreadIsBlockedAndStaysAfterwards) {
    auto [tx, rx] = bounded<int>(1);
    {
        std::jthread receiver([rx = rx] { EXPECT_EQ(rx.recv(), 1); });
        wait_blocked_receivers(tx, 1);
        const std::uint64_t before = tx.telemetry().receive_blocked_ns;
        channel_test::wait_until([&] { return tx.telemetry().receive_blocked_ns > before + 1'000'000; });
        tx.send(1).value();
    }
    const ChannelTelemetry now = tx.telemetry();
    EXPECT_EQ(now.blocked_receivers, 0);
    EXPECT_GT(now.receive_blocked_ns, 1'000'000U);
    EXPECT_EQ(tx.telemetry().receive_blocked_ns, now.receive_blocked_ns);
    EXPECT_EQ(now.send_blocked_ns, 0);
}

TEST(Telemetry, AWatchIsNeitherSenderNorReceiver) {
    std::optional<ChannelWatch> watch;
    {
        auto [tx, rx] = bounded<int>(3);
        watch = rx.watch();
        const ChannelWatch copy = *watch;
        tx.send(1).value();
        tx.reset();
        EXPECT_EQ(rx.recv(), 1);
        EXPECT_FALSE(rx.recv()) << "the watches keep nobody waiting";
    }
    EXPECT_EQ(watch->telemetry().sent, 1);
    EXPECT_EQ(watch->telemetry().senders, 0);
    const ChannelWatch moved = *std::move(watch);
    EXPECT_THROW((void)watch->telemetry(), std::logic_error);
    EXPECT_EQ(moved.telemetry().received, 1);
}

TEST(Telemetry, MayBeReadByAnotherThreadThroughoutALife) {
    auto [tx, rx] = bounded<int>(2);
    std::atomic<bool> done = false;
    std::jthread collector([&done, watch = tx.watch()] {
        std::uint64_t last = 0;
        while (!done) {
            const ChannelTelemetry now = watch.telemetry();
            EXPECT_GE(now.sent, now.received);
            EXPECT_GE(now.received, last);
            EXPECT_LE(now.depth, 2);
            last = now.received;
            std::this_thread::yield();
        }
    });
    {
        std::jthread sender([tx = std::move(tx)] {
            for (int i = 0; i < 1000; ++i) tx.send(i).value();
        });
        for (const int& message : rx) EXPECT_GE(message, 0);
    }
    done = true;
}

TEST(Spinning, MayBeSwitchedOff) {
    for (const SpinPolicy policy : {SpinPolicy::park_at_once(), SpinPolicy{.spins = 1000, .yields = 0}}) {
        auto [tx, rx] = bounded<int>(0, policy);
        std::jthread sender([tx = tx] {
            for (int i = 0; i < 200; ++i) tx.send(i).value();
        });
        for (int i = 0; i < 200; ++i) EXPECT_EQ(rx.recv(), i);
    }
    EXPECT_EQ(SpinPolicy::standard(), SpinPolicy::standard());
}

TEST(Workers, ThatBlockOnAChannelSaySo) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(2).build();
    auto [tx, rx] = bounded<int>(0);
    auto handle = pool.spawn_handle([rx = rx] { return rx.recv().value(); });
    channel_test::wait_until([&] {
        int blocked = 0;
        for (const auto& worker : pool.telemetry().workers)
            blocked += worker.state == trace::State::blocked_channel ? 1 : 0;
        return blocked == 1;
    });
    tx.send(11).value();
    EXPECT_EQ(handle.wait(), 11);
}

}  // namespace
}  // namespace grainscope
