// The recordings that are kept as files: what was written once opens for good, and gives the numbers it always gave.
//
// With GRAINSCOPE_WRITE_FIXTURES=1 the files are written anew. That is right only together with a new version of the
// format: files of an old one stay, and stay readable.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <grainscope/trace/analysis.h>
#include <grainscope/trace/crc32c.h>

#include "trace_synthetic.h"

namespace grainscope::trace {
namespace {

using testing::clock_at;
using testing::encode;
using testing::ms;
using testing::SyntheticRun;
using testing::tick;

using Bytes = std::vector<std::byte>;

/// Four threads of a backend that has neither states nor counters: times from the kernel alone.
void write_kernel_times_only(StreamWriter& writer) {
    writer.write_header(clock_at(0), 4,
                        R"({"workload":"merge-sort","backend":"openmp","threads":4,"parameters":{},"seed":1})");
    writer.write_phase_begin(clock_at(0), PhaseKind::sample, 0);
    for (Nanoseconds at = 0; at <= 100 * ms; at += 25 * ms) {
        MeterReading reading{.clock = clock_at(at), .workers = std::vector<WorkerTotals>(4)};
        for (std::size_t i = 0; i < 4; ++i) {
            reading.workers[i].on_cpu_ns = static_cast<std::uint64_t>(at) * (4 - i) / 5;
            reading.workers[i].runnable_ns = static_cast<std::uint64_t>(at) / 10;
            reading.workers[i].open_since = reading.clock.ticks;
        }
        writer.write_samples(reading);
    }
    writer.write_phase_end(clock_at(100 * ms), PhaseKind::sample, 0, false);
    writer.write_close(clock_at(100 * ms), "");
}

/// One worker whose ring was too small: a third of its spans is missing, and said to be.
void write_drops(StreamWriter& writer) {
    writer.write_header(clock_at(0), 1,
                        R"({"workload":"fib","backend":"grainscope","threads":1,"parameters":{},"seed":1})");
    std::vector<Event> events;
    MeterReading reading{.clock = clock_at(90 * ms), .workers = std::vector<WorkerTotals>(1)};
    WorkerTotals& worker = reading.workers[0];
    worker.state_ticks.emplace();
    for (Nanoseconds i = 0; i < 90; ++i) {
        const State state = i % 2 == 0 ? State::busy : State::searching;
        (*worker.state_ticks)[static_cast<std::size_t>(state)] += 2 * static_cast<Ticks>(ms);
        if (i % 3 != 0) events.push_back(testing::state_event(i * ms, (i + 1) * ms, state));
    }
    worker.counters = {.jobs = 45, .steals = 45};
    worker.dropped_events = 30;
    worker.open_since = reading.clock.ticks;
    MeterReading nothing_yet{.clock = clock_at(0), .workers = std::vector<WorkerTotals>(1)};
    nothing_yet.workers[0] = {
        .counters = Counters{}, .state_ticks = std::array<Ticks, state_count>{}, .open_since = tick(0)};
    writer.write_phase_begin(clock_at(0), PhaseKind::sample, 0);
    writer.write_samples(nothing_yet);
    writer.write_events(reading.clock, 0, events);
    writer.write_samples(reading);
    writer.write_phase_end(reading.clock, PhaseKind::sample, 0, false);
    writer.write_close(reading.clock, "");
}

/// Rows that come later, a phase that is discarded, a pause inside another, a board that changes its size, every note.
void write_everything_else(StreamWriter& writer) {
    writer.write_header(clock_at(0), 1, "{}");
    writer.write_workers(clock_at(ms), 3);
    writer.write_phase_begin(clock_at(ms), PhaseKind::prepare, 0);
    writer.write_phase_end(clock_at(2 * ms), PhaseKind::prepare, 0, false);
    writer.write_phase_begin(clock_at(2 * ms), PhaseKind::sample, 0);
    writer.write_phase_begin(clock_at(3 * ms), PhaseKind::paused, 0);
    writer.write_phase_end(clock_at(4 * ms), PhaseKind::paused, 0, false);
    writer.write_phase_end(clock_at(5 * ms), PhaseKind::sample, 0, true);
    writer.write_phase_begin(clock_at(5 * ms), PhaseKind::check, 0);
    writer.write_phase_end(clock_at(6 * ms), PhaseKind::check, 0, false);
    writer.write_verdict(clock_at(6 * ms), PhaseKind::sample, 0, false);
    for (const std::size_t slots : {std::size_t{8}, std::size_t{300}, std::size_t{0}, std::size_t{8}}) {
        BoardImage image = BoardImage::empty(slots);
        for (std::size_t i = 0; i < slots; ++i) {
            image.values[i] = static_cast<std::uint16_t>(i * 217);
            image.owners[i] = i % 5 == 4 ? DataBoard::no_owner : static_cast<std::uint16_t>(i % 3);
        }
        writer.write_frame(clock_at(7 * ms), image);
    }
    for (int kind = 0; kind <= static_cast<int>(NoteKind::rows); ++kind) {
        writer.write_note(clock_at(8 * ms), NoteKind{static_cast<std::uint8_t>(kind)}, "{}");
    }
    const ChannelReading channels[] = {{.sent = 1, .received = 2, .depth = 3, .blocked_senders = 4},
                                       {.blocked_receivers = 5, .send_blocked_ns = 6, .receive_blocked_ns = 7}};
    writer.write_channels(clock_at(8 * ms), channels);
    writer.write_channels(clock_at(9 * ms), channels);
    const Event message{.begin = tick(7 * ms), .end = tick(8 * ms), .id = 9, .victim = 1, .kind = EventKind::message};
    writer.write_events(clock_at(9 * ms), 2, std::span(&message, 1));
    MeterReading reading{.clock = clock_at(9 * ms), .workers = std::vector<WorkerTotals>(3)};
    reading.workers[1] = {.counters = Counters{},
                          .state_ticks = std::array<Ticks, state_count>{1, 2, 3, 4, 5, 6},
                          .on_cpu_ns = 7,
                          .runnable_ns = 8,
                          .dropped_events = 9,
                          .open_state = State::blocked_io,
                          .open_since = tick(8 * ms)};
    reading.workers[2].present = false;
    for (WorkerTotals& worker : reading.workers) worker.open_since = std::max(worker.open_since, tick(0));
    writer.write_samples(reading);
    writer.write_samples(reading);
}

Bytes with_major_version(Bytes bytes, std::uint8_t major) {
    bytes[8] = std::byte{major};
    const std::uint32_t checksum = crc32c(std::span(bytes).first(12));
    for (std::size_t i = 0; i < 4; ++i) bytes[12 + i] = static_cast<std::byte>(checksum >> (8 * i));
    return bytes;
}

const std::map<std::string, Bytes>& fixtures() {
    static const std::map<std::string, Bytes> all = [] {
        const Bytes whole = testing::synthetic_stream();
        const auto cut = static_cast<std::ptrdiff_t>(whole.size() * 2 / 3);
        Bytes damaged = whole;
        damaged[whole.size() / 2] ^= std::byte{0x20};
        return std::map<std::string, Bytes>{
            {"two-workers", whole},
            {"cut-off", Bytes(whole.begin(), whole.begin() + cut)},
            {"damaged", damaged},
            {"newer-version", with_major_version(whole, 2)},
            {"kernel-times-only", encode(write_kernel_times_only)},
            {"drops", encode(write_drops)},
            {"everything-else", encode(write_everything_else)},
        };
    }();
    return all;
}

const std::filesystem::path repository = GRAINSCOPE_REPOSITORY;

std::string path_of(const std::string& name) {
    return repository / "tests/fixtures/recordings" / (name + ".grainscope");
}

class Fixtures : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (std::getenv("GRAINSCOPE_WRITE_FIXTURES") == nullptr) return;
        for (const auto& [name, bytes] : fixtures()) {
            for (const std::filesystem::path& path :
                 {std::filesystem::path(path_of(name)), repository / "tests/fuzz/corpus" / name}) {
                std::filesystem::create_directories(path.parent_path());
                std::ofstream(path, std::ios::binary)
                    .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
            }
        }
    }
    void SetUp() override {
        if (!std::filesystem::exists(path_of("two-workers")))
            GTEST_SKIP() << "the engine stands alone, without the fixtures";
    }
};

TEST_F(Fixtures, TheWriterStillWritesTheVeryBytes) {
    for (const auto& [name, bytes] : fixtures()) {
        std::ifstream file(path_of(name), std::ios::binary);
        const std::string kept((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        EXPECT_TRUE(std::ranges::equal(std::as_bytes(std::span(kept)), bytes)) << name;
    }
}

// What the synthetic stream says, whichever version of the format it was written in.
void expect_numbers_of_two_workers(const std::string& name) {
    const auto recording = open_recording(path_of(name));
    ASSERT_TRUE(recording) << recording.error().message;
    const Analysis analysis = analyze(*recording);
    EXPECT_TRUE(analysis.complete);
    EXPECT_DOUBLE_EQ(*analysis.utilisation, 0.75);
    EXPECT_EQ(analysis.steals, 3U);
    EXPECT_EQ(analysis.work, 135 * ms);
    EXPECT_EQ(analysis.span, 90 * ms);
    EXPECT_EQ(recording->frames.size(), 8U);
    EXPECT_EQ(recording->frames.back().values.front(), 0);
    EXPECT_EQ(recording->frames.back().values.back(), 65535);
}

TEST_F(Fixtures, AWholeRecordingGivesItsNumbers) { expect_numbers_of_two_workers("two-workers"); }

TEST_F(Fixtures, ARecordingOfFormat1_0GivesTheSameNumbers) { expect_numbers_of_two_workers("two-workers-of-1.0"); }

TEST_F(Fixtures, ARecordingOfFormat1_1GivesTheSameNumbers) { expect_numbers_of_two_workers("two-workers-of-1.1"); }

TEST_F(Fixtures, ARecordingOfFormat1_2GivesTheSameNumbers) { expect_numbers_of_two_workers("two-workers-of-1.2"); }

TEST_F(Fixtures, ACutOffRecordingOpensWithoutItsEnd) {
    const auto recording = open_recording(path_of("cut-off"));
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_FALSE(recording->complete);
    EXPECT_EQ(recording->last_note(NoteKind::result), nullptr);
    EXPECT_GE(recording->phases.size(), 2U);
    EXPECT_EQ(recording->last_note(NoteKind::warning), nullptr);
}

TEST_F(Fixtures, ADamagedRecordingOpensUpToTheDamage) {
    const auto recording = open_recording(path_of("damaged"));
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_FALSE(recording->complete);
    EXPECT_NE(recording->last_note(NoteKind::warning), nullptr);
}

TEST_F(Fixtures, ANewerRecordingIsRefused) {
    EXPECT_EQ(open_recording(path_of("newer-version")).error().kind, ReadError::Kind::newer_version);
}

TEST_F(Fixtures, ABackendWithoutStatesIsMeasuredByTheKernel) {
    const auto recording = open_recording(path_of("kernel-times-only"));
    ASSERT_TRUE(recording) << recording.error().message;
    const Analysis analysis = analyze(*recording);
    EXPECT_DOUBLE_EQ(*analysis.utilisation, (0.9 + 0.7 + 0.5 + 0.3) / 4);
    EXPECT_EQ(analysis.idle.descheduled, 40 * ms);
    EXPECT_EQ(analysis.idle.parked, std::nullopt);
}

TEST_F(Fixtures, DropsAreCountedAndTheTotalsHoldAllTheSame) {
    const auto recording = open_recording(path_of("drops"));
    ASSERT_TRUE(recording) << recording.error().message;
    const Analysis analysis = analyze(*recording);
    EXPECT_DOUBLE_EQ(*analysis.utilisation, 0.5);
    EXPECT_EQ(analysis.steals, 45U);
    EXPECT_EQ(analysis.dropped_events, 30U);
    EXPECT_EQ(recording->dropped_events, 30U);
    EXPECT_EQ(analysis.work, std::nullopt);
}

TEST_F(Fixtures, EveryOtherKindOfChunkIsUnderstood) {
    const auto recording = open_recording(path_of("everything-else"));
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_EQ(recording->workers.size(), 3U);
    ASSERT_EQ(recording->phases.size(), 4U);
    EXPECT_TRUE(recording->phases[1].discarded);
    EXPECT_EQ(recording->phases[1].correct, false);
    EXPECT_EQ(recording->notes.size(), 8U);
    ASSERT_EQ(recording->channels.size(), 2U);
    EXPECT_EQ(recording->channels[1].samples[1].reading.receive_blocked_ns, 7U);
    ASSERT_EQ(recording->workers[2].messages.size(), 1U);
    EXPECT_EQ(recording->workers[2].messages[0].message, 9U);
    ASSERT_EQ(recording->frames.size(), 4U);
    EXPECT_EQ(recording->frames[1].values.size(), 300U);
    EXPECT_FALSE(recording->workers[2].samples.back().present);
    EXPECT_EQ(recording->workers[1].samples.back().open_state, State::blocked_io);
    EXPECT_EQ(recording->workers[1].samples.back().dropped_events, 9U);
}

}  // namespace
}  // namespace grainscope::trace
