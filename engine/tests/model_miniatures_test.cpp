// The model checker against algorithms known to be wrong, each beside its corrected twin.
#include <memory>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/parking.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

constexpr Options everything{.preemptions = any_number, .stale_reads = 3};

TEST(ModelMiniatures, ACounterOfLoadsAndStoresLosesCounts) {
    const auto counter = [](bool is_update) {
        return [is_update](Scenario& scenario) {
            const auto count = std::make_shared<Atomic<int>>(0);
            for (int i = 0; i < 2; ++i) {
                scenario.thread([=] {
                    if (is_update) {
                        count->fetch_add(1, relaxed);
                    } else {
                        count->store(count->load(relaxed) + 1, relaxed);
                    }
                });
            }
            scenario.at_end([=] { check(count->load(relaxed) == 2, "a count is lost"); });
        };
    };
    expect_fails(counter(false), "a count is lost");
    EXPECT_EQ(expect_holds(counter(true), everything), 2U);
}

/// Waits for a flag; the waker sets it. Wrong: the word is read for the wait after the flag was looked at.
Case sleeper(bool looks_first) {
    return [looks_first](Scenario& scenario) {
        struct State {
            Atomic<std::uint32_t> flag{0};
            Atomic<std::uint32_t> signal{0};
        };
        const auto state = std::make_shared<State>();
        scenario.thread([=] {
            for (;;) {
                std::uint32_t seen = 0;
                if (!looks_first) seen = state->signal.load(acquire);
                if (state->flag.load(acquire) == 1) return;
                if (looks_first) seen = state->signal.load(acquire);
                platform::futex_wait(state->signal, seen);
            }
        });
        scenario.thread([=] {
            state->flag.store(1, release);
            state->signal.fetch_add(1, release);
            platform::futex_wake_one(state->signal);
        });
    };
}

TEST(ModelMiniatures, AWakeUpBetweenTheLookAndTheWaitIsLost) {
    expect_fails(sleeper(true), "deadlock: T1 waits at model_miniatures_test.cpp");
    EXPECT_EQ(expect_holds(sleeper(false), everything), 20U);
}

/// Peterson: "Myths About the Mutual Exclusion Problem" (1981).
Case peterson(std::memory_order store, std::memory_order load) {
    return [=](Scenario& scenario) {
        struct State {
            Atomic<bool> wants[2] = {false, false};
            Atomic<int> turn{0};
            Plain<int> guarded{0};
        };
        const auto state = std::make_shared<State>();
        for (int me = 0; me < 2; ++me) {
            scenario.thread([=] {
                const int other = 1 - me;
                state->wants[me].store(true, store);
                state->turn.store(other, store);
                while (state->wants[other].load(load) && state->turn.load(load) == other) platform::cpu_relax();
                state->guarded.set(state->guarded.get() + 1);
                state->wants[me].store(false, store == relaxed ? relaxed : release);
            });
        }
        scenario.at_end([=] { check(state->guarded.get() == 2, "both were inside"); });
    };
}

TEST(ModelMiniatures, PetersonsLockNeedsSequentialConsistency) {
    expect_fails(peterson(relaxed, relaxed), "data race");
    expect_fails(peterson(release, acquire), "data race");
    EXPECT_EQ(expect_holds(peterson(seq_cst, seq_cst), everything), 88U);
}

Case publication(std::memory_order store, std::memory_order load) {
    return [=](Scenario& scenario) {
        struct State {
            Plain<int> message{0};
            Atomic<bool> ready{false};
        };
        const auto state = std::make_shared<State>();
        scenario.thread([=] {
            state->message.set(42);
            state->ready.store(true, store);
        });
        scenario.thread([=] {
            if (state->ready.load(load)) check(state->message.get() == 42, "the message is not there");
        });
    };
}

TEST(ModelMiniatures, PublicationNeedsAReleaseAndAnAcquire) {
    expect_fails(publication(relaxed, acquire), "data race");
    expect_fails(publication(release, relaxed), "data race");
    EXPECT_EQ(expect_holds(publication(release, acquire), everything), 3U);
}

/// Meyers, Alexandrescu: "C++ and the Perils of Double-Checked Locking" (2004), over a lock of one word.
Case double_checked(std::memory_order store, std::memory_order load) {
    return [=](Scenario& scenario) {
        struct Made {
            Plain<int> value{7};
        };
        struct State {
            Atomic<std::uint32_t> locked{0};
            Atomic<Made*> instance{nullptr};
            Plain<int> made{0};
        };
        const auto state = std::make_shared<State>();
        for (int i = 0; i < 2; ++i) {
            scenario.thread([=] {
                Made* instance = state->instance.load(load);
                if (instance == nullptr) {
                    while (state->locked.exchange(1, acquire) == 1) platform::cpu_relax();
                    instance = state->instance.load(relaxed);
                    if (instance == nullptr) {
                        instance = new Made;
                        state->made.set(state->made.get() + 1);
                        state->instance.store(instance, store);
                    }
                    state->locked.store(0, release);
                }
                check(instance->value.get() == 7, "what was found is not whole");
            });
        }
        scenario.at_end([=] {
            check(state->made.get() == 1, "made twice");
            delete state->instance.load(relaxed);
        });
    };
}

TEST(ModelMiniatures, ADoubleCheckedFlagNeedsAReleaseAndAnAcquire) {
    expect_fails(double_checked(relaxed, acquire), "data race");
    expect_fails(double_checked(release, relaxed), "data race");
    EXPECT_EQ(expect_holds(double_checked(release, acquire), everything), 12U);
}

/// Treiber's stack of two nodes, kept in an array and so used again. The head holds an index and, in the right twin, a
/// count of changes above it.
Case reused_nodes(bool counts_changes) {
    return [=](Scenario& scenario) {
        struct State {
            Atomic<std::uint32_t> next[4] = {0, 0, 0, 0};
            Atomic<std::uint32_t> head{0};
            Atomic<int> taken[4] = {0, 0, 0, 0};
            std::uint32_t step = 0;
            std::uint32_t pop() {
                std::uint32_t top = head.load(acquire);
                for (;;) {
                    const std::uint32_t node = top & 3U;
                    if (node == 0) return 0;
                    const std::uint32_t below = next[node].load(relaxed);
                    const std::uint32_t changed = ((top & ~3U) + step) | below;
                    if (head.compare_exchange_weak(top, changed, acq_rel, acquire)) return node;
                }
            }
            void push(std::uint32_t node) {
                std::uint32_t top = head.load(relaxed);
                for (;;) {
                    next[node].store(top & 3U, relaxed);
                    if (head.compare_exchange_weak(top, ((top & ~3U) + step) | node, acq_rel, relaxed)) return;
                }
            }
        };
        const auto state = std::make_shared<State>();
        state->step = counts_changes ? 4 : 0;
        state->push(2);
        state->push(1);
        const auto take = [=](std::uint32_t node) {
            if (node != 0) check(state->taken[node].fetch_add(1, relaxed) == 0, "a node has two owners");
        };
        scenario.thread([=] { take(state->pop()); });
        scenario.thread([=] {
            const std::uint32_t first = state->pop();
            const std::uint32_t second = state->pop();
            take(second);
            if (first != 0) state->push(first);
        });
        scenario.at_end([=] {
            take(state->pop());
            take(state->pop());
        });
    };
}

TEST(ModelMiniatures, APopThatIsFooledByAReusedNodeGivesItTwoOwners) {
    expect_fails(reused_nodes(false), "a node has two owners");
    EXPECT_EQ(expect_holds(reused_nodes(true), {.preemptions = 3, .stale_reads = 1}), 1634U);
}

Case counted_owner(std::memory_order order) {
    return [=](Scenario& scenario) {
        struct Shared {
            Atomic<int> owners{2};
            Plain<int> value{0};
        };
        auto* const shared = new Shared;
        for (int i = 0; i < 2; ++i) {
            scenario.thread([=] {
                (void)shared->value.get();
                if (shared->owners.fetch_sub(1, order) == 1) delete shared;
            });
        }
    };
}

TEST(ModelMiniatures, TheLastOwnerMustHaveSeenTheOthersLeave) {
    expect_fails(counted_owner(relaxed), "not ordered before");
    expect_fails(counted_owner(release), "not ordered before");
    EXPECT_EQ(expect_holds(counted_owner(acq_rel), everything), 2U);
}

TEST(ModelMiniatures, WhatIsNeverFreedIsFound) {
    expect_fails([](Scenario& scenario) { scenario.thread([] { (new Atomic<int>(1))->store(2, relaxed); }); },
                 "1 blocks of memory");
}

TEST(ModelMiniatures, WhatIsUsedAfterItsEndIsFound) {
    const Case late = [](Scenario& scenario) {
        auto* const word = new Atomic<int>(0);
        const auto last = std::make_shared<Atomic<int>>(0);
        scenario.thread([=] {
            if (last->load(acquire) == 0) word->store(1, relaxed);
        });
        scenario.thread([=] {
            last->store(1, release);
            delete word;
        });
    };
    const Outcome outcome = expect_fails(late, "");
    EXPECT_TRUE(outcome.failure.find("destr") != std::string::npos) << outcome.failure;
}

TEST(ModelMiniatures, ASpinThatNobodyEndsIsALivelockAndNoEndlessTest) {
    expect_fails(
        [](Scenario& scenario) {
            const auto flag = std::make_shared<Atomic<bool>>(false);
            scenario.thread([=] {
                while (!flag->load(acquire)) platform::cpu_relax();
            });
        },
        "livelock");
}

TEST(ModelMiniatures, ADeadlineMayPassOrNot) {
    bool woken = false;
    bool passed = false;
    expect_holds(
        [&](Scenario& scenario) {
            const auto word = std::make_shared<Atomic<std::uint32_t>>(0);
            scenario.thread([=, &woken, &passed] {
                const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
                if (platform::futex_wait_until(*word, 0, deadline)) {
                    woken = true;
                    check(std::chrono::steady_clock::now() < deadline, "woken, and yet the time has passed");
                } else {
                    passed = true;
                    check(std::chrono::steady_clock::now() >= deadline, "the time has not passed");
                }
            });
            scenario.thread([=] {
                word->store(1, release);
                platform::futex_wake_one(*word);
            });
        },
        everything);
    EXPECT_TRUE(woken);
    EXPECT_TRUE(passed);
}

/// Two locks, taken in the same order or not.
Case two_locks(bool same_order) {
    return [=](Scenario& scenario) {
        struct State {
            std::mutex a;
            std::mutex b;
            Plain<int> value{0};
        };
        const auto state = std::make_shared<State>();
        for (int i = 0; i < 2; ++i) {
            scenario.thread([=] {
                std::mutex& first = same_order || i == 0 ? state->a : state->b;
                std::mutex& second = same_order || i == 0 ? state->b : state->a;
                const std::scoped_lock one(first);
                const std::scoped_lock two(second);
                state->value.set(state->value.get() + 1);
            });
        }
        scenario.at_end([=] { check(state->value.get() == 2, "a count is lost"); });
    };
}

TEST(ModelMiniatures, LocksTakenInTwoOrdersDeadlock) {
    expect_fails(two_locks(false), "deadlock: T1 waits for a lock; T2 waits for a lock.");
    EXPECT_EQ(expect_holds(two_locks(true), everything), 8U);
}

TEST(ModelMiniatures, ANoticeWithoutTheLockIsLost) {
    const auto notice = [](bool under_lock) {
        return [=](Scenario& scenario) {
            struct State {
                std::mutex mutex;
                std::condition_variable changed;
                Atomic<bool> ready{false};
            };
            const auto state = std::make_shared<State>();
            scenario.thread([=] {
                std::unique_lock lock(state->mutex);
                while (!state->ready.load(acquire)) state->changed.wait(lock);
            });
            scenario.thread([=] {
                if (under_lock) {
                    const std::scoped_lock lock(state->mutex);
                    state->ready.store(true, release);
                } else {
                    state->ready.store(true, release);
                }
                state->changed.notify_one();
            });
        };
    };
    expect_fails(notice(false), "deadlock");
    expect_holds(notice(true), everything);
}

thread_local int visits = 0;
TEST(ModelMiniatures, EachThreadHasItsOwnThreadLocals) {
    expect_holds([](Scenario& scenario) {
        const auto word = std::make_shared<Atomic<int>>(0);
        for (int i = 0; i < 2; ++i) {
            scenario.thread([=] {
                for (int turn = 0; turn < 2; ++turn) {
                    word->fetch_add(1, relaxed);
                    ++visits;
                }
                check(visits == 2, "a thread-local is shared");
            });
        }
        scenario.at_end([] { check(visits == 0, "a thread-local is shared"); });
    });
    EXPECT_EQ(visits, 0);
}

TEST(ModelMiniatures, AnExceptionStaysOnItsThread) {
    expect_holds([](Scenario& scenario) {
        const auto word = std::make_shared<Atomic<int>>(0);
        for (int i = 0; i < 2; ++i) {
            scenario.thread([=] {
                try {
                    word->fetch_add(1, relaxed);
                    throw i;
                } catch (const int caught) {
                    word->fetch_add(1, relaxed);  // the other thread may throw and catch meanwhile
                    check(caught == i, "another thread's exception");
                    try {
                        throw;
                    } catch (const int again) {
                        check(again == i, "another thread's exception");
                    }
                }
            });
        }
    });
}

}  // namespace
}  // namespace grainscope::model
