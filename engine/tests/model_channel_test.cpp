// The channels under every schedule of two or three threads.
#include <chrono>
#include <memory>
#include <optional>

#include <grainscope/channel/channel.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

using namespace std::chrono_literals;

constexpr SpinPolicy at_once = SpinPolicy::park_at_once();

enum class Kind : std::uint8_t { zero, one, list };

struct Ends {
    std::optional<Sender<Item>> tx;
    std::optional<Receiver<Item>> rx;
    explicit Ends(Kind kind) {
        auto [sender, receiver] =
            kind == Kind::list ? unbounded<Item>(at_once) : bounded<Item>(kind == Kind::zero ? 0 : 1, at_once);
        tx.emplace(std::move(sender));
        rx.emplace(std::move(receiver));
    }
};

class ModelChannel : public testing::TestWithParam<Kind> {
  protected:
    [[nodiscard]] static Options options(int preemptions, int stale_reads) {
        return scaled({.preemptions = preemptions, .stale_reads = stale_reads});
    }
};

TEST_P(ModelChannel, AMessageArrivesWholeAndTheReceiverNeverSleepsBesideIt) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto ends = std::make_shared<Ends>(kind);
            scenario.thread([=] { check(ends->tx->send(Item(1)).has_value(), "the message comes back"); });
            scenario.thread([=] { check(ends->rx->recv().value().number() == 1, "another message"); });
        },
        options(3, 1));
}

TEST_P(ModelChannel, TwoMessagesArriveInOrder) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto ends = std::make_shared<Ends>(kind);
            scenario.thread([=] {
                check(ends->tx->send(Item(1)).has_value(), "the first message comes back");
                check(ends->tx->send(Item(2)).has_value(), "the second message comes back");
            });
            scenario.thread([=] {
                check(ends->rx->recv().value().number() == 1, "not the first message");
                check(ends->rx->recv().value().number() == 2, "not the second message");
            });
        },
        options(2, 1));
}

TEST_P(ModelChannel, TheLastSenderGoesAndTheReceiverLearnsIt) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto ends = std::make_shared<Ends>(kind);
            scenario.thread([=] {
                check(ends->tx->send(Item(1)).has_value(), "the message comes back");
                ends->tx.reset();
            });
            scenario.thread([=] {
                check(ends->rx->recv().value().number() == 1, "another message");
                check(!ends->rx->recv().has_value(), "a message from nobody");
            });
        },
        options(2, 1));
}

TEST_P(ModelChannel, AMessageToAReceiverThatGoesIsHandedBackOrDestroyed) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto ends = std::make_shared<Ends>(kind);
            scenario.thread([=] {
                auto sent = ends->tx->send(Item(1));
                if (!sent) check(std::move(sent.error()).into_inner().number() == 1, "another message comes back");
            });
            scenario.thread([=] { ends->rx.reset(); });
        },
        options(3, 1));
}

TEST_P(ModelChannel, TwoSendersAndAReceiverLoseNothing) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto ends = std::make_shared<Ends>(kind);
            for (int i = 1; i <= 2; ++i) {
                scenario.thread([=] { check(ends->tx->send(Item(i)).has_value(), "a message comes back"); });
            }
            scenario.thread([=] {
                const int first = ends->rx->recv().value().number();
                const int second = ends->rx->recv().value().number();
                check(first + second == 3, "a message is lost or comes twice");
            });
        },
        options(2, 0));
}

TEST_P(ModelChannel, TwoReceiversOfTwoMessagesEachGetOne) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto ends = std::make_shared<Ends>(kind);
            const auto sum = std::make_shared<Atomic<int>>(0);
            scenario.thread([=] {
                check(ends->tx->send(Item(1)).has_value(), "the first message comes back");
                check(ends->tx->send(Item(2)).has_value(), "the second message comes back");
            });
            for (int i = 0; i < 2; ++i) {
                scenario.thread([=] { sum->fetch_add(ends->rx->recv().value().number(), relaxed); });
            }
            scenario.at_end([=] { check(sum->load(relaxed) == 3, "a message is lost or comes twice"); });
        },
        options(2, 0));
}

TEST_P(ModelChannel, ADeadlinePassesOrTheMessageArrivesAndNeverBoth) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            struct Got {
                Plain<bool> sent{false};
                Plain<bool> received{false};
            };
            const auto ends = std::make_shared<Ends>(kind);
            const auto got = std::make_shared<Got>();
            scenario.thread([=] { got->sent.set(ends->tx->send_timeout(Item(1), 1s).has_value()); });
            scenario.thread([=] { got->received.set(ends->rx->recv_timeout(1s).has_value()); });
            scenario.at_end([=] {
                const bool rest = ends->rx->try_recv().has_value();
                check(got->sent.get() == (got->received.get() || rest), "sent and not there, or there and not sent");
                check(!(got->received.get() && rest), "there twice");
            });
        },
        options(2, 1));
}

TEST_P(ModelChannel, ASelectTakesFromExactlyOneOfTwoChannels) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto one = std::make_shared<Ends>(kind);
            const auto two = std::make_shared<Ends>(kind);
            scenario.thread([=] {
                int got = 0;
                select(recv(*one->rx, [&](std::expected<Item, RecvError> item) { got = item.value().number(); }),
                       recv(*two->rx, [&](std::expected<Item, RecvError> item) { got = item.value().number(); }));
                check(got == 1 || got == 2, "neither was chosen");
                // The other one is still there to be had.
                const int other = got == 1 ? two->rx->recv().value().number() : one->rx->recv().value().number();
                check(got + other == 3, "a message is lost or comes twice");
            });
            scenario.thread([=] { check(one->tx->send(Item(1)).has_value(), "a message comes back"); });
            scenario.thread([=] { check(two->tx->send(Item(2)).has_value(), "a message comes back"); });
        },
        options(1, 0));
}

TEST_P(ModelChannel, TwoSelectsFacingEachOtherMeet) {
    const Kind kind = GetParam();
    expect_holds(
        [kind](Scenario& scenario) {
            const auto one = std::make_shared<Ends>(kind);
            const auto two = std::make_shared<Ends>(kind);
            // Each sends on one channel and receives on the other, whichever is ready first.
            scenario.thread([=] {
                select(send(
                           *one->tx, [] { return Item(1); }, [](auto&&) {}),
                       recv(*two->rx, [](std::expected<Item, RecvError> item) { (void)item.value().number(); }));
            });
            scenario.thread([=] {
                select(recv(*one->rx, [](std::expected<Item, RecvError> item) { (void)item.value().number(); }),
                       send(
                           *two->tx, [] { return Item(2); }, [](auto&&) {}));
            });
        },
        options(2, 0));
}

INSTANTIATE_TEST_SUITE_P(Flavours, ModelChannel, testing::Values(Kind::zero, Kind::one, Kind::list),
                         [](const testing::TestParamInfo<Kind>& kind) {
                             return kind.param == Kind::zero  ? "Rendezvous"
                                    : kind.param == Kind::one ? "BoundedOne"
                                                              : "Unbounded";
                         });

}  // namespace
}  // namespace grainscope::model
