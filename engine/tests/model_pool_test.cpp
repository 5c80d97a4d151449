// A whole pool of one or two workers under the scheduler: entering it, forking, latches, its end. Its threads are the
// scheduler's too; a worker looks around once and then parks, since a second passes between two looks at the clock.
#include <memory>

#include <grainscope/runtime/broadcast.h>
#include <grainscope/runtime/join.h>
#include <grainscope/runtime/latch.h>
#include <grainscope/runtime/scope.h>
#include <grainscope/runtime/thread_pool.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

Options options(int preemptions, int stale_reads, bool asymmetric) {
    return scaled({.preemptions = preemptions, .stale_reads = stale_reads, .asymmetric_fences = asymmetric});
}

/// One thread from outside makes a pool, does something in it and lets it go.
template <class F>
Case in_a_pool(std::size_t workers, F body) {
    return [=](Scenario& scenario) {
        scenario.thread([=] {
            ThreadPool pool = ThreadPoolBuilder().num_threads(workers).build();
            pool.install([&] { body(); });
        });
    };
}

#if defined(__SANITIZE_ADDRESS__)
constexpr int few = 0;  // a pool is many steps
#else
constexpr int few = 1;
#endif

class ModelPool : public testing::TestWithParam<bool> {};

TEST_P(ModelPool, AThreadFromOutsideGetsItsResultAndThePoolEnds) {
    const Case body = in_a_pool(1, [] {});
    expect_holds(body, options(1, 1, GetParam()));
}

TEST_P(ModelPool, BothHalvesOfAJoinHaveRunWhenItReturns) {
    const Case body = in_a_pool(2, [] {
        Plain<int> left{0};
        Plain<int> right{0};
        join([&] { left.set(1); }, [&] { right.set(1); });
        check(left.get() == 1 && right.get() == 1, "half of a join is missing");
    });
    expect_holds(body, options(few, 0, GetParam()));
}

TEST_P(ModelPool, AScopeWaitsForWhatWasSpawned) {
    const Case body = in_a_pool(2, [] {
        Plain<int> value{0};
        scope([&](Scope& inner) { inner.spawn([&] { value.set(1); }); });
        check(value.get() == 1, "a spawned job is missing");
    });
    expect_holds(body, options(few, 0, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Fences, ModelPool, testing::Bool(), [](const testing::TestParamInfo<bool>& fences) {
    return fences.param ? "Asymmetric" : "SequentiallyConsistent";
});

TEST(ModelBlockingLatch, ThePlaceOfALatchMayGoAsSoonAsItsWaiterHasSeenIt) {
    expect_holds(
        [](Scenario& scenario) {
            struct State {
                Plain<int> result{0};
                detail::BlockingLatch latch;
            };
            auto* const state = new State;
            scenario.thread([=] {
                state->result.set(7);
                state->latch.set();
            });
            scenario.thread([=] {
                state->latch.wait();
                check(state->result.get() == 7, "the result is not there");
                delete state;
            });
        },
        {.preemptions = any_number, .stale_reads = 2});
}

TEST(ModelCountLatch, AThreadOutsideWaitsForAllWhoCountDown) {
    expect_holds(
        [](Scenario& scenario) {
            struct State {
                Plain<int> results[2] = {0, 0};
                // The latch asks the pool of its setters for nothing where its owner is no worker.
                alignas(detail::Registry) std::byte pool[sizeof(detail::Registry)];
                detail::CountLatch latch{*reinterpret_cast<detail::Registry*>(pool)};
            };
            const auto state = std::make_shared<State>();
            state->latch.increment();
            state->latch.increment();
            for (int i = 0; i < 2; ++i) {
                scenario.thread([=] {
                    state->results[i].set(1);
                    state->latch.decrement();
                });
            }
            scenario.thread([=] {
                state->latch.wait();
                check(state->results[0].get() == 1 && state->results[1].get() == 1, "a result is not there");
            });
        },
        {.preemptions = 3, .stale_reads = 2});
}

}  // namespace
}  // namespace grainscope::model
