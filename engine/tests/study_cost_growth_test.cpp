#include <gtest/gtest.h>

#include <grainscope/study/cost_growth.h>

#include "study_recorded_runs.h"

namespace grainscope::study {
namespace {

using namespace testing;

std::optional<CostGrowth> growth_of(const Recording& a, const Recording& b) {
    const Recording* const both[] = {&a, &b};
    return cost_growth(both);
}

TEST(CostGrowth, ComparesTheCpuTimeOfTheFewestAndTheMostThreads) {
    const Recording one = computing_for({100, 100, 100}, 1), two = computing_for({60, 60, 60}, 2),
                    four = computing_for({50, 50, 50}, 4);
    const Recording* const all[] = {&two, &four, &one};
    const auto cost = cost_growth(all);
    ASSERT_TRUE(cost);
    EXPECT_EQ(cost->few, 1U);
    EXPECT_EQ(cost->many, 4U);
    EXPECT_DOUBLE_EQ(cost->growth, 2.0);
    EXPECT_DOUBLE_EQ(cost->speedup, 2.0);
    EXPECT_EQ(cost->interval, (Interval{2, 2}));
    EXPECT_DOUBLE_EQ(cost->cores_at_once, 4.0);
    EXPECT_TRUE(cost->cores_suffice);
}

TEST(CostGrowth, CountsNoSearchAndNoSpinningWaitAsWork) {
    const Recording one = computing_for({100, 100, 100}, 1);
    const Recording two = recording_of(3, 80, 2, {.busy = 50, .searching = 20, .channel = 10, .on_cpu = 75});
    const auto cost = growth_of(one, two);
    ASSERT_TRUE(cost);
    EXPECT_DOUBLE_EQ(cost->growth, 2 * 45 / 100.0) << "all of search and wait may have been on a core";
    EXPECT_EQ(cost->interval, (Interval{0.9, 1.0})) << "or the work was, all of the time";
}

TEST(CostGrowth, CountsNoTimeWithoutACore) {
    const auto cost = growth_of(computing_for({100, 100, 100}, 1),
                                recording_of(3, 100, 2, {.busy = 100, .on_cpu = 50, .descheduled = 50}));
    ASSERT_TRUE(cost);
    EXPECT_DOUBLE_EQ(cost->growth, 1.0);
    EXPECT_DOUBLE_EQ(cost->without_core, 0.5) << "of the recording that had the fewer cores";
}

TEST(CostGrowth, IsByTheItemWhereEveryThreadDoesItsPart) {
    Recording one = computing_for({100, 100, 100}, 1), two = computing_for({100, 100, 100}, 2);
    const auto items = [](Recording& recording, const char* result) {
        recording.notes.push_back({.at = recording.end, .kind = trace::NoteKind::result, .text = result});
    };
    items(one, R"({"items_per_second":1e4,"median_ns":1e8})");
    EXPECT_DOUBLE_EQ(growth_of(one, two)->growth, 2.0) << "one of them does not say";
    items(two, R"({"items_per_second":2e4,"median_ns":1e8})");
    EXPECT_DOUBLE_EQ(growth_of(one, two)->growth, 1.0);
    EXPECT_DOUBLE_EQ(growth_of(one, two)->speedup, 2.0);
    EXPECT_EQ(growth_of(one, two)->interval, (Interval{1, 1}));
}

TEST(CostGrowth, LeavesOutSamplesThatWereDiscardedOrCutOff) {
    Recording one = computing_for({100, 100, 100, 700}, 1);
    const Recording two = computing_for({50, 50, 50}, 2);
    one.phases[3].discarded = true;
    EXPECT_EQ(growth_of(one, two)->interval, (Interval{1, 1}));
    one.phases[3] = {
        .kind = trace::PhaseKind::sample, .index = 3, .begin = one.phases[3].begin, .end = {}, .correct = {}};
    EXPECT_EQ(growth_of(one, two)->interval, (Interval{1, 1}));
}

TEST(CostGrowth, LeavesOutPausesInsideASample) {
    Recording one = computing_for({100, 100, 100}, 1);
    const Nanoseconds begin = one.phases[1].begin;
    one.phases.insert(one.phases.begin() + 2, {.kind = trace::PhaseKind::paused,
                                               .index = 0,
                                               .begin = begin + 20 * ms,
                                               .end = begin + 70 * ms,
                                               .correct = {}});
    const auto cost = growth_of(one, computing_for({50, 50, 50}, 2));
    ASSERT_TRUE(cost);
    EXPECT_DOUBLE_EQ(cost->growth, 1.0) << "the median is that of the other two";
    EXPECT_DOUBLE_EQ(cost->interval->high, 2.0);
}

TEST(CostGrowth, NeedsSamplesWhoseCpuTimeIsKnown) {
    const Recording one = computing_for({100, 100, 100}, 1);
    EXPECT_FALSE(growth_of(one, computing_for({50, 50, 50}, 2, {.kernel_times = false})));
    EXPECT_FALSE(growth_of(one, computing_for({50, 50, 50}, 2, {.states = false})));
    Recording none = computing_for({50}, 2);
    none.phases.clear();
    EXPECT_FALSE(growth_of(one, none));
    EXPECT_FALSE(growth_of(one, one)) << "the same number of threads";
}

TEST(CostGrowth, KnowsThreadsThatShareACore) {
    const RecordedAs one_core{.cores = 1};
    EXPECT_FALSE(growth_of(computing_for({100}, 1, one_core), computing_for({100}, 2, one_core))->cores_suffice);
}

TEST(WhyNotComparable, NamesTheFirstThingThatDiffers) {
    const Recording mine = computing_for({100}, 2);
    const auto why = [&](const Recording& other) { return why_not_comparable(mine, other).value_or("comparable"); };
    EXPECT_EQ(why(computing_for({100}, 1)), "comparable");
    EXPECT_EQ(why(computing_for({100}, 1, {.workload = "fib"})), "it is of fib, not of quicksort");
    EXPECT_EQ(why(computing_for({100}, 1, {.backend = "tbb"})), "it is on tbb, not on grainscope");
    EXPECT_EQ(why(computing_for({100}, 1, {.parameters = R"({"n":5})"})),
              R"(its parameters are {"n":5}, not {"n":1000})");
    EXPECT_EQ(why(mine), "both have 2 threads; give one of another number, such as 1");
    EXPECT_TRUE(why(computing_for({100}, 1, {.cores = 4})).starts_with("its processor is"));
    EXPECT_TRUE(why(Recording{}).starts_with("it is of something unknown")) << why(Recording{});
    Recording study = computing_for({100}, 1);
    study.notes.push_back({.at = 0, .kind = trace::NoteKind::point, .text = "{}"});
    EXPECT_TRUE(why(study).starts_with("a study's recording"));
}

TEST(WhyNotComparable, ReadsTheLastParametersOfARunThatChangedThem) {
    const Recording mine = computing_for({100}, 2);
    Recording other = computing_for({100}, 2);
    for (const char* text :
         {R"({"threads":2,"backend":"grainscope","n":3})", R"({"threads":1,"backend":"grainscope","n":1000})"})
        other.notes.push_back({.at = 0, .kind = trace::NoteKind::parameters, .text = text});
    EXPECT_EQ(why_not_comparable(mine, other), std::nullopt);
}

}  // namespace
}  // namespace grainscope::study
