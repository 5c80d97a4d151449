// The queues and the reclamation behind the skip map under every schedule of two or three threads.
#include <memory>
#include <optional>

#include <grainscope/collections/array_queue.h>
#include <grainscope/collections/epoch.h>
#include <grainscope/collections/seg_queue.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

// -- queues -----------------------------------------------------------------------------------------------------------

template <class Queue>
std::shared_ptr<Queue> make_queue() {
    if constexpr (std::is_default_constructible_v<Queue>) {
        return std::make_shared<Queue>();
    } else {
        return std::make_shared<Queue>(2);
    }
}
template <class Queue>
bool push(Queue& queue, int number) {
    if constexpr (std::is_void_v<decltype(queue.push(Item(number)))>) {
        queue.push(Item(number));
        return true;
    } else {
        return queue.push(Item(number)).has_value();
    }
}
template <class Queue>
int pop(Queue& queue) {
    std::optional<Item> item = queue.pop();
    return item ? item->number() : 0;
}

template <class Queue>
class ModelQueue : public testing::Test {};
using Queues = testing::Types<ArrayQueue<Item>, SegQueue<Item>>;
TYPED_TEST_SUITE(ModelQueue, Queues);

TYPED_TEST(ModelQueue, WhatTwoPushedComesOutOnce) {
    expect_holds(
        [](Scenario& scenario) {
            const auto queue = make_queue<TypeParam>();
            for (int i = 1; i <= 2; ++i) {
                scenario.thread([=] { check(push(*queue, i), "no room where there is room"); });
            }
            scenario.at_end([=] {
                check(pop(*queue) + pop(*queue) == 3, "an element is lost or comes twice");
                check(pop(*queue) == 0, "an element comes from nowhere");
            });
        },
        scaled({.preemptions = 3, .stale_reads = 1}));
}

TYPED_TEST(ModelQueue, AnElementIsWholeWhenItIsPopped) {
    expect_holds(
        [](Scenario& scenario) {
            const auto queue = make_queue<TypeParam>();
            const auto got = std::make_shared<Plain<int>>(0);
            scenario.thread([=] {
                check(push(*queue, 1), "no room where there is room");
                check(push(*queue, 2), "no room where there is room");
            });
            scenario.thread([=] {
                const int first = pop(*queue);
                check(first != 2, "not the oldest");
                got->set(first);
            });
            scenario.at_end([=] {
                if (got->get() == 0) check(pop(*queue) == 1, "the first is lost");
                check(pop(*queue) == 2, "the second is lost");
            });
        },
        scaled({.preemptions = 3, .stale_reads = 1}));
}

TYPED_TEST(ModelQueue, TwoPopsOfOneElementGiveItToOne) {
    expect_holds(
        [](Scenario& scenario) {
            const auto queue = make_queue<TypeParam>();
            const auto sum = std::make_shared<Atomic<int>>(0);
            check(push(*queue, 1), "no room where there is room");
            for (int i = 0; i < 2; ++i) scenario.thread([=] { sum->fetch_add(pop(*queue), relaxed); });
            scenario.at_end([=] { check(sum->load(relaxed) == 1, "lost, or taken twice"); });
        },
        scaled({.preemptions = 3, .stale_reads = 1}));
}

TYPED_TEST(ModelQueue, AfterAPushThatEndedAPopFindsSomething) {
    expect_holds(
        [](Scenario& scenario) {
            const auto queue = make_queue<TypeParam>();
            // Each takes out one element after having put one in: there is one for each.
            for (int i = 1; i <= 2; ++i) {
                scenario.thread([=] {
                    check(push(*queue, i), "no room where there is room");
                    check(pop(*queue) != 0, "empty, although an element is there for each");
                });
            }
        },
        scaled({.preemptions = 2, .stale_reads = 1}));
}

TEST(ModelArrayQueue, ForcePushBesideAPopLosesNothing) {
    expect_holds(
        [](Scenario& scenario) {
            const auto queue = std::make_shared<ArrayQueue<Item>>(1);
            const auto sum = std::make_shared<Atomic<int>>(0);
            check(push(*queue, 1), "no room where there is room");
            scenario.thread([=] {
                const std::optional<Item> oldest = queue->force_push(Item(2));
                sum->fetch_add(oldest ? oldest->number() : 0, relaxed);
            });
            scenario.thread([=] { sum->fetch_add(pop(*queue), relaxed); });
            scenario.at_end([=] { check(sum->load(relaxed) + pop(*queue) == 3, "an element is lost or comes twice"); });
        },
        scaled({.preemptions = 3, .stale_reads = 1}));
}

TEST(ModelArrayQueue, TwoForcePushesLoseNothing) {
    expect_holds(
        [](Scenario& scenario) {
            const auto queue = std::make_shared<ArrayQueue<Item>>(1);
            const auto sum = std::make_shared<Atomic<int>>(0);
            check(push(*queue, 1), "no room where there is room");
            for (int i = 2; i <= 3; ++i) {
                scenario.thread([=] {
                    const std::optional<Item> oldest = queue->force_push(Item(i));
                    sum->fetch_add(oldest ? oldest->number() : 0, relaxed);
                });
            }
            scenario.at_end([=] { check(sum->load(relaxed) + pop(*queue) == 6, "an element is lost or comes twice"); });
        },
        scaled({.preemptions = 2, .stale_reads = 1}));
}

TEST(ModelArrayQueue, APushIntoAFullQueueBesideAPopIsFullOrFits) {
    expect_holds(
        [](Scenario& scenario) {
            const auto queue = std::make_shared<ArrayQueue<Item>>(1);
            const auto sum = std::make_shared<Atomic<int>>(0);
            check(push(*queue, 1), "no room where there is room");
            scenario.thread([=] { sum->fetch_add(push(*queue, 2) ? 0 : 2, relaxed); });
            scenario.thread([=] { sum->fetch_add(pop(*queue), relaxed); });
            scenario.at_end([=] { check(sum->load(relaxed) + pop(*queue) == 3, "an element is lost or comes twice"); });
        },
        scaled({.preemptions = 3, .stale_reads = 1}));
}

// -- reclamation ------------------------------------------------------------------------------------------------------

struct Node final : detail::Retired {
    explicit Node(int number)
        : Retired([](Retired& object) noexcept { delete static_cast<Node*>(&object); }), item(number) {}
    Item item;
};

/// A reader looks at what a link points to while a writer exchanges it and frees the old one as soon as may be. Freed
/// memory is filled with a pattern, so that a reader of it fails.
Case reader_and_writer(std::size_t readers) {
    return [=](Scenario& scenario) {
        struct State {
            Atomic<Node*> link{new Node(1)};
            detail::RetireList retired;
            ~State() { delete link.load(relaxed); }
        };
        const auto state = std::make_shared<State>();
        for (std::size_t i = 0; i < readers; ++i) {
            scenario.thread([=] {
                const detail::Guard guard;
                const int number = guard.protect(state->link)->item.number();
                check(number == 1 || number == 2, "what is read was freed");
            });
        }
        scenario.thread([=] {
            {
                const detail::Guard guard;
                Node* const old = state->link.exchange(new Node(2), acq_rel);
                state->retired.retire(*old, guard);
            }
            state->retired.scan();
        });
    };
}

class ModelEpoch : public testing::TestWithParam<bool> {};

TEST_P(ModelEpoch, NothingIsFreedThatAReaderMaySee) {
    expect_holds(reader_and_writer(1),
                 scaled({.preemptions = 2, .stale_reads = 1, .asymmetric_fences = GetParam(), .keeps_blocks = 2}));
}
TEST_P(ModelEpoch, NothingIsFreedThatOneOfTwoReadersMaySee) {
    expect_holds(reader_and_writer(2),
                 scaled({.preemptions = 1, .stale_reads = 1, .asymmetric_fences = GetParam(), .keeps_blocks = 3}));
}

INSTANTIATE_TEST_SUITE_P(Fences, ModelEpoch, testing::Bool(), [](const testing::TestParamInfo<bool>& fences) {
    return fences.param ? "Asymmetric" : "SequentiallyConsistent";
});

}  // namespace
}  // namespace grainscope::model
