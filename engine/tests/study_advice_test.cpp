#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include <grainscope/study/advice.h>
#include <grainscope/trace/stream_reader.h>

#include "study_recorded_runs.h"

namespace grainscope::study {
namespace {

using namespace testing;

Advice advise_with(const Recording& recording, const Recording& other) {
    const Recording* const others[] = {&other};
    return advise(recording, others);
}

/// The number of that name, or -1.
double evidence(const Advice& advice, const std::string& name) {
    const auto found = std::ranges::find(advice.evidence, name, &Evidence::name);
    return found == advice.evidence.end() ? -1 : found->value;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// -- computing and IO -------------------------------------------------------------------------------------------------

TEST(Advice, OfWorkersThatComputeIsCpuBoundAndLeavesMemoryOpen) {
    const Advice advice = advise(recording_of(3, 100, 4, {.busy = 98, .searching = 2, .on_cpu = 100}));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_EQ(advice.tool, Tool::parallel_iterators);
    EXPECT_EQ(advice.confidence, Confidence::likely);
    EXPECT_EQ(advice.sentence,
              "CPU-bound: workers computed 98.0 % of their time and waited for IO 0.0 %: parallel iterators or join on "
              "the work-stealing pool fit.");
    EXPECT_TRUE(has(advice.missing, "record the same on 1 thread as well")) << advice.missing;
    EXPECT_DOUBLE_EQ(evidence(advice, "computing"), 0.98);
    EXPECT_DOUBLE_EQ(evidence(advice, "searching"), 0.02);
    EXPECT_DOUBLE_EQ(evidence(advice, "measured_time"), 300 * ms);
    EXPECT_EQ(evidence(advice, "cpu_time_growth"), -1) << "one recording knows none";
}

TEST(Advice, OfOneWorkerThatComputesAsksForTwo) {
    const Advice advice = advise(recording_of(3, 100, 1, computes(100)));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_TRUE(has(advice.missing, "record the same on 2 threads as well")) << advice.missing;
}

TEST(Advice, CountsTimeWithoutACoreAsComputingAndSaysSo) {
    const Advice advice = advise(recording_of(3, 100, 2, {.busy = 100, .on_cpu = 60, .descheduled = 40}));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_TRUE(has(advice.sentence, "computed 100.0 % of their time (up to 40.0 % while others had their cores)"))
        << advice.sentence;
}

TEST(Advice, OfWorkersThatWaitForMarkedIoIsIoBound) {
    const Advice advice = advise(recording_of(3, 100, 2, {.busy = 10, .io = 85, .on_cpu = 10}));
    EXPECT_EQ(advice.kind, WorkKind::io_bound);
    EXPECT_EQ(advice.tool, Tool::async_tasks);
    EXPECT_EQ(advice.confidence, Confidence::sure);
    EXPECT_EQ(advice.missing, "");
    EXPECT_EQ(advice.sentence,
              "IO-bound: workers computed 10.0 % of their time and waited for IO 85.0 %: asynchronous tasks (io::Task "
              "with io::join_all) fit, many waits on few threads.");
}

TEST(Advice, OfBusyWorkersThatSleepIsMostLikelyIoBound) {
    const Advice advice = advise(recording_of(3, 100, 2, {.busy = 100, .on_cpu = 10}));
    EXPECT_EQ(advice.kind, WorkKind::io_bound);
    EXPECT_EQ(advice.confidence, Confidence::likely);
    EXPECT_TRUE(has(advice.missing, "not for a lock or a timer")) << advice.missing;
    EXPECT_DOUBLE_EQ(evidence(advice, "asleep_while_busy"), 0.9);
}

TEST(Advice, OfComputingAndIoIsMixed) {
    const Advice advice = advise(recording_of(3, 100, 2, {.busy = 55, .io = 45, .on_cpu = 55}));
    EXPECT_EQ(advice.kind, WorkKind::mixed);
    EXPECT_EQ(advice.tool, Tool::spawn_blocking);
    EXPECT_EQ(advice.confidence, Confidence::sure);
}

TEST(Advice, NamesTheSmallerOfTwoThingsFromAFifthOn) {
    EXPECT_EQ(advise(recording_of(1, 100, 1, {.busy = 81, .io = 19, .on_cpu = 81})).kind, WorkKind::cpu_bound);
    EXPECT_EQ(advise(recording_of(1, 100, 1, {.busy = 79, .io = 21, .on_cpu = 79})).kind, WorkKind::mixed);
    EXPECT_EQ(advise(recording_of(1, 100, 1, {.busy = 21, .io = 79, .on_cpu = 21})).kind, WorkKind::mixed);
    EXPECT_EQ(advise(recording_of(1, 100, 1, {.busy = 19, .io = 81, .on_cpu = 19})).kind, WorkKind::io_bound);
}

TEST(Advice, OfManyWorkersThatFillTheCoresIsCpuBoundWhateverTheyWaitFor) {
    const Did did{.busy = 25, .channel = 50, .io = 25, .on_cpu = 25};
    const Advice advice = advise(recording_of(3, 100, 8, did, {.cores = 2}));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_TRUE(has(advice.sentence, "8 workers kept 2.00 of 2 cores computing, each 25.0 % of its time"))
        << advice.sentence;
    EXPECT_NE(advise(recording_of(3, 100, 8, did, {.cores = 8})).kind, WorkKind::cpu_bound);
    const Did waits_for_a_core{.busy = 50, .channel = 50, .on_cpu = 10, .descheduled = 40};
    const Advice of_others = advise(recording_of(3, 100, 4, waits_for_a_core, {.cores = 2}));
    EXPECT_FALSE(has(of_others.sentence, "cores computing")) << "other programs filled them: " << of_others.sentence;
}

// -- nothing to do, and one another -----------------------------------------------------------------------------------

TEST(Advice, OfIdleWorkersIsStarved) {
    const Did idle{.searching = 10, .on_cpu = 10};
    const Advice advice =
        advise(recording_of(std::vector<Sample>(3, {100, {computes(100), computes(20), idle, idle}})));
    EXPECT_EQ(advice.kind, WorkKind::starved);
    EXPECT_EQ(advice.tool, Tool::more_tasks);
    EXPECT_EQ(advice.confidence, Confidence::sure);
    EXPECT_EQ(advice.sentence,
              "Starved: workers had nothing to do 70.0 % of their time, and 1.20 of 4 computed or waited for IO on "
              "average: a smaller grain, or more of the work made parallel, comes before any tool.");
    EXPECT_EQ(advice.missing, "");
}

TEST(Advice, OfAStarvedRunThatWaitsForIoIsToWaitForMoreAtOnce) {
    const Advice advice =
        advise(recording_of(std::vector<Sample>(3, {100, {{.busy = 5, .io = 55, .on_cpu = 5}, {}, {}, {}}})));
    EXPECT_EQ(advice.kind, WorkKind::starved);
    EXPECT_EQ(advice.tool, Tool::async_tasks);
}

TEST(Advice, OfIdleWorkersBesideOneThatWaitsForIoIsIoBound) {
    // As an event loop and the threads for blocking work beside it, which have none.
    const Did idle{};
    const Advice advice =
        advise(recording_of(std::vector<Sample>(3, {100, {{.busy = 4, .io = 96, .on_cpu = 4}, idle, idle, idle}})));
    EXPECT_EQ(advice.kind, WorkKind::io_bound);
    EXPECT_EQ(advice.tool, Tool::async_tasks);
    EXPECT_TRUE(has(advice.sentence,
                    "workers computed 1.0 % of their time and waited for IO 24.0 %, and had nothing to "
                    "do 75.0 %:"))
        << advice.sentence;
    const Advice mixed = advise(recording_of(
        std::vector<Sample>(3, {100, {{.busy = 4, .io = 96, .on_cpu = 4}, computes(60), idle, idle, idle}})));
    EXPECT_EQ(mixed.kind, WorkKind::mixed);
    EXPECT_EQ(mixed.tool, Tool::spawn_blocking);
}

TEST(Advice, OfAPipelineWhoseSlowestStageWaitsForIoIsIoBound) {
    const Did others{.busy = 2, .channel = 98, .on_cpu = 2};
    const Advice advice = advise(
        recording_of(std::vector<Sample>(3, {100, {{.busy = 2, .io = 98, .on_cpu = 2}, others, others, others}})));
    EXPECT_EQ(advice.kind, WorkKind::io_bound);
    EXPECT_TRUE(has(advice.sentence, "waited for one another 73.5 %")) << advice.sentence;
}

TEST(Advice, OfWorkersThatNeverDidAnythingIsNotKnown) {
    const Did hardly{.busy = 5, .on_cpu = 5};
    const Advice advice = advise(recording_of(std::vector<Sample>(3, {100, {hardly, hardly, {}, {}}})));
    EXPECT_EQ(advice.kind, std::nullopt);
    EXPECT_TRUE(has(advice.sentence, "for at least 90.0 % of the time no worker did anything")) << advice.sentence;
    EXPECT_TRUE(has(advice.missing, "outside the pool")) << advice.missing;
}

TEST(Advice, SaysThatWhatRunsOutsideThePoolIsNotRecorded) {
    const Advice advice = advise(recording_of(std::vector<Sample>(3, {100, {computes(40), {}}})));
    EXPECT_EQ(advice.kind, WorkKind::starved);
    EXPECT_EQ(advice.confidence, Confidence::likely);
    EXPECT_TRUE(has(advice.missing, "For at least 60.0 % of the time no worker did anything")) << advice.missing;
}

TEST(Advice, OfWorkersThatWaitForOneAnotherIsBlocked) {
    const Advice at_channels = advise(recording_of(3, 100, 4, {.busy = 30, .channel = 65, .lock = 5, .on_cpu = 30}));
    EXPECT_EQ(at_channels.kind, WorkKind::blocked);
    EXPECT_EQ(at_channels.tool, Tool::shorter_waits);
    EXPECT_EQ(
        at_channels.sentence,
        "Blocked: workers waited for one another 65.0 % of their time at channels and 5.0 % at locks: more workers "
        "for the slowest stage or larger channels help, more threads elsewhere do not.");
    const Advice at_locks = advise(recording_of(3, 100, 4, {.busy = 30, .lock = 70, .on_cpu = 30}));
    EXPECT_EQ(at_locks.kind, WorkKind::blocked);
    EXPECT_TRUE(has(at_locks.sentence, "locks that are split or held for a shorter time")) << at_locks.sentence;
}

// -- memory -----------------------------------------------------------------------------------------------------------

TEST(Advice, OfComputingThatCostsMoreOnMoreThreadsIsMemoryBound) {
    // Two threads share 200 ms of work and take 90 each: 180 against 100.
    const Recording one = computing_for({100, 101, 100, 99}, 1), two = computing_for({90, 91, 90, 89}, 2);
    for (const Advice& advice : {advise_with(two, one), advise_with(one, two)}) {
        EXPECT_EQ(advice.kind, WorkKind::memory_bound);
        EXPECT_EQ(advice.tool, Tool::fewer_threads);
        EXPECT_EQ(advice.confidence, Confidence::likely);
        EXPECT_TRUE(has(advice.sentence,
                        "the same work takes at least 1.80 times the CPU time on 2 threads that it "
                        "takes on 1 thread, and 2 threads are 1.11 times as fast: more threads will "
                        "help little"))
            << advice.sentence;
        EXPECT_TRUE(has(advice.missing, "record pure computing (fib) on 1 thread and 2 threads too"));
        EXPECT_DOUBLE_EQ(evidence(advice, "cpu_time_growth"), 1.8);
        EXPECT_DOUBLE_EQ(evidence(advice, "speedup"), 10.0 / 9);
    }
}

TEST(Advice, SaysThatMoreThreadsWillNotHelpWhereTheyBringNothing) {
    const Advice advice = advise_with(computing_for({100, 100, 100}, 2), computing_for({100, 100, 100}, 1));
    EXPECT_EQ(advice.kind, WorkKind::memory_bound);
    EXPECT_TRUE(has(advice.sentence, "more threads will not help")) << advice.sentence;
}

TEST(Advice, OfComputingThatCostsTheSameOnMoreThreadsIsSurelyCpuBound) {
    const Advice advice = advise_with(computing_for({51, 50, 51}, 2), computing_for({100, 100, 101}, 1));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_EQ(advice.confidence, Confidence::sure);
    EXPECT_EQ(advice.missing, "");
    EXPECT_TRUE(has(advice.sentence, "no more than 1.02 times the CPU time on 2 threads")) << advice.sentence;
}

TEST(Advice, CallsItMemoryBoundFromWhereAFurtherThreadIsWorthHalfAThread) {
    // 1.33 times the CPU time on two threads, 1.14 to be felt.
    const Recording one = computing_for({200, 200, 200}, 1);
    EXPECT_EQ(advise_with(computing_for({135, 135, 135}, 2), one).kind, WorkKind::memory_bound);
    EXPECT_EQ(advise_with(computing_for({131, 131, 131}, 2), one).kind, WorkKind::mixed);
    EXPECT_EQ(advise_with(computing_for({116, 116, 116}, 2), one).kind, WorkKind::mixed);
    EXPECT_EQ(advise_with(computing_for({113, 113, 113}, 2), one).kind, WorkKind::cpu_bound);
    // 1.78 on eight, 1.28 to be felt.
    EXPECT_EQ(advise_with(computing_for({45, 45, 45}, 8), one).kind, WorkKind::memory_bound);
    EXPECT_EQ(advise_with(computing_for({44, 44, 44}, 8), one).kind, WorkKind::mixed);
    EXPECT_EQ(advise_with(computing_for({33, 33, 33}, 8), one).kind, WorkKind::mixed);
    EXPECT_EQ(advise_with(computing_for({31, 31, 31}, 8), one).kind, WorkKind::cpu_bound);
}

TEST(Advice, LeavesMemoryOpenWhereSamplesVaryTooMuchOrAreTooFew) {
    const Advice noisy = advise_with(computing_for({50, 90, 52, 88, 70}, 2), computing_for({100, 100, 100}, 1));
    EXPECT_EQ(noisy.kind, WorkKind::cpu_bound);
    EXPECT_EQ(noisy.confidence, Confidence::likely);
    EXPECT_TRUE(has(noisy.missing, "Whether it waits for memory is open")) << noisy.missing;
    const Advice few = advise_with(computing_for({100, 100}, 2), computing_for({100, 100}, 1));
    EXPECT_EQ(few.kind, WorkKind::cpu_bound);
    EXPECT_TRUE(has(few.missing, "fewer than three samples")) << few.missing;
}

TEST(Advice, BlamesNoMemoryWhereThreadsMayShareCores) {
    const RecordedAs two_cores{.cores = 2};
    const Advice advice =
        advise_with(computing_for({100, 100, 100}, 4, two_cores), computing_for({200, 200, 200}, 1, two_cores));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_TRUE(has(advice.missing, "record it with fewer threads")) << advice.missing;
}

TEST(Advice, DoubtsThatCoresWaitNotForMemoryWhereTheyHardlyWorkedAtOnce) {
    const Recording two = recording_of(std::vector<Sample>(3, {90, {computes(90), computes(10)}}));
    const Advice advice = advise_with(two, computing_for({100, 100, 100}, 1));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_EQ(advice.confidence, Confidence::likely);
    EXPECT_TRUE(has(advice.missing, "On 2 threads, 1.11 cores computed at once on average")) << advice.missing;
}

TEST(Advice, LeavesMemoryOpenWhereOthersHadTheCores) {
    // Two threads that took turns on one core cost no more than one: that they would together, nobody has seen.
    const Recording two = recording_of(3, 100, 2, {.busy = 100, .on_cpu = 50, .descheduled = 50});
    const Advice advice = advise_with(two, computing_for({100, 100, 100}, 1));
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_EQ(advice.confidence, Confidence::likely);
    EXPECT_TRUE(has(advice.missing, "others had the cores for 50.0 % of the workers' time")) << advice.missing;
}

TEST(Advice, LeavesOutRecordingsThatCannotBeCompared) {
    const Recording one = computing_for({100, 100, 100}, 1, {.workload = "fib"});
    const Advice advice = advise_with(computing_for({90, 90, 90}, 2), one);
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_EQ(evidence(advice, "cpu_time_growth"), -1);
}

// -- what does not suffice --------------------------------------------------------------------------------------------

void expect_unknown(const Advice& advice, const std::string& says) {
    EXPECT_EQ(advice.kind, std::nullopt);
    EXPECT_EQ(advice.tool, std::nullopt);
    EXPECT_EQ(advice.confidence, std::nullopt);
    EXPECT_FALSE(advice.sentence.empty());
    EXPECT_TRUE(has(advice.missing, says)) << advice.missing;
}

TEST(Advice, OfAFewMillisecondsIsToRecordMore) {
    expect_unknown(advise(recording_of(4, 12, 2, computes(12))), "Record 50 ms or more");
    EXPECT_TRUE(advise(recording_of(5, 12, 2, computes(12))).kind);
}

TEST(Advice, OfCountersAloneIsToRecordStates) {
    const Recording recording = recording_of(3, 100, 2, {}, {.states = false, .kernel_times = false});
    expect_unknown(advise(recording), "--trace states");
}

TEST(Advice, OfBusyWorkersWithoutTheKernelsTimesIsNotKnown) {
    const RecordedAs states_alone{.kernel_times = false};
    expect_unknown(advise(recording_of(3, 100, 2, {.busy = 100}, states_alone)), "the kernel tells its times");
    EXPECT_EQ(advise(recording_of(3, 100, 2, {.busy = 10, .io = 90}, states_alone)).kind, WorkKind::io_bound);
    EXPECT_EQ(advise(recording_of(3, 100, 2, {.busy = 10}, states_alone)).kind, WorkKind::starved);
}

TEST(Advice, OfABackendWithoutStatesKnowsOnlyThatItsThreadsHardlySleep) {
    const RecordedAs kernel_alone{.backend = "openmp", .states = false};
    const Advice awake = advise(recording_of(3, 100, 2, {.on_cpu = 80, .descheduled = 10}, kernel_alone));
    EXPECT_EQ(awake.kind, WorkKind::cpu_bound);
    EXPECT_EQ(awake.confidence, Confidence::likely);
    EXPECT_TRUE(has(awake.missing, "nor work from spinning")) << awake.missing;
    expect_unknown(advise(recording_of(3, 100, 2, {.on_cpu = 60}, kernel_alone)), "--backend grainscope");
}

TEST(Advice, OfAStudyIsToRecordOneSetting) {
    Recording recording = recording_of(3, 100, 2, computes(100));
    recording.notes.push_back({.at = 0, .kind = trace::NoteKind::point, .text = "{}"});
    expect_unknown(advise(recording), "grainscope run --record");
}

TEST(Advice, OfNothingIsNotKnown) {
    expect_unknown(advise(Recording{}), "at least one whole sample");
    Recording nonsense = recording_of(3, 100, 2, computes(100));
    for (const char* metadata : {"", "[1]", "{\"threads\":-1}", "{\"threads\":\"two\",\"machine\":7}", "\xff{"}) {
        nonsense.metadata = metadata;
        nonsense.notes = {{.at = 0, .kind = trace::NoteKind::parameters, .text = metadata},
                          {.at = 0, .kind = trace::NoteKind::result, .text = metadata}};
        EXPECT_EQ(advise_with(nonsense, nonsense).kind, WorkKind::cpu_bound) << metadata;
    }
}

TEST(Advice, IsOfWhatRanSinceTheParametersLastChanged) {
    std::vector<Sample> samples(2, {100, {computes(100)}});
    samples.push_back({100, {{.busy = 5, .io = 95, .on_cpu = 5}}});
    Recording recording = recording_of(samples);
    const auto parameters = [&](Nanoseconds at, const char* text) {
        recording.notes.push_back({.at = at, .kind = trace::NoteKind::parameters, .text = text});
    };
    parameters(0, R"({"n":1})");
    parameters(115 * ms, R"({"n":1})");
    EXPECT_EQ(advise(recording).kind, WorkKind::mixed);
    EXPECT_DOUBLE_EQ(evidence(advise(recording), "measured_time"), 300 * ms) << "the same once more is no change";
    parameters(225 * ms, R"({"n":2})");
    EXPECT_EQ(advise(recording).kind, WorkKind::io_bound);
}

// -- recordings that are kept as files --------------------------------------------------------------------------------

const std::filesystem::path recordings = std::filesystem::path(GRAINSCOPE_REPOSITORY) / "tests/fixtures/recordings";

class AdviceOnFiles : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(recordings)) GTEST_SKIP() << "the engine stands alone, without the fixtures";
    }
    static Advice of(const std::string& name) {
        const auto recording = trace::open_recording((recordings / (name + ".grainscope")).string());
        EXPECT_TRUE(recording) << name;
        return recording ? advise(*recording) : Advice{};
    }
};

TEST_F(AdviceOnFiles, GivesTheNumbersOfAKnownRecording) {
    const Advice advice = of("two-workers");
    EXPECT_EQ(advice.kind, WorkKind::cpu_bound);
    EXPECT_DOUBLE_EQ(evidence(advice, "computing"), 0.75);
    EXPECT_DOUBLE_EQ(evidence(advice, "searching"), 1.0 / 6);
    EXPECT_DOUBLE_EQ(evidence(advice, "active_workers"), 1.5);
    EXPECT_EQ(of("two-workers-of-1.0").sentence, advice.sentence);
}

TEST_F(AdviceOnFiles, KnowsWhatTheyDoNotTell) {
    expect_unknown(of("kernel-times-only"), "--backend grainscope");
    expect_unknown(of("drops"), "the kernel tells its times");
    expect_unknown(of("everything-else"), "grainscope run --record");
}

}  // namespace
}  // namespace grainscope::study
