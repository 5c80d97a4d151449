// Recordings of real runs on a machine with 16 cores: they open, and say what is true of such runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include <grainscope/trace/analysis.h>
#include <grainscope/trace/stream_reader.h>

namespace grainscope::trace {
namespace {

struct RealRun {
    const char* name;
    std::size_t rows;
    std::size_t samples;
    double least_utilisation, most_utilisation;
};

void PrintTo(const RealRun& run, std::ostream* out) { *out << run.name; }

class RealRecordings : public ::testing::TestWithParam<RealRun> {
  protected:
    void SetUp() override {
        const std::filesystem::path path = std::filesystem::path(GRAINSCOPE_REPOSITORY) / "tests/fixtures/recordings" /
                                           (std::string(GetParam().name) + ".grainscope");
        if (!std::filesystem::exists(path)) GTEST_SKIP() << "the engine stands alone, without the fixtures";
        auto opened = open_recording(path);
        ASSERT_TRUE(opened) << opened.error().message;
        recording_ = std::move(*opened);
    }

    Recording recording_;
};

TEST_P(RealRecordings, AreWholeAndLostNothing) {
    EXPECT_TRUE(recording_.complete);
    EXPECT_EQ(recording_.workers.size(), GetParam().rows);
    EXPECT_EQ(recording_.dropped_events, 0U);
    EXPECT_NE(recording_.last_note(NoteKind::result), nullptr);
}

TEST_P(RealRecordings, HaveTheSamplesThatWereAskedForAndAllOfThemAreRight) {
    const auto is_sample = [](const Phase& phase) { return phase.kind == PhaseKind::sample && !phase.discarded; };
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count_if(recording_.phases, is_sample)), GetParam().samples);
    for (const Phase& phase : recording_.phases) {
        if (!is_sample(phase)) continue;
        EXPECT_TRUE(phase.end.has_value());
        EXPECT_EQ(phase.correct, true);
    }
}

TEST_P(RealRecordings, WereBusyAsTheRunSaidItselfAndNoLongerThanTheyLasted) {
    const Analysis analysis = analyze(recording_);
    ASSERT_TRUE(analysis.utilisation.has_value());
    EXPECT_GE(*analysis.utilisation, GetParam().least_utilisation);
    EXPECT_LE(*analysis.utilisation, GetParam().most_utilisation);
    EXPECT_EQ(analysis.ranges, GetParam().samples);
    const auto rows = static_cast<Nanoseconds>(GetParam().rows);
    EXPECT_LE(*analysis.busy + *analysis.idle.searching + *analysis.idle.parked + *analysis.idle.blocked,
              rows * analysis.elapsed + rows * static_cast<Nanoseconds>(GetParam().samples) * 1000);
}

TEST_P(RealRecordings, HaveStatesThatFollowOneAnother) {
    for (const WorkerTrack& track : recording_.workers) {
        EXPECT_FALSE(track.states.empty());
        EXPECT_TRUE(std::ranges::is_sorted(track.states, {}, &StateSpan::begin));
        const auto overlap = std::ranges::adjacent_find(
            track.states, [](const StateSpan& a, const StateSpan& b) { return a.end > b.begin; });
        EXPECT_EQ(overlap, track.states.end());
        for (const StealMark& steal : track.steals) EXPECT_LT(steal.victim, recording_.workers.size());
    }
}

INSTANTIATE_TEST_SUITE_P(Of, RealRecordings,
                         ::testing::Values(RealRun{"quicksort-16", 16, 5, 0.4, 0.6},
                                           RealRun{"filter-map-16", 16, 5, 0.45, 0.65},
                                           RealRun{"sum-16", 16, 5, 0.3, 0.5}, RealRun{"sum-1", 1, 5, 0.97, 1.0},
                                           RealRun{"pipeline-16", 16, 3, 0.9, 1.0}),
                         [](const auto& run) {
                             std::string name = run.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace grainscope::trace
