#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include <grainscope/trace/analysis.h>
#include <grainscope/trace/task_tree.h>

#include "trace_synthetic.h"

namespace grainscope::trace {
namespace {

using testing::ms;
using testing::SyntheticRun;

const Recording& synthetic() {
    static const Recording recording = testing::read_all(testing::synthetic_stream());
    return recording;
}

TEST(Analysis, CoversTheSamplesAndNothingElse) {
    const auto ranges = measured_ranges(synthetic());
    ASSERT_EQ(ranges.size(), 3U);
    EXPECT_EQ(ranges[0], (TimeRange{45 * ms, 75 * ms}));
    EXPECT_EQ(ranges[2], (TimeRange{125 * ms, 155 * ms}));
}

TEST(Analysis, GivesTheKnownNumbersOfAKnownRecording) {
    const Analysis analysis = analyze(synthetic());
    EXPECT_TRUE(analysis.complete);
    EXPECT_EQ(analysis.elapsed, 90 * ms);
    EXPECT_EQ(analysis.ranges, 3U);
    EXPECT_EQ(analysis.busy, 3 * 45 * ms);
    EXPECT_DOUBLE_EQ(*analysis.utilisation, 0.75);
    EXPECT_EQ(analysis.idle.searching, 3 * 10 * ms);
    EXPECT_EQ(analysis.idle.parked, 3 * 5 * ms);
    EXPECT_EQ(analysis.idle.blocked, 0);
    EXPECT_EQ(analysis.idle.descheduled, 3 * 2 * ms);
    EXPECT_EQ(analysis.worker_time, 2 * 90 * ms);
    EXPECT_EQ(analysis.on_cpu, 3 * 43 * ms);
    EXPECT_EQ(analysis.steals, 3U);
    EXPECT_EQ(analysis.dropped_events, 0U);
    EXPECT_EQ(analysis.work, 3 * 45 * ms) << "5 + 20 + 15 + 5 in each sample";
    EXPECT_EQ(analysis.span, 3 * 30 * ms);
    EXPECT_EQ(analysis.burdened_span, 3 * (30 * ms + fork_burden_ns))
        << "the root's own fork; the right half is shorter";
    EXPECT_DOUBLE_EQ(*analysis.parallelism, 1.5);
}

TEST(Analysis, OfASelectionSharesOutTheStatesAsTheSpansSay) {
    // From the middle of the search to the middle of the stolen half.
    const Analysis analysis = analyze(synthetic(), {50 * ms, 60 * ms});
    EXPECT_EQ(analysis.busy, 10 * ms + 5 * ms);
    EXPECT_EQ(analysis.idle.searching, 5 * ms);
    EXPECT_EQ(analysis.idle.parked, 0);
    EXPECT_EQ(analysis.steals, 1U);
    EXPECT_DOUBLE_EQ(*analysis.utilisation, 0.75);
    EXPECT_EQ(analysis.work, std::nullopt) << "no whole tree lies in it";
}

TEST(Analysis, OfNothingSaysNothing) {
    for (const TimeRange range :
         {TimeRange{50, 50}, TimeRange{60, 50}, TimeRange{-100, -50}, TimeRange{900 * ms, 950 * ms}}) {
        const Analysis analysis = analyze(synthetic(), range);
        EXPECT_EQ(analysis.elapsed, 0);
        EXPECT_EQ(analysis.utilisation, std::nullopt);
        EXPECT_EQ(analysis.steals, std::nullopt);
        EXPECT_EQ(analysis.work, std::nullopt);
    }
    EXPECT_EQ(analyze(Recording{}).utilisation, std::nullopt);
}

TEST(Analysis, LeavesOutDiscardedSamplesAndPauses) {
    Recording recording;
    recording.end = 1000;
    recording.phases = {{.kind = PhaseKind::sample, .begin = 0, .end = 100, .correct = {}, .discarded = true},
                        {.kind = PhaseKind::sample, .begin = 200, .end = 400, .correct = {}},
                        {.kind = PhaseKind::paused, .begin = 250, .end = 300, .correct = {}},
                        {.kind = PhaseKind::check, .begin = 400, .end = 500, .correct = {}},
                        {.kind = PhaseKind::sample, .begin = 900, .end = {}, .correct = {}}};
    EXPECT_EQ(measured_ranges(recording), (std::vector<TimeRange>{{200, 250}, {300, 400}, {900, 1000}}));
}

/// Two samples of one worker, 100 ms apart, that say what it did in between.
Recording recording_between(std::array<Nanoseconds, state_count> states, Nanoseconds on_cpu, Nanoseconds descheduled) {
    Recording recording;
    recording.end = 100 * ms;
    recording.workers.resize(1);
    recording.workers[0].samples = {
        {.at = 0, .counters = {}, .state_ns = states, .on_cpu_ns = on_cpu, .descheduled_ns = descheduled},
        {.at = 100 * ms, .counters = {}, .state_ns = states, .on_cpu_ns = on_cpu, .descheduled_ns = descheduled}};
    WorkerSample& first = recording.workers[0].samples[0];
    first.state_ns->fill(0);
    first.on_cpu_ns = first.descheduled_ns = 0;
    return recording;
}

TEST(Analysis, TellsWhatBlockedWorkersWaitedFor) {
    const Analysis analysis = analyze(recording_between({10 * ms, 0, 5 * ms, 40 * ms, 25 * ms, 20 * ms}, 10 * ms, 0));
    EXPECT_EQ(analysis.idle.blocked, 85 * ms);
    EXPECT_EQ(analysis.blocked.channel, 40 * ms);
    EXPECT_EQ(analysis.blocked.lock, 25 * ms);
    EXPECT_EQ(analysis.blocked.io, 20 * ms);
    EXPECT_EQ(analysis.asleep_while_busy, 0);
}

TEST(Analysis, TakesBusyWorkersThatAreNeitherOnACoreNorReadyForOneToSleep) {
    const auto asleep = [](std::array<Nanoseconds, state_count> states, Nanoseconds on_cpu, Nanoseconds descheduled) {
        return analyze(recording_between(states, on_cpu, descheduled)).asleep_while_busy;
    };
    EXPECT_EQ(asleep({90 * ms, 0, 10 * ms}, 30 * ms, 20 * ms), 40 * ms);
    EXPECT_EQ(asleep({60 * ms, 30 * ms, 10 * ms}, 40 * ms, 0), 20 * ms) << "all that ran may have been work";
    EXPECT_EQ(asleep({10 * ms, 80 * ms, 10 * ms}, 0, 0), 10 * ms) << "never more than busy";
    EXPECT_EQ(asleep({50 * ms, 0, 50 * ms}, 45 * ms, 30 * ms), 0) << "woken, it may be ready before it is busy";
}

TEST(Analysis, TakesAWaitForACoreThatEndsBehindTheRangeForNoSleep) {
    // Ready since 40 ms; the kernel says so when the thread has its core again, at 130.
    Recording recording = recording_between({100 * ms, 0, 0}, 40 * ms, 0);
    std::vector<WorkerSample>& samples = recording.workers[0].samples;
    EXPECT_EQ(analyze(recording).asleep_while_busy, 60 * ms) << "nothing was recorded behind";
    samples.push_back(samples.back());
    samples.back().at = 120 * ms;
    samples.push_back(samples.back());
    samples.back().at = 140 * ms;
    samples.back().on_cpu_ns = 50 * ms;
    samples.back().descheduled_ns = 90 * ms;
    recording.end = 140 * ms;
    EXPECT_EQ(analyze(recording, {0, 100 * ms}).asleep_while_busy, 0);
    samples.back().descheduled_ns = 2 * ms;
    EXPECT_EQ(analyze(recording, {0, 100 * ms}).asleep_while_busy, 58 * ms) << "it slept, and had its core soon";
}

TEST(Analysis, OfTimesIsTheSameWithoutTheTree) {
    const auto ranges = measured_ranges(synthetic());
    const Analysis times = analyze_times(synthetic(), ranges);
    EXPECT_EQ(times.busy, 3 * 45 * ms);
    EXPECT_EQ(times.steals, 3U);
    EXPECT_EQ(times.work, std::nullopt);
    EXPECT_EQ(times.span, std::nullopt);
}

TEST(Analysis, TakesABackendWithoutStatesByTheKernelsTimes) {
    Recording recording;
    recording.end = 100 * ms;
    recording.workers.resize(1);
    for (const Nanoseconds at : {0 * ms, 100 * ms}) {
        recording.workers[0].samples.push_back(
            {.at = at, .counters = {}, .state_ns = {}, .on_cpu_ns = at * 3 / 5, .descheduled_ns = at / 10});
    }
    const Analysis analysis = analyze(recording);
    EXPECT_DOUBLE_EQ(*analysis.utilisation, 0.7);
    EXPECT_EQ(analysis.idle.descheduled, 10 * ms);
    EXPECT_EQ(analysis.idle.searching, std::nullopt);
    EXPECT_EQ(analysis.blocked.io, std::nullopt);
    EXPECT_EQ(analysis.asleep_while_busy, std::nullopt);
    EXPECT_EQ(analysis.on_cpu, 60 * ms);
    EXPECT_EQ(analysis.steals, std::nullopt);
    EXPECT_EQ(analyze(recording, {20 * ms, 40 * ms}).busy, 14 * ms);
}

TEST(Analysis, TakesStealsFromTheCountersWhereMarksAreMissing) {
    Recording recording;
    recording.end = 100;
    recording.workers.resize(1);
    recording.workers[0].steals = {{.at = 10, .victim = 0, .task = 0}};
    for (const Nanoseconds at : {0, 100}) {
        WorkerSample sample{.at = at, .counters = Counters{}, .state_ns = {}, .on_cpu_ns = {}, .descheduled_ns = {}};
        sample.counters->steals = at == 0 ? 0 : 8;
        sample.dropped_events = at == 0 ? 0 : 7;
        recording.workers[0].samples.push_back(sample);
    }
    EXPECT_EQ(analyze(recording).steals, 8U);
    EXPECT_EQ(analyze(recording).dropped_events, 7U);
    EXPECT_EQ(analyze(recording).work, std::nullopt);
}

TEST(BusyFraction, IsExactInFineAndInCoarseBuckets) {
    const TimeRange sample{45 * ms, 75 * ms};
    const auto fine = busy_fraction(synthetic(), 1, sample, 30);
    ASSERT_EQ(fine.size(), 30U);
    for (std::size_t i = 0; i < 30; ++i) EXPECT_FLOAT_EQ(fine[i], i >= 10 && i < 25 ? 1.0F : 0.0F) << i;
    const auto odd = busy_fraction(synthetic(), 1, sample, 7);
    EXPECT_NEAR(std::accumulate(odd.begin(), odd.end(), 0.0) / 7, 0.5, 1e-6);
    const auto coarse = busy_fraction(synthetic(), 1, sample, 1);
    EXPECT_NEAR(coarse[0], 0.5, 1e-6);
    EXPECT_TRUE(busy_fraction(synthetic(), 2, sample, 10).empty());
    EXPECT_TRUE(busy_fraction(synthetic(), 0, sample, 0).empty());
    EXPECT_EQ(busy_fraction(synthetic(), 0, {5, 5}, 3), std::vector<float>(3, 0.0F));
}

TEST(BusyFraction, ShowsTheSpanThatIsStillOpen) {
    Recording recording;
    recording.end = 100;
    recording.workers.resize(1);
    recording.workers[0].samples.push_back({.at = 100,
                                            .counters = {},
                                            .state_ns = std::array<Nanoseconds, state_count>{60, 0, 40, 0, 0, 0},
                                            .on_cpu_ns = {},
                                            .descheduled_ns = {},
                                            .open_state = State::busy,
                                            .open_since = 40});
    recording.workers[0].states = {{0, 40, State::parked}};
    EXPECT_EQ(busy_fraction(recording, 0, {0, 100}, 5), (std::vector<float>{0, 0, 1, 1, 1}));
}

// -- work and span ----------------------------------------------------------------------------------------------------

constexpr unsigned left = 0, right = task_is_right, spawned = task_is_spawned | task_is_right;

struct Task {
    Nanoseconds begin, end;
    std::uint64_t id, parent;
    unsigned flags;
};

Recording recording_of(std::vector<std::vector<Task>> workers) {
    Recording recording;
    for (const auto& tasks : workers) {
        WorkerTrack& track = recording.workers.emplace_back();
        for (const Task& task : tasks) {
            track.tasks.push_back(
                {task.begin, task.end, task.id, task.parent, 0, static_cast<std::uint16_t>(task.flags)});
            recording.end = std::max(recording.end, task.end);
        }
        std::ranges::stable_sort(track.tasks, {}, &TaskSpan::end);
    }
    return recording;
}

WorkAndSpan measure(const Recording& recording) {
    const auto result = work_and_span(recording, {0, recording.end});
    EXPECT_TRUE(result.has_value());
    return result.value_or(WorkAndSpan{});
}

TEST(WorkAndSpan, OfOneTaskAreItsLength) {
    const auto [work, span, burdened] = measure(recording_of({{{100, 400, 1, 0, spawned}}}));
    EXPECT_EQ(work, 300);
    EXPECT_EQ(span, 300);
    EXPECT_EQ(burdened, 300 + fork_burden_ns);
}

TEST(WorkAndSpan, OfAJoinOnOneWorkerCountTheLongerHalf) {
    // 100 before, halves of 300 and 200 one after the other, 50 behind.
    const auto [work, span, burdened] =
        measure(recording_of({{{0, 650, 1, 0, spawned}, {100, 400, 2, 1, left}, {400, 600, 3, 1, right}}}));
    EXPECT_EQ(work, 650);
    EXPECT_EQ(span, 100 + 300 + 50);
    EXPECT_EQ(burdened, 100 + (200 + fork_burden_ns) + 50 + fork_burden_ns);
}

TEST(WorkAndSpan, AreTheSameWhoeverRanTheRightHalf) {
    // The right half was stolen; its forker waited 100 for it, which is nobody's work.
    const auto [work, span, burdened] = measure(
        recording_of({{{0, 550, 1, 0, spawned}, {100, 400, 2, 1, left}}, {{150, 500, 3, 1, right | task_is_stolen}}}));
    EXPECT_EQ(work, 100 + 300 + 350 + 50);
    EXPECT_EQ(span, 100 + 350 + 50);
    EXPECT_EQ(burdened, span + 2 * fork_burden_ns);
}

TEST(WorkAndSpan, OfJoinsInARowAddUp) {
    const auto [work, span, burdened] = measure(recording_of({{{0, 400, 1, 0, spawned},
                                                               {0, 100, 2, 1, left},
                                                               {100, 200, 3, 1, right},
                                                               {200, 300, 4, 1, left},
                                                               {300, 400, 5, 1, right}}}));
    EXPECT_EQ(work, 400);
    EXPECT_EQ(span, 200);
    EXPECT_EQ(burdened, 200 + 3 * fork_burden_ns);
}

TEST(WorkAndSpan, OfJoinsInsideJoinsFollowTheLongestPath) {
    // 1 forks 2 | 3; 2 forks 4 | 5. Leaves of 100, 200 and 250.
    const auto [work, span, burdened] = measure(recording_of({{{0, 550, 1, 0, spawned},
                                                               {0, 300, 2, 1, left},
                                                               {0, 100, 4, 2, left},
                                                               {100, 300, 5, 2, right},
                                                               {300, 550, 3, 1, right}}}));
    EXPECT_EQ(work, 550);
    EXPECT_EQ(span, 250);
    EXPECT_GE(burdened, span);
}

TEST(WorkAndSpan, LeaveOutOtherWorkThatRanInsideAWait) {
    // Worker 1 waits from 200 to 500 for its right half and meanwhile runs a task that worker 0 forked.
    const Recording recording = recording_of(
        {{{0, 600, 1, 0, spawned},
          {0, 500, 2, 1, left},
          {0, 450, 6, 2, left},
          {300, 400, 5, 4, right | task_is_stolen}},
         {{10, 520, 3, 1, right | task_is_stolen}, {20, 500, 4, 3, left}, {210, 290, 7, 2, right | task_is_stolen}}});
    const auto result = work_and_span(recording, {0, 600});
    ASSERT_TRUE(result);
    EXPECT_LE(result->work, 600 + 510);
    EXPECT_GE(result->work, result->span);
}

TEST(WorkAndSpan, LeaveOutTimeInWhichTheWorkerWasNotBusy) {
    Recording recording = recording_of({{{0, 1000, 1, 0, spawned}}});
    recording.workers[0].states = {{0, 300, State::busy}, {300, 900, State::blocked_io}, {900, 1000, State::busy}};
    EXPECT_EQ(measure(recording).work, 400);
    EXPECT_EQ(measure(recording).span, 400);
}

TEST(WorkAndSpan, OfSpawnedTasksRunBesideTheirSpawner) {
    // Two spawned tasks that ran in one wait, the later spawn first: both beside each other.
    const auto [work, span, burdened] =
        measure(recording_of({{{0, 300, 1, 0, spawned}, {100, 200, 3, 1, spawned}, {200, 300, 2, 1, spawned}}}));
    EXPECT_EQ(work, 300);
    EXPECT_EQ(span, 200);
    EXPECT_EQ(burdened, 200 + 2 * fork_burden_ns);
}

TEST(WorkAndSpan, OfRootsThatOverlapAreParallelAndOthersInARow) {
    EXPECT_EQ(measure(recording_of({{{0, 100, 1, 0, spawned}}, {{50, 150, 2, 0, spawned}}})).span, 100);
    EXPECT_EQ(measure(recording_of({{{0, 100, 1, 0, spawned}}, {{100, 200, 2, 0, spawned}}})).span, 200);
}

TEST(WorkAndSpan, AreUnknownIfTheTreeIsNotWhole) {
    EXPECT_EQ(work_and_span(Recording{}, {0, 100}), std::nullopt) << "no tasks";
    EXPECT_EQ(work_and_span(recording_of({{{0, 100, 2, 1, left}}}), {0, 100}), std::nullopt) << "no parent";
    EXPECT_EQ(work_and_span(recording_of({{{0, 100, 2, 3, left}, {0, 100, 3, 2, left}}}), {0, 100}), std::nullopt)
        << "a circle";
    EXPECT_EQ(work_and_span(recording_of({{{0, 50, 1, 0, left}, {50, 100, 1, 0, left}}}), {0, 100}), std::nullopt)
        << "one name twice";
    Recording dropped = recording_of({{{0, 100, 1, 0, spawned}}});
    WorkerSample sample{.at = 50, .counters = {}, .state_ns = {}, .on_cpu_ns = {}, .descheduled_ns = {}};
    sample.dropped_events = 1;
    dropped.workers[0].samples.push_back(sample);
    EXPECT_EQ(work_and_span(dropped, {0, 100}), std::nullopt) << "events were dropped";
}

TEST(WorkAndSpan, OfAChainOfAHundredThousandForksDoNotNeedAStack) {
    std::vector<Task> tasks;
    constexpr Nanoseconds depth = 100'000;
    for (Nanoseconds i = 0; i < depth; ++i) {
        const auto id = static_cast<std::uint64_t>(i) + 1;
        tasks.push_back({i, 2 * depth - i, id, id - 1, i == 0 ? spawned : left});
    }
    EXPECT_EQ(measure(recording_of({tasks})).work, 2 * depth);
}

}  // namespace
}  // namespace grainscope::trace
