// select, select_biased and their arms.
#include <gtest/gtest.h>

#include <stdlib.h>      // NOLINT: has a ::select of its own
#include <sys/socket.h>  // has ::recv and ::send

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/channel/channel.h>
#include <grainscope/platform/thread_times.h>

#include "channel_fakes.h"

using namespace grainscope;  // NOLINT: so that the names meet those of the C library

namespace {

using namespace std::chrono_literals;
using channel_test::Counted;
using channel_test::Fragile;
using channel_test::scale;
using channel_test::wait_blocked_receivers;
using channel_test::wait_blocked_senders;

TEST(SelectCall, TakesWhatIsReady) {
    auto [tx1, rx1] = unbounded<int>();
    auto [tx2, rx2] = bounded<std::string>(1);
    tx2.send("two").value();
    EXPECT_EQ(select(recv(rx1, [](auto) { return std::string("one"); }), recv(rx2, [](auto text) { return *text; })),
              "two");
    tx1.send(1).value();
    EXPECT_EQ(select(recv(rx1, [](auto number) { return *number; }), recv(rx2, [] { return 0; })), 1);
}

TEST(SelectCall, TheResultIsTheHandlersCommonType) {
    auto [tx, rx] = bounded<int>(1);
    tx.send(3).value();
    const auto result = select(recv(rx, [](auto number) { return *number; }), otherwise([] { return 0.5; }));
    static_assert(std::is_same_v<decltype(result), const double>);
    EXPECT_EQ(result, 3.0);
    static_assert(std::is_void_v<decltype(select(recv(rx, [] {}), otherwise([] {})))>);
}

TEST(SelectCall, HandlersTakeTheOutcomeOrNothing) {
    auto [tx, rx] = bounded<int>(2);
    tx.send(1).value();
    tx.send(2).value();
    select(recv(rx, [] {}));
    select(recv(rx, [](std::expected<int, RecvError> message) { EXPECT_EQ(message, 2); }));
    select(send(tx, 3, [](std::expected<void, SendError<int>> sent) { EXPECT_TRUE(sent); }));
    select(send(tx, 4, [] {}));
    EXPECT_EQ(rx.len(), 2);
}

TEST(SelectCall, OtherwiseIsForWhenNothingIsReady) {
    auto [tx, rx] = bounded<int>(1);
    EXPECT_EQ(select(recv(rx, [] { return 1; }), otherwise([] { return 2; })), 2);
    EXPECT_EQ(select(otherwise([] { return 2; }), send(tx, 7, [] { return 1; })), 1);
    EXPECT_EQ(select(recv(rx, [] { return 1; }), otherwise([] { return 2; })), 1);
    EXPECT_EQ(select(recv(rx, [] { return 1; }), otherwise_after(1ms, [] { return 3; })), 3);
    EXPECT_EQ(select(otherwise([] { return 4; })), 4);
    EXPECT_EQ(select(otherwise_after(1ms, [] { return 5; })), 5);
}

TEST(SelectCall, ADisconnectedChannelIsReady) {
    auto [tx, rx] = bounded<int>(1);
    auto [tx2, rx2] = bounded<int>(0);
    auto [tx3, rx3] = unbounded<int>();
    tx.reset();
    EXPECT_FALSE(
        select(recv(rx, [](auto message) { return message.has_value(); }), recv(rx2, [](auto) { return true; })));
    rx2.reset();
    rx3.reset();
    EXPECT_EQ(select(send(tx2, 5, [](auto sent) { return std::move(sent.error()).into_inner(); })), 5);
    EXPECT_EQ(select(send(
                  tx3, [] { return 6; }, [](auto sent) { return std::move(sent.error()).into_inner(); })),
              6);
}

TEST(SelectCall, IsWokenByADisconnection) {
    for (const std::size_t capacity : {0, 1}) {
        auto [tx, rx] = bounded<int>(capacity);
        std::jthread waits([rx = rx] { EXPECT_FALSE(select(recv(rx, [](auto m) { return m.has_value(); }))); });
        wait_blocked_receivers(tx, 1);
        tx.reset();
    }
}

TEST(SelectCall, WaitsForAnyOfItsChannels) {
    for (int which = 0; which < 3; ++which) {
        auto [tx0, rx0] = bounded<int>(0);
        auto [tx1, rx1] = bounded<int>(1);
        auto [tx2, rx2] = unbounded<int>();
        std::jthread waits([&, which, rx0 = rx0, rx1 = rx1, rx2 = rx2] {
            EXPECT_EQ(select(recv(rx0, [] { return 0; }), recv(rx1, [] { return 1; }), recv(rx2, [] { return 2; })),
                      which);
        });
        for (const auto& tx : {tx0, tx1, tx2}) wait_blocked_receivers(tx, 1);
        (which == 0 ? tx0 : which == 1 ? tx1 : tx2).send(1).value();
    }
}

TEST(SelectCall, TwoSelectsMeet) {
    auto [tx, rx] = bounded<int>(0);
    std::jthread sender([tx = tx] {
        for (int i = 0; i < 1000; ++i) select(send(tx, i, [](auto sent) { EXPECT_TRUE(sent); }));
    });
    for (int i = 0; i < 1000; ++i)
        select(recv(rx, [i](auto message) { EXPECT_EQ(message, i); }), recv(never<int>(), [] { FAIL(); }));
}

TEST(SelectCall, BothSidesOfOneRendezvousDoNotMeetThemselves) {
    auto [tx, rx] = bounded<int>(0);
    EXPECT_EQ(select(send(tx, 1, [] { return 1; }), recv(rx, [] { return 2; }), otherwise_after(1ms, [] { return 3; })),
              3);
    std::jthread other(
        [tx = tx, rx = rx] { select(send(tx, 10, [] {}), recv(rx, [](auto message) { EXPECT_EQ(message, 20); })); });
    select(send(tx, 20, [] {}), recv(rx, [](auto message) { EXPECT_EQ(message, 10); }));
}

TEST(SelectCall, BiasedTakesTheFirst) {
    auto [tx, rx] = unbounded<int>();
    for (int i = 0; i < 100; ++i) tx.send(i).value();
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(select_biased(recv(rx, [] { return 1; }), send(tx, 0, [] { return 2; })), 1);
    EXPECT_EQ(select_biased(recv(rx, [] { return 1; }), send(tx, 0, [] { return 2; })), 2);
}

TEST(SelectCall, IsFairAmongTheReady) {
    constexpr int rounds = 8000;
    auto [tx1, rx1] = unbounded<int>();
    auto [tx2, rx2] = bounded<int>(rounds);
    auto [tx3, rx3] = bounded<int>(1);
    const Receiver<Instant> timeout = tick(0s);
    for (int i = 0; i < rounds; ++i) {
        tx1.send(i).value();
        tx2.send(i).value();
    }
    int hits[5] = {};
    for (int i = 0; i < rounds; ++i)
        ++hits[select(recv(rx1, [] { return 0; }), recv(rx2, [] { return 1; }), recv(rx3, [] { return 2; }),
                      recv(timeout, [] { return 3; }), send(tx1, 0, [] { return 4; }))];
    EXPECT_EQ(hits[2], 0);
    for (const int arm : {0, 1, 3, 4}) {
        EXPECT_GT(hits[arm], rounds / 4 - rounds / 16);
        EXPECT_LT(hits[arm], rounds / 4 + rounds / 16);
    }
}

TEST(SelectCall, AMessageIsMadeAndMovedOnlyIfItsArmIsChosen) {
    auto [tx, rx] = bounded<std::unique_ptr<int>>(1);
    auto message = std::make_unique<int>(1);
    int made = 0;
    select_biased(send(tx, std::move(message), [](auto sent) { EXPECT_TRUE(sent); }),
                  send(
                      tx, [&] { return ++made, std::make_unique<int>(2); }, [] { FAIL(); }));
    EXPECT_EQ(message, nullptr);  // NOLINT: was moved, which is the point
    message = std::make_unique<int>(3);
    select_biased(send(tx, std::move(message), [] { FAIL(); }), recv(rx, [](auto got) { EXPECT_EQ(**got, 1); }));
    ASSERT_NE(message, nullptr) << "not chosen: it stays with the caller";
    EXPECT_EQ(made, 0);
}

TEST(SelectCall, ACallThatThrowsSendsNothing) {
    for (const bool list : {false, true}) {
        auto [tx, rx] = list ? unbounded<int>() : bounded<int>(2);
        for (int i = 0; i < 70; ++i) {
            EXPECT_THROW(select(send(
                             tx, []() -> int { throw std::runtime_error("no message"); }, [] { FAIL(); })),
                         std::runtime_error);
            tx.send(i).value();
            EXPECT_EQ(rx.recv(), i);
            EXPECT_TRUE(rx.try_recv().error().is_empty());
        }
        EXPECT_EQ(rx.telemetry().sent, 70);
        EXPECT_EQ(rx.telemetry().received, 70);
        EXPECT_THROW(select(send(
                         tx, []() -> int { throw std::runtime_error("no message"); }, [] { FAIL(); })),
                     std::runtime_error);
        tx.reset();
        EXPECT_FALSE(rx.recv());
    }
}

TEST(SelectCall, ACallThatThrowsLeavesItsPartnerWaiting) {
    auto [tx, rx] = bounded<int>(0);
    std::jthread receiver([rx = rx] { EXPECT_EQ(rx.recv(), 2); });
    wait_blocked_receivers(tx, 1);
    EXPECT_THROW(select(send(
                     tx, []() -> int { throw 1; }, [] { FAIL(); })),
                 int);
    wait_blocked_receivers(tx, 1);
    tx.send(2).value();
}

TEST(SelectCall, AHandlersExceptionComesAfterTheOperation) {
    auto [tx, rx] = bounded<int>(1);
    EXPECT_THROW(select(send(tx, 1, [] { throw 1; })), int);
    EXPECT_THROW(select(recv(rx, [](auto message) { throw message.value(); })), int);
    EXPECT_TRUE(rx.is_empty());
    EXPECT_THROW(select(recv(rx, [] {}), otherwise([] { throw 2; })), int);
}

TEST(SelectCall, AnEmptyHandleIsAnError) {
    auto [tx, rx] = bounded<int>(1);
    tx.send(1).value();
    Receiver<int> gone = rx;
    gone.reset();
    EXPECT_THROW(select(recv(rx, [] {}), recv(gone, [] {})), std::logic_error);
    EXPECT_EQ(rx.len(), 1);
}

TEST(SelectCall, ABlockedOneUsesNoProcessorTime) {
    auto [tx, rx] = bounded<int>(0);
    auto [tx2, rx2] = unbounded<int>();
    std::uint64_t used = 0;
    {
        std::jthread waits([&, rx = rx, rx2 = rx2] {
            timespec before{};
            timespec after{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
            select(recv(rx, [] {}), recv(rx2, [] {}), otherwise_after(250ms, [] {}));
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
            used = static_cast<std::uint64_t>((after.tv_sec - before.tv_sec) * 1'000'000'000 + after.tv_nsec -
                                              before.tv_nsec);
        });
    }
    EXPECT_LT(used, 1'000'000U * scale);
}

TEST(SelectCall, KeepsMessagesExactlyOnceUnderLoad) {
    constexpr int messages = 8000 / scale;
    for (const std::size_t capacity : {0, 1, 4}) {
        auto [tx1, rx1] = bounded<int>(capacity);
        auto [tx2, rx2] = bounded<int>(capacity);
        auto [tx3, rx3] = unbounded<int>();
        std::vector<std::atomic<int>> seen(messages);
        std::atomic<int> next = 0;
        std::atomic<int> received = 0;
        std::vector<std::jthread> threads;
        for (int t = 0; t < 2; ++t) {
            threads.emplace_back([&, tx1 = tx1, tx2 = tx2, tx3 = tx3] {
                for (int i = next++; i < messages; i = next++)
                    select(send(tx1, i, [] {}), send(tx2, i, [] {}), send(tx3, i, [] {}));
            });
            threads.emplace_back([&, rx1 = rx1, rx2 = rx2, rx3 = rx3] {
                const auto take = [&](auto message) {
                    if (!message) return false;
                    ++seen[*message];
                    ++received;
                    return true;
                };
                while (received < messages)
                    select(recv(rx1, take), recv(rx2, take), recv(rx3, take),
                           otherwise_after(1ms, [] { return false; }));
            });
        }
        threads.clear();
        for (const auto& count : seen) EXPECT_EQ(count, 1);
    }
}

}  // namespace
