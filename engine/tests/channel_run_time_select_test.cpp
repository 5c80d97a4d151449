// Select: operations gathered at run time; select and ready.
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
using channel_test::scale;
using channel_test::wait_blocked_receivers;
using channel_test::wait_blocked_senders;

TEST(RunTimeSelect, ChoosesWhatIsReady) {
    auto [tx1, rx1] = unbounded<int>();
    auto [tx2, rx2] = bounded<std::unique_ptr<int>>(1);
    Select select;
    EXPECT_EQ(select.recv(rx1), 0);
    EXPECT_EQ(select.recv(rx2), 1);
    EXPECT_FALSE(select.try_select());
    tx2.send(std::make_unique<int>(4)).value();
    SelectedOperation chosen = select.select();
    EXPECT_EQ(chosen.index(), 1);
    EXPECT_EQ(**chosen.recv(rx2), 4);
    EXPECT_EQ(select.send(tx1), 2);
    SelectedOperation sending = select.select();
    EXPECT_EQ(sending.index(), 2);
    EXPECT_TRUE(sending.send(tx1, 6));
    EXPECT_EQ(rx1.recv(), 6);
}

TEST(RunTimeSelect, BuiltBiasedItTakesTheFirst) {
    auto [tx, rx] = unbounded<int>();
    Select select = Select::biased();
    select.send(tx);
    select.recv(rx);
    for (int i = 0; i < 50; ++i) {
        SelectedOperation chosen = select.select();
        EXPECT_EQ(chosen.index(), 0);
        EXPECT_TRUE(chosen.send(tx, i));
    }
}

TEST(RunTimeSelect, RemovesByIndex) {
    auto [tx, rx] = unbounded<int>();
    Select select;
    const std::size_t first = select.recv(rx);
    const std::size_t second = select.send(tx);
    const std::size_t third = select.send(tx);
    select.remove(second);
    select.remove(first);
    EXPECT_EQ(select.ready(), third);
    EXPECT_THROW(select.remove(second), std::invalid_argument);
    EXPECT_THROW(select.remove(77), std::invalid_argument);
    select.remove(third);
    EXPECT_EQ(select.recv(rx), 3) << "indices are not used twice";
}

TEST(RunTimeSelect, WithoutOperationsItRefusesToWaitForEver) {
    Select select;
    EXPECT_THROW((void)select.select(), std::logic_error);
    EXPECT_THROW((void)select.ready(), std::logic_error);
    EXPECT_FALSE(select.try_select());
    EXPECT_FALSE(select.try_ready());
    EXPECT_FALSE(select.select_timeout(1ms));
    EXPECT_FALSE(select.ready_timeout(1ms));
}

TEST(RunTimeSelect, GivesUpAtTheDeadline) {
    auto [tx, rx] = bounded<int>(0);
    Select select;
    select.recv(rx);
    select.send(tx);
    EXPECT_TRUE(select.select_timeout(1ms).error().is_timeout());
    EXPECT_FALSE(select.select_deadline(Instant::min()));
    EXPECT_FALSE(select.ready_timeout(1ms));
    EXPECT_FALSE(select.ready_deadline(Instant::min()));
}

TEST(RunTimeSelect, MeetsAPlainPartner) {
    auto [tx, rx] = bounded<int>(0);
    {
        std::jthread sender([tx = tx] { tx.send(3).value(); });
        Select select;
        select.recv(rx);
        EXPECT_EQ(select.select().recv(rx), 3);
    }
    std::jthread receiver([rx = rx] { EXPECT_EQ(rx.recv(), 4); });
    Select select;
    select.send(tx);
    EXPECT_TRUE(select.select().send(tx, 4));
}

TEST(RunTimeSelect, APlainPartnerMeetsOneThatWaits) {
    auto [tx, rx] = bounded<std::unique_ptr<int>>(0);
    {
        std::jthread waits([rx = rx] {
            Select select;
            select.recv(rx);
            EXPECT_EQ(**select.select().recv(rx), 5);
        });
        wait_blocked_receivers(tx, 1);
        tx.send(std::make_unique<int>(5)).value();
    }
    std::jthread waits([tx = tx] {
        Select select;
        select.send(tx);
        EXPECT_TRUE(select.select().send(tx, std::make_unique<int>(6)));
    });
    wait_blocked_senders(rx, 1);
    EXPECT_EQ(**rx.recv(), 6);
}

TEST(RunTimeSelect, TwoOfThemMeetAndTheOperationOutlivesItsSelect) {
    auto [tx, rx] = bounded<std::unique_ptr<int>>(0);
    std::jthread sender([tx = tx] {
        for (int i = 0; i < 1000 / scale; ++i) {
            SelectedOperation chosen = [&] {
                Select select;
                select.send(tx);
                return select.select();
            }();
            EXPECT_TRUE(chosen.send(tx, std::make_unique<int>(i)));
        }
    });
    for (int i = 0; i < 1000 / scale; ++i) {
        SelectedOperation chosen = [&] {
            Select select;
            select.recv(rx);
            return select.select();
        }();
        EXPECT_EQ(**chosen.recv(rx), i);
    }
}

TEST(RunTimeSelect, CompletingItOnAnotherChannelThrowsAndLeavesItCompletable) {
    auto [tx, rx] = bounded<int>(1);
    auto [tx2, rx2] = bounded<int>(1);
    Select select;
    select.send(tx);
    SelectedOperation chosen = select.select();
    EXPECT_THROW((void)chosen.send(tx2, 1), std::logic_error);
    EXPECT_THROW((void)chosen.recv(rx), std::logic_error);
    EXPECT_TRUE(chosen.send(tx, 2));
    EXPECT_THROW((void)chosen.send(tx, 3), std::logic_error) << "completed once";
    select.remove(0);
    select.recv(rx);
    SelectedOperation receiving = select.select();
    EXPECT_THROW((void)receiving.recv(rx2), std::logic_error);
    EXPECT_EQ(receiving.recv(rx), 2);
}

void destroy_a_selected_operation() {
    auto [tx, rx] = bounded<int>(1);
    Select select;
    select.send(tx);
    (void)select.select();
}

TEST(RunTimeSelectDeathTest, DestroyingAnUncompletedOperationEndsTheProgram) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(destroy_a_selected_operation(), "destroyed without being completed");
}

TEST(RunTimeSelect, DisconnectedOperationsAreReadyWithTheError) {
    auto [tx, rx] = bounded<int>(0);
    Select receiving;
    receiving.recv(rx);
    tx.reset();
    EXPECT_FALSE(receiving.select().recv(rx));
    EXPECT_EQ(receiving.ready(), 0);
    auto [tx2, rx2] = unbounded<int>();
    rx2.reset();
    Select sending;
    sending.send(tx2);
    EXPECT_EQ(std::move(sending.select().send(tx2, 8).error()).into_inner(), 8);
}

TEST(RunTimeSelect, AMoveThatThrowsSendsNothing) {
    auto [tx, rx] = bounded<Fragile>(1);
    Select select;
    select.send(tx);
    SelectedOperation chosen = select.select();
    Fragile message(1);
    Fragile::moves_left = 1;
    Fragile::armed = true;
    EXPECT_THROW((void)chosen.send(tx, std::move(message)), std::runtime_error);
    Fragile::armed = false;
    EXPECT_TRUE(rx.try_recv().error().is_empty());
    EXPECT_TRUE(tx.try_send(Fragile(2)));
    EXPECT_EQ(rx.recv()->value(), 2);
}

TEST(Ready, NamesAnOperationWithoutDoingIt) {
    auto [tx1, rx1] = bounded<int>(1);
    auto [tx2, rx2] = bounded<int>(1);
    Select select;
    select.recv(rx1);
    select.recv(rx2);
    EXPECT_FALSE(select.try_ready());
    tx2.send(1).value();
    EXPECT_EQ(select.ready(), 1);
    EXPECT_EQ(select.try_ready(), 1);
    EXPECT_EQ(rx2.try_recv(), 1);
    EXPECT_FALSE(select.try_ready());
}

TEST(Ready, WaitsForAnyOfItsChannels) {
    for (int which = 0; which < 3; ++which) {
        auto [tx0, rx0] = bounded<int>(0);
        auto [tx1, rx1] = bounded<int>(1);
        auto [tx2, rx2] = unbounded<int>();
        std::jthread waits([which, rx0 = rx0, rx1 = rx1, rx2 = rx2] {
            Select select;
            select.recv(rx0);
            select.recv(rx1);
            select.recv(rx2);
            EXPECT_EQ(select.ready(), which);
            EXPECT_TRUE((which == 0 ? rx0 : which == 1 ? rx1 : rx2).recv());
        });
        for (const auto& tx : {tx0, tx1, tx2}) wait_blocked_receivers(tx, 1);
        (which == 0 ? tx0 : which == 1 ? tx1 : tx2).send(1).value();
    }
}

TEST(Ready, ASenderIsReadyWhenThereIsRoom) {
    auto [tx, rx] = bounded<int>(1);
    tx.send(1).value();
    std::jthread waits([tx = tx] {
        Select select;
        select.send(tx);
        EXPECT_EQ(select.ready(), 0);
        EXPECT_TRUE(tx.try_send(2));
    });
    wait_blocked_senders(rx, 1);
    EXPECT_EQ(rx.recv(), 1);
}

TEST(Ready, WakesAllWhoWatch) {
    auto [tx, rx] = unbounded<int>();
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([rx = rx] {
            Select select;
            select.recv(rx);
            EXPECT_EQ(select.ready(), 0);
        });
    }
    wait_blocked_receivers(tx, 3);
    tx.send(1).value();
}

}  // namespace
}  // namespace grainscope
