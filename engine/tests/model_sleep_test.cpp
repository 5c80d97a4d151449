// runtime/sleep.h under every schedule of a producer and two or three workers that search, park and are woken. A
// wake-up that is lost leaves a worker asleep beside a job, and the case in a deadlock.
#include <array>
#include <memory>

#include <grainscope/runtime/deque.h>
#include <grainscope/runtime/job.h>
#include <grainscope/runtime/sleep.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

using detail::Deque;
using detail::Job;
using detail::Ordering;
using detail::Sleep;

struct Task final : Job {
    Task() : Job(nullptr) {}
};

/// What Lane::push, Worker::search and Registry::wake_for_work_left do with a pool's Sleep, and nothing else.
class Pool {
  public:
    explicit Pool(std::size_t workers) : sleep_(workers) {}

    void push(std::size_t job) {
        deque_.make_room();
        deque_.push_at<Ordering::checked>(deque_.bottom(), jobs_[job]);
        const bool asymmetric = platform::fences_are_asymmetric();
        if (asymmetric) platform::light_fence();
        if (sleep_.word().someone_should_wake(asymmetric ? relaxed : seq_cst)) wake_one();
    }

    /// Returns when it has got a job. Wrong on purpose: `looks_last` false parks without the last look.
    void take_one(std::size_t worker, bool looks_last = true) {
        sleep_.start_searching();
        for (;;) {
            Job* job = nullptr;
            Deque::Steal outcome = Deque::Steal::lost;
            while (outcome == Deque::Steal::lost) outcome = deque_.steal(job);
            if (outcome == Deque::Steal::won) {
                if (sleep_.stop_searching()) wake_for_work_left();
                return;
            }
            (void)sleep_.park(
                worker, false, [&] { return looks_last && deque_.has_work(); }, [] {});
        }
    }

    /// The wait of a worker in an isolated region, for a latch alone.
    void wait_restricted(std::size_t worker) {
        while (latch_.load(seq_cst) == 0) {
            (void)sleep_.park(
                worker, true, [&] { return latch_.load(seq_cst) == 1; }, [] {});
        }
    }
    /// The wait for a latch while searching.
    void wait(std::size_t worker) {
        sleep_.start_searching();
        while (latch_.load(seq_cst) == 0) {
            (void)sleep_.park(
                worker, false, [&] { return latch_.load(seq_cst) == 1; }, [] {});
        }
        (void)sleep_.stop_searching();
    }
    void set_latch(std::size_t worker) {
        latch_.store(1, seq_cst);
        (void)sleep_.wake(worker);
    }
    /// Nobody sleeps and nobody searches.
    [[nodiscard]] bool is_at_rest() {
        if (sleep_.someone_should_wake()) return false;
        sleep_.start_searching();
        return !sleep_.stop_searching();
    }

  private:
    void wake_one() {
        sleep_.wake_one(0, [](std::size_t) { return true; });
    }
    void wake_for_work_left() {
        platform::heavy_fence();
        if (deque_.has_work()) wake_one();
    }

    Sleep sleep_;
    Deque deque_;
    std::array<Task, 3> jobs_;
    Atomic<int> latch_{0};
};

Case producer_and_takers(std::size_t takers, bool looks_last = true) {
    return [=](Scenario& scenario) {
        const auto pool = std::make_shared<Pool>(takers);
        for (std::size_t i = 0; i < takers; ++i) scenario.thread([=] { pool->take_one(i, looks_last); });
        scenario.thread([=] {
            for (std::size_t i = 0; i < takers; ++i) pool->push(i);
        });
        scenario.at_end([=] { check(pool->is_at_rest(), "the counts of sleepers and searchers are off"); });
    };
}

class ModelSleep : public testing::TestWithParam<bool> {
  protected:
    [[nodiscard]] static Options options(int preemptions, int stale_reads, int early_returns = 0) {
        return scaled({.preemptions = preemptions,
                       .stale_reads = stale_reads,
                       .early_returns = early_returns,
                       .asymmetric_fences = GetParam()});
    }
};

TEST_P(ModelSleep, AWorkerIsWokenForTheOneJob) { expect_holds(producer_and_takers(1), options(any_number, 1, 1)); }
/// A worker that is woken while it still looks for the last time must count as a searcher before it goes on: else it
/// stops searching uncounted, and nobody wakes the second worker for the second job.
TEST_P(ModelSleep, TwoWorkersAreWokenForTwoJobs) { expect_holds(producer_and_takers(2), options(2, 1)); }
TEST_P(ModelSleep, ThreeWorkersAreWokenForThreeJobs) { expect_holds(producer_and_takers(3), options(1, 0)); }

TEST_P(ModelSleep, WithoutTheLastLookAWakeUpWouldBeLost) {
    expect_fails(producer_and_takers(1, false), "deadlock: T1 waits at sleep.h", options(2, 1));
}

TEST_P(ModelSleep, ALatchWakesItsOwner) {
    for (const bool restricted : {false, true}) {
        expect_holds(
            [=](Scenario& scenario) {
                const auto pool = std::make_shared<Pool>(1);
                scenario.thread([=] { restricted ? pool->wait_restricted(0) : pool->wait(0); });
                scenario.thread([=] { pool->set_latch(0); });
                scenario.at_end([=] { check(pool->is_at_rest(), "the counts of sleepers and searchers are off"); });
            },
            options(any_number, 2, 1));
    }
}

TEST_P(ModelSleep, ALatchAndAJobWakeTwoWorkersWhoWaitForDifferentThings) {
    expect_holds(
        [](Scenario& scenario) {
            const auto pool = std::make_shared<Pool>(2);
            scenario.thread([=] { pool->take_one(0); });
            scenario.thread([=] { pool->wait_restricted(1); });
            scenario.thread([=] {
                pool->set_latch(1);
                pool->push(0);
            });
            scenario.at_end([=] { check(pool->is_at_rest(), "the counts of sleepers and searchers are off"); });
        },
        options(2, 1));
}

INSTANTIATE_TEST_SUITE_P(Fences, ModelSleep, testing::Bool(), [](const testing::TestParamInfo<bool>& fences) {
    return fences.param ? "Asymmetric" : "SequentiallyConsistent";
});

}  // namespace
}  // namespace grainscope::model
