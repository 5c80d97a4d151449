#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <thread>

#include <unistd.h>

#include <grainscope/trace/analysis.h>
#include <grainscope/trace/collector.h>
#include <grainscope/trace/stream_reader.h>

#include "trace_fake_subject.h"

namespace grainscope::trace {
namespace {

using testing::FakeSubject;

/// A collector into a temporary file, and what it has written so far.
class TraceCollector : public ::testing::Test {
  protected:
    void SetUp() override {
        file_ = std::tmpfile();
        ASSERT_NE(file_, nullptr);
        writer_.add_sink(platform::ByteSink::adopt(::dup(::fileno(file_)), "a temporary file"));
    }
    void TearDown() override { std::fclose(file_); }

    [[nodiscard]] Recording recorded() const {
        std::vector<std::byte> bytes;
        std::byte piece[4096];
        off_t at = 0;
        for (ssize_t size = 0; (size = ::pread(::fileno(file_), piece, sizeof piece, at)) > 0; at += size) {
            bytes.insert(bytes.end(), piece, piece + size);
        }
        StreamReader reader;
        EXPECT_TRUE(reader.feed(bytes));
        EXPECT_TRUE(reader.finish());
        return std::move(reader).take();
    }

    StreamWriter writer_;

  private:
    std::FILE* file_ = nullptr;
};

Event span_of(Ticks begin, Ticks end, State state) {
    return {.begin = begin, .end = end, .kind = EventKind::state, .detail = static_cast<std::uint8_t>(state)};
}

TEST_F(TraceCollector, HasTheHeaderInTheFileBeforeAnythingElse) {
    Collector collector(writer_, {.metadata = R"({"workload":"fib"})", .workers = 3});
    const Recording recording = recorded();
    EXPECT_EQ(recording.metadata, R"({"workload":"fib"})");
    EXPECT_EQ(recording.workers.size(), 3U);
    EXPECT_FALSE(recording.complete);
}

TEST_F(TraceCollector, WritesByItselfWithinItsInterval) {
    FakeSubject subject(2);
    Collector collector(writer_, {.subject = &subject, .interval = std::chrono::milliseconds(1)});
    // The test ends when two samples have come; only a collector that never writes makes it run into its time limit.
    while (recorded().workers[0].samples.size() < 3) std::this_thread::yield();
}

TEST_F(TraceCollector, AfterAFlushEverythingThatWasRecordedIsInTheStream) {
    FakeSubject subject(2, 1 << 16);
    Collector collector(writer_, {.subject = &subject, .level = Level::tasks});
    EXPECT_EQ(subject.level(), Level::tasks);
    constexpr int events = 50'000;
    const Ticks begin = platform::ticks();
    std::vector<std::thread> workers;
    for (std::size_t w = 0; w < 2; ++w) {
        workers.emplace_back([&, w] {
            for (int i = 0; i < events; ++i) {
                const Ticks now = platform::ticks();
                subject.push(w, {.begin = now,
                                 .end = now,
                                 .id = begin,
                                 .victim = static_cast<std::uint32_t>(1 - w),
                                 .kind = EventKind::steal});
                subject.change(w, [](WorkerReading& reading) { ++reading.counters->steals; });
            }
        });
    }
    for (std::thread& worker : workers) worker.join();
    collector.flush();
    const Recording recording = recorded();
    EXPECT_EQ(recording.dropped_events, 0U);
    for (const WorkerTrack& track : recording.workers) {
        EXPECT_EQ(track.steals.size(), static_cast<std::size_t>(events));
        EXPECT_EQ(track.samples.back().counters->steals, static_cast<std::uint64_t>(events));
    }
}

TEST_F(TraceCollector, CountsFromTheMomentTheSubjectWasAttached) {
    FakeSubject subject(1);
    subject.change(0, [](WorkerReading& reading) {
        reading.counters->jobs = 1000;
        reading.states->total[0] = 5'000'000;
    });
    subject.push(0, span_of(1, 2, State::busy));  // of an earlier recording
    Collector collector(writer_, {.subject = &subject});
    subject.change(0, [](WorkerReading& reading) { reading.counters->jobs = 1007; });
    collector.flush();
    const WorkerTrack track = recorded().workers[0];
    EXPECT_EQ(track.samples.front().counters->jobs, 0U);
    EXPECT_EQ(track.samples.back().counters->jobs, 7U);
    EXPECT_EQ((*track.samples.back().state_ns)[0], 0);
    EXPECT_TRUE(track.states.empty());
}

TEST_F(TraceCollector, ReadsEveryWorkerAtTheMomentAPhaseBeginsAndEnds) {
    FakeSubject subject(1);
    Collector collector(writer_, {.subject = &subject, .interval = std::chrono::milliseconds(100)});
    collector.begin_phase(PhaseKind::sample, 4);
    subject.change(0, [](WorkerReading& reading) { reading.counters->jobs = 11; });
    collector.end_phase(PhaseKind::sample, 4);
    subject.change(0, [](WorkerReading& reading) { reading.counters->jobs = 99; });
    collector.set_verdict(PhaseKind::sample, 4, false);
    collector.flush();
    const Recording recording = recorded();
    ASSERT_EQ(recording.phases.size(), 1U);
    const Phase& phase = recording.phases[0];
    EXPECT_EQ(phase.index, 4U);
    EXPECT_EQ(phase.correct, false);
    ASSERT_TRUE(phase.end);
    const auto jobs_at = [&](Nanoseconds at) {
        const auto& samples = recording.workers[0].samples;
        const auto sample = std::ranges::find(samples, at, &WorkerSample::at);
        return sample == samples.end() ? ~std::uint64_t{0} : sample->counters->jobs;
    };
    EXPECT_EQ(jobs_at(phase.begin), 0U);
    EXPECT_EQ(jobs_at(*phase.end), 11U);
}

TEST_F(TraceCollector, WritesTheBoardOnlyWhenItChanged) {
    FakeSubject subject(2);
    DataBoard board(16);
    Collector collector(writer_, {.subject = &subject, .board = &board, .interval = std::chrono::milliseconds(100)});
    board.publish(3, 0.5F, 1);
    collector.flush();
    const std::size_t frames = recorded().frames.size();
    for (int i = 0; i < 10; ++i) collector.flush();
    EXPECT_EQ(recorded().frames.size(), frames);
    board.publish(4, 1.0F, 0);
    collector.flush();
    const Recording recording = recorded();
    ASSERT_EQ(recording.frames.size(), frames + 1);
    EXPECT_EQ(recording.frames.back().values[3], 32768);
    EXPECT_EQ(recording.frames.back().owners[3], 1);
    EXPECT_EQ(recording.frames.back().values[4], 65535);
    EXPECT_EQ(recording.frames.back().owners[5], DataBoard::no_owner);
    collector.set_board(nullptr);
}

TEST_F(TraceCollector, AFlushBringsTheNewestPictureHoweverMuchTheLastOneTook) {
    FakeSubject subject(1);
    DataBoard board(20'000);
    Collector collector(writer_, {.subject = &subject, .board = &board, .interval = std::chrono::milliseconds(100)});
    for (std::uint16_t round = 1; round <= 5; ++round) {
        for (std::size_t slot = 0; slot < board.size(); ++slot)
            board.publish(slot, static_cast<float>((slot * 7919 + round) % 1000) / 1000, 0);
        collector.flush();
        EXPECT_EQ(recorded().frames.back().values[1000],
                  std::lround(static_cast<float>((7919'000 + round) % 1000) / 1000 * 65535))
            << "round " << round;
    }
    collector.set_board(nullptr);
}

TEST_F(TraceCollector, CountsWhatAFullRingDropped) {
    FakeSubject subject(1, 16);
    Collector collector(writer_, {.subject = &subject, .interval = std::chrono::milliseconds(100)});
    Ticks now = platform::ticks();
    for (int i = 0; i < 100'000; ++i, ++now) subject.push(0, span_of(now, now + 1, State::busy));
    collector.flush();
    const Recording recording = recorded();
    EXPECT_GT(recording.dropped_events, 0U);
    EXPECT_EQ(recording.dropped_events, subject.read_worker(0, now).dropped_events);
    EXPECT_EQ(recording.dropped_events, recording.workers[0].samples.back().dropped_events);
}

TEST_F(TraceCollector, GoesOnWithAnotherSubjectInTheSameRows) {
    auto first = std::make_unique<FakeSubject>(2);
    Collector collector(writer_, {.subject = first.get()});
    first->change(0, [](WorkerReading& reading) { reading.counters->jobs = 10; });
    first->push(1, span_of(platform::ticks(), platform::ticks(), State::busy));
    collector.set_subject(nullptr);
    EXPECT_EQ(first->level(), Level::off);
    first.reset();

    FakeSubject second(4);
    second.change(0, [](WorkerReading& reading) { reading.counters->jobs = 500; });
    collector.set_subject(&second);
    EXPECT_EQ(second.level(), Level::states);
    second.change(0, [](WorkerReading& reading) { reading.counters->jobs = 505; });
    second.change(3, [](WorkerReading& reading) { reading.counters->jobs = 1; });
    collector.flush();
    Recording recording = recorded();
    ASSERT_EQ(recording.workers.size(), 4U);
    EXPECT_EQ(recording.workers[0].samples.back().counters->jobs, 15U) << "counters keep growing";
    EXPECT_EQ(recording.workers[3].samples.back().counters->jobs, 1U);

    FakeSubject third(1);
    collector.set_subject(&third);
    collector.stop(true);
    recording = recorded();
    EXPECT_TRUE(recording.workers[0].samples.back().counters.has_value());
    EXPECT_FALSE(recording.workers[3].samples.back().present) << "a row that has no worker stands still";
    EXPECT_EQ(recording.workers[3].samples.back().counters->jobs, 1U);
}

TEST_F(TraceCollector, ClosesTheOpenSpansWhenItStops) {
    FakeSubject subject(1);
    subject.change(
        0, [](WorkerReading& reading) { reading.states->drawn_state = reading.states->state = State::blocked_io; });
    Collector collector(writer_, {.subject = &subject});
    collector.stop(true);
    const Recording recording = recorded();
    ASSERT_EQ(recording.workers[0].states.size(), 1U);
    EXPECT_EQ(recording.workers[0].states[0].state, State::blocked_io);
    EXPECT_EQ(open_span(recording.workers[0]), std::nullopt);
    EXPECT_EQ(subject.level(), Level::off);
}

TEST_F(TraceCollector, OnlyAStreamThatIsToldSoIsComplete) {
    Collector collector(writer_, {});
    collector.note(NoteKind::result, R"({"schema":1})");
    collector.note(NoteKind::warning, "the last three disagree");
    collector.stop(false);
    collector.stop(true);  // too late: it has stopped
    const Recording recording = recorded();
    EXPECT_FALSE(recording.complete);
    EXPECT_EQ(recording.last_note(NoteKind::result)->text, R"({"schema":1})");
}

TEST_F(TraceCollector, TheResultIsTheStreamsLastChunk) {
    Collector collector(writer_, {});
    collector.note(NoteKind::result, R"({"schema":1})");
    collector.note(NoteKind::progress, "{}");
    collector.stop(true);
    const Recording recording = recorded();
    EXPECT_TRUE(recording.complete);
    EXPECT_EQ(recording.notes.back().kind, NoteKind::result);
    EXPECT_EQ(recording.notes.back().text, R"({"schema":1})");
}

TEST_F(TraceCollector, TellsOnceThatNobodyReadsAnyMore) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    writer_.add_sink(platform::ByteSink::adopt(ends[1], "a pipe"));
    Atomic<int> told{0};
    {
        Collector collector(writer_, {.interval = std::chrono::milliseconds(1), .on_reader_gone = [&] { ++told; }});
        EXPECT_FALSE(collector.reader_gone());
        ::close(ends[0]);
        while (told.load() == 0) std::this_thread::yield();  // no limit of its own: ctest has one
        collector.flush();
        EXPECT_TRUE(collector.reader_gone());
    }
    EXPECT_EQ(told.load(), 1);
}

}  // namespace
}  // namespace grainscope::trace
