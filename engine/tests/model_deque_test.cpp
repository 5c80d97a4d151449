// runtime/deque.h under every schedule of an owner and one or two thieves; its array begins with two places here, so
// that it grows.
#include <array>
#include <memory>

#include <grainscope/runtime/deque.h>
#include <grainscope/runtime/job.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

using detail::Deque;
using detail::Job;
using detail::Ordering;

struct Task final : Job {
    Task() : Job(nullptr) {}
    Plain<int> payload{0};  ///< written by the owner before the push, read by whoever takes the job
    Atomic<int> taken{0};
};

struct Shared {
    Deque deque;
    std::array<Task, 5> jobs;

    void push(std::size_t job) {
        jobs[job].payload.set(1);
        deque.make_room();
        deque.push_at<Ordering::checked>(deque.bottom(), jobs[job]);
    }
    static void take(Job* job) {
        auto* const task = static_cast<Task*>(job);
        check(task->payload.get() == 1, "a job's contents are not there");
        check(task->taken.fetch_add(1, relaxed) == 0, "a job is taken twice");
    }
    bool pop() {
        Job* const job = deque.pop();
        if (job != nullptr) take(job);
        return job != nullptr;
    }
    Deque::Steal steal() {
        Job* job = nullptr;
        const Deque::Steal result = deque.steal(job);
        if (result == Deque::Steal::won) take(job);
        return result;
    }
};

struct Shape {
    std::size_t before = 0;  ///< jobs that lie there when the threads begin
    std::size_t pushes = 0;  ///< by the owner, then
    std::size_t pops = 0;    ///< by the owner, after that
    std::size_t thieves = 1;
    std::size_t steals = 1;  ///< tries of each thief
};

/// What was pushed is taken exactly once, by the owner, by a thief, or by who empties the deque in the end.
Case deque_case(Shape shape) {
    return [shape](Scenario& scenario) {
        const auto shared = std::make_shared<Shared>();
        for (std::size_t i = 0; i < shape.before; ++i) shared->push(i);
        scenario.thread([=] {
            for (std::size_t i = 0; i < shape.pushes; ++i) shared->push(shape.before + i);
            for (std::size_t i = 0; i < shape.pops; ++i) (void)shared->pop();
        });
        for (std::size_t thief = 0; thief < shape.thieves; ++thief) {
            scenario.thread([=] {
                for (std::size_t i = 0; i < shape.steals; ++i) (void)shared->steal();
            });
        }
        scenario.at_end([=] {
            while (shared->pop()) {
            }
            check(shared->deque.looks_empty(), "the owner finds nothing in a deque that is not empty");
            for (std::size_t i = 0; i < shape.before + shape.pushes; ++i) {
                check(shared->jobs[i].taken.load(relaxed) == 1, "a job is lost");
            }
        });
    };
}

class ModelDeque : public testing::TestWithParam<bool> {
  protected:
    [[nodiscard]] static Options options(int preemptions, int stale_reads) {
        return scaled({.preemptions = preemptions, .stale_reads = stale_reads, .asymmetric_fences = GetParam()});
    }
};

TEST_P(ModelDeque, TheLastJobGoesToTheOwnerOrToTheThief) {
    expect_holds(deque_case({.before = 1, .pops = 1}), options(any_number, 2));
}
TEST_P(ModelDeque, OfTwoJobsEachIsTakenOnce) {
    expect_holds(deque_case({.before = 2, .pops = 2, .steals = 2}), options(3, 1));
}
/// Two stale reads: a thief looks at the bottom twice.
TEST_P(ModelDeque, AThiefThatSeesAnOldBottomTakesNothingThatTheOwnerHasPopped) {
    expect_holds(deque_case({.before = 2, .pops = 1, .steals = 2}), options(2, 2));
}
TEST_P(ModelDeque, OfThreeJobsEachIsTakenOnce) {
    expect_holds(deque_case({.before = 3, .pops = 3, .steals = 2}), options(2, 1));
}
TEST_P(ModelDeque, AnEmptyDequeGivesNothing) {
    expect_holds(deque_case({.pops = 1, .thieves = 2}), options(any_number, 2));
}
TEST_P(ModelDeque, AJobPushedBesideAThiefIsTakenOnce) {
    expect_holds(deque_case({.pushes = 1, .pops = 1, .steals = 2}), options(3, 2));
}
TEST_P(ModelDeque, TwoThievesAndTheOwnerWantTheSameJob) {
    expect_holds(deque_case({.before = 1, .pops = 1, .thieves = 2}), options(3, 1));
}
TEST_P(ModelDeque, TwoThievesAndTheOwnerWantTwoJobs) {
    expect_holds(deque_case({.before = 2, .pops = 2, .thieves = 2}), options(2, 1));
}
TEST_P(ModelDeque, AThiefReadsTheOldArrayWhileTheOwnerGrowsIt) {
    expect_holds(deque_case({.before = 2, .pushes = 1, .pops = 1, .steals = 2}), options(2, 2));
}
TEST_P(ModelDeque, TwoThievesReadWhileTheOwnerGrowsTheArray) {
    expect_holds(deque_case({.before = 2, .pushes = 1, .pops = 1, .thieves = 2}), options(2, 1));
}

/// What join does: fork, then take back exactly what was forked.
TEST_P(ModelDeque, AJobTakenBackIsTakenByNoThief) {
    const bool asymmetric = GetParam();
    expect_holds(
        [asymmetric](Scenario& scenario) {
            const auto shared = std::make_shared<Shared>();
            scenario.thread([=] {
                for (std::size_t job = 0; job < 2; ++job) {
                    const Deque::Index bottom = shared->deque.bottom();
                    shared->jobs[job].payload.set(1);
                    if (!shared->deque.fast_path_is_open_at(bottom)) shared->deque.make_room();
                    if (asymmetric) {
                        shared->deque.push_at<Ordering::light>(bottom, shared->jobs[job]);
                    } else {
                        shared->deque.push_at<Ordering::checked>(bottom, shared->jobs[job]);
                    }
                }
                for (const std::size_t job : {1, 0}) {
                    const auto index = static_cast<Deque::Index>(job);
                    const bool back = (asymmetric ? shared->deque.pop_exactly<Ordering::light>(index)
                                                  : shared->deque.pop_exactly<Ordering::checked>(index)) ||
                                      shared->deque.pop_contested(index);
                    if (back) Shared::take(&shared->jobs[job]);
                }
            });
            scenario.thread([=] {
                (void)shared->steal();
                (void)shared->steal();
            });
            scenario.at_end([=] {
                for (std::size_t job = 0; job < 2; ++job) {
                    check(shared->jobs[job].taken.load(relaxed) == 1, "a job is lost");
                }
            });
        },
        options(2, 1));
}

INSTANTIATE_TEST_SUITE_P(Fences, ModelDeque, testing::Bool(), [](const testing::TestParamInfo<bool>& fences) {
    return fences.param ? "Asymmetric" : "SequentiallyConsistent";
});

}  // namespace
}  // namespace grainscope::model
