// What is written comes back, and what is broken is told from what is whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>

#include <grainscope/trace/crc32c.h>
#include <grainscope/trace/stream_format.h>

#include "trace_synthetic.h"

namespace grainscope::trace {
namespace {

using testing::chunk;
using testing::clock_at;
using testing::encode;
using testing::ms;
using testing::read_all;
using testing::synthetic_stream;
using testing::SyntheticRun;
using testing::tick;

/// Where each chunk of a well-formed stream begins, and where the last one ends.
std::vector<std::size_t> chunk_offsets(std::span<const std::byte> bytes) {
    std::vector<std::size_t> offsets;
    std::size_t at = format::preamble_bytes;
    while (at < bytes.size()) {
        offsets.push_back(at);
        std::size_t length = 0;
        for (std::size_t i = 3; i >= 1; --i) length = length << 8 | static_cast<std::size_t>(bytes[at + i]);
        at += format::chunk_header_bytes + length;
    }
    offsets.push_back(at);
    return offsets;
}

std::vector<std::byte> header_only() {
    return encode([](StreamWriter& writer) { writer.write_header(clock_at(0), 2, "{}"); });
}

std::vector<std::byte> operator+(std::vector<std::byte> a, const std::vector<std::byte>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(Stream, BringsBackTheHeaderPhasesAndNotes) {
    const Recording recording = read_all(synthetic_stream());
    EXPECT_EQ(recording.metadata, SyntheticRun::metadata);
    EXPECT_TRUE(recording.complete);
    EXPECT_EQ(recording.end, 160 * ms);
    ASSERT_EQ(recording.phases.size(), 4U);
    EXPECT_EQ(recording.phases[0].kind, PhaseKind::warmup);
    for (std::size_t i = 1; i < 4; ++i) {
        const Phase& phase = recording.phases[i];
        EXPECT_EQ(phase.kind, PhaseKind::sample);
        EXPECT_EQ(phase.index, i - 1);
        EXPECT_EQ(phase.begin, SyntheticRun::begin_of(static_cast<int>(i)));
        EXPECT_EQ(phase.end, phase.begin + 30 * ms);
        EXPECT_EQ(phase.correct, true);
        EXPECT_FALSE(phase.discarded);
    }
    ASSERT_NE(recording.last_note(NoteKind::parameters), nullptr);
    EXPECT_EQ(recording.last_note(NoteKind::parameters)->text, R"({"n":1000,"threshold":32})");
    ASSERT_NE(recording.last_note(NoteKind::result), nullptr);
    EXPECT_EQ(recording.last_note(NoteKind::result)->text, SyntheticRun::result);
    EXPECT_EQ(recording.last_note(NoteKind::progress)->at, 157 * ms);
    EXPECT_EQ(recording.last_note(NoteKind::warning), nullptr);
}

TEST(Stream, BringsBackEveryEventToTheNanosecond) {
    const Recording recording = read_all(synthetic_stream());
    const WorkerTrack& owner = recording.workers[0];
    const WorkerTrack& thief = recording.workers[1];
    ASSERT_EQ(owner.states.size(), 8U);
    EXPECT_EQ(owner.states[2].begin, 35 * ms);
    EXPECT_EQ(owner.states[2].end, 45 * ms);
    EXPECT_EQ(owner.states[2].state, State::parked);
    EXPECT_EQ(owner.states[3].state, State::busy);
    EXPECT_EQ(owner.states[3].end, 75 * ms);
    ASSERT_EQ(thief.states.size(), 12U);
    EXPECT_EQ(thief.states[1].state, State::searching);
    ASSERT_EQ(thief.steals.size(), 4U);
    EXPECT_EQ(thief.steals[2].at, 95 * ms);
    EXPECT_EQ(thief.steals[2].victim, 0U);
    const std::uint64_t right = (std::uint64_t{1} << 40 | 6) + 3;
    EXPECT_EQ(thief.steals[2].task, right);
    ASSERT_EQ(thief.tasks.size(), 4U);
    EXPECT_EQ(thief.tasks[2].id, right);
    EXPECT_EQ(thief.tasks[2].parent, right - 2);
    EXPECT_EQ(thief.tasks[2].begin, 95 * ms);
    EXPECT_EQ(thief.tasks[2].end, 110 * ms);
    EXPECT_EQ(thief.tasks[2].flags, task_is_leaf | task_is_right | task_is_stolen);
    ASSERT_EQ(owner.tasks.size(), 8U);
    EXPECT_EQ(owner.tasks[1].flags, task_is_spawned | task_is_right);
}

TEST(Stream, BringsBackTheSamples) {
    const Recording recording = read_all(synthetic_stream());
    for (std::size_t worker = 0; worker < 2; ++worker) {
        const auto& samples = recording.workers[worker].samples;
        ASSERT_EQ(samples.size(), 13U);
        for (const WorkerSample& sample : samples) {
            const MeterReading written = SyntheticRun::reading(sample.at);
            const WorkerTotals& totals = written.workers[worker];
            ASSERT_TRUE(sample.counters && sample.state_ns && sample.on_cpu_ns && sample.descheduled_ns);
            EXPECT_EQ(sample.counters->jobs, totals.counters->jobs);
            EXPECT_EQ(sample.counters->steals, totals.counters->steals);
            EXPECT_EQ(sample.counters->failed_steals, totals.counters->failed_steals);
            for (std::size_t s = 0; s < state_count; ++s) {
                EXPECT_EQ((*sample.state_ns)[s], static_cast<Nanoseconds>((*totals.state_ticks)[s] / 2));
            }
            EXPECT_EQ(*sample.on_cpu_ns, static_cast<Nanoseconds>(*totals.on_cpu_ns));
            EXPECT_EQ(*sample.descheduled_ns, static_cast<Nanoseconds>(*totals.runnable_ns));
            EXPECT_EQ(sample.open_state, totals.open_state);
            EXPECT_EQ(tick(sample.open_since), sample.at == 0 ? tick(0) : totals.open_since);
            EXPECT_TRUE(sample.present);
        }
    }
}

TEST(Stream, BringsBackFramesThroughKeysAndDifferences) {
    constexpr std::size_t frames = StreamWriter::key_interval * 3 + 5;
    std::vector<BoardImage> images;
    const auto bytes = encode([&](StreamWriter& writer) {
        writer.write_header(clock_at(0), 2, "{}");
        BoardImage image = BoardImage::empty(50);
        for (std::size_t i = 0; i < frames; ++i) {
            image.values[i % 50] = static_cast<std::uint16_t>(i * 600);
            image.owners[i % 50] = static_cast<std::uint16_t>(i % 2);
            if (i == 60) image = BoardImage::empty(20);  // another board, and one that is all empty
            writer.write_frame(clock_at(static_cast<Nanoseconds>(i) * ms), image);
            writer.write_frame(clock_at(static_cast<Nanoseconds>(i) * ms), image);  // unchanged: not written
            images.push_back(image);
            if (i >= 60) image.values.resize(50), image.owners.resize(50);
        }
    });
    const Recording recording = read_all(bytes);
    ASSERT_EQ(recording.frames.size(), frames);
    for (std::size_t i = 0; i < frames; ++i) {
        EXPECT_EQ(recording.frames[i].values, images[i].values) << i;
        EXPECT_EQ(recording.frames[i].owners, images[i].owners) << i;
    }
}

TEST(Stream, KeepsTheNewestOfVeryManyLargeFramesAndEverySoManyOfTheOlder) {
    constexpr std::size_t frames = 400;
    const auto bytes = encode([](StreamWriter& writer) {
        writer.write_header(clock_at(0), 1, "{}");
        BoardImage image = BoardImage::empty(format::most_slots);
        for (std::size_t i = 0; i < frames; ++i) {
            image.values[i] = 1;
            writer.write_frame(clock_at(static_cast<Nanoseconds>(i) * ms), image);
        }
    });
    const Recording recording = read_all(bytes);
    const auto& kept = recording.frames;
    ASSERT_LT(kept.size(), frames);
    EXPECT_LE(kept.size() * format::most_slots * 4, std::size_t{64} << 20);
    EXPECT_EQ(kept.front().at, 0);
    EXPECT_EQ(kept.back().at, (frames - 1) * ms);
    Nanoseconds last_gap = std::numeric_limits<Nanoseconds>::max();
    for (std::size_t i = 0; i < kept.size(); ++i) {
        EXPECT_EQ(static_cast<Nanoseconds>(std::ranges::count(kept[i].values, 1) - 1) * ms, kept[i].at)
            << "a frame of another moment";
        if (i == 0) continue;
        EXPECT_LE(kept[i].at - kept[i - 1].at, last_gap) << "the newer, the closer";
        last_gap = kept[i].at - kept[i - 1].at;
    }
    EXPECT_EQ(last_gap, ms);
}

TEST(Stream, SaysThatARowHasNoWorkerNow) {
    const auto bytes = encode([](StreamWriter& writer) {
        writer.write_header(clock_at(0), 1, "{}");
        MeterReading reading{.clock = clock_at(ms), .workers = std::vector<WorkerTotals>(1)};
        reading.workers[0].present = false;
        reading.workers[0].open_since = reading.clock.ticks;
        writer.write_samples(reading);
    });
    const Recording recording = read_all(bytes);
    ASSERT_EQ(recording.workers[0].samples.size(), 1U);
    EXPECT_FALSE(recording.workers[0].samples[0].present);
    EXPECT_EQ(recording.workers[0].samples[0].counters, std::nullopt);
}

TEST(Stream, IsTheSameInPiecesOfAnySize) {
    const auto bytes = synthetic_stream();
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100}, bytes.size()}) {
        StreamReader reader;
        for (std::size_t at = 0; at < bytes.size(); at += size) {
            ASSERT_TRUE(reader.feed(std::span(bytes).subspan(at, std::min(size, bytes.size() - at))));
        }
        EXPECT_TRUE(reader.recording().complete);
        EXPECT_EQ(reader.recording().workers[1].states.size(), 12U);
        EXPECT_EQ(reader.recording().frames.size(), 8U);
    }
}

TEST(Stream, CutAnywhereItOpensToItsLastWholeChunk) {
    const auto bytes = synthetic_stream();
    const auto chunks = chunk_offsets(bytes);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        StreamReader reader;
        ASSERT_TRUE(reader.feed(std::span(bytes).first(cut)).has_value()) << "cut at " << cut;
        const auto whole_chunks =
            static_cast<std::uint64_t>(std::ranges::count_if(chunks, [&](std::size_t end) { return end <= cut; }));
        EXPECT_EQ(reader.recording().version, whole_chunks == 0 ? 0 : whole_chunks - 1) << "cut at " << cut;
        EXPECT_FALSE(reader.recording().complete);
        EXPECT_EQ(reader.finish().has_value(), cut >= chunks[1]) << "cut at " << cut;
    }
}

TEST(Stream, EveryFlippedBitIsNoticed) {
    const auto bytes = synthetic_stream();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        StreamReader reader;
        const bool fed = reader.feed(flipped).has_value();
        // A length that became longer looks like a file that was cut off; anything else is an error.
        ASSERT_FALSE(fed && reader.recording().complete) << "bit " << bit;
    }
}

TEST(Stream, KeepsWhatCameBeforeADamageAndNamesIt) {
    auto bytes = synthetic_stream();
    const auto chunks = chunk_offsets(bytes);
    const std::size_t damaged = chunks.size() / 2;
    bytes[chunks[damaged] + format::chunk_header_bytes + 3] ^= std::byte{0x10};
    StreamReader reader;
    const auto fed = reader.feed(bytes);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().kind, ReadError::Kind::damaged);
    EXPECT_EQ(fed.error().message, "damaged at byte " + std::to_string(chunks[damaged]) +
                                       ": a checksum does not match; what comes before is shown");
    ASSERT_NE(reader.recording().last_note(NoteKind::warning), nullptr);
    EXPECT_NE(reader.recording().last_note(NoteKind::warning)->text.find("damaged at byte"), std::string::npos);
    EXPECT_EQ(reader.recording().version, damaged + 1);
    const auto again = reader.feed(bytes);
    ASSERT_FALSE(again) << "an error is for good";
    EXPECT_EQ(again.error().message, fed.error().message);
}

TEST(Stream, SkipsChunksOfAKindItDoesNotKnow) {
    const std::vector<std::byte> payload(100, std::byte{0xab});
    const Recording recording = read_all(header_only() + chunk(200, payload) + chunk(0, {}) +
                                         encode([](StreamWriter& writer) { writer.write_close(clock_at(ms), "{}"); }));
    EXPECT_TRUE(recording.complete);
    EXPECT_EQ(recording.version, 4U);
}

TEST(Stream, IgnoresFieldsThatALaterMinorVersionAppends) {
    ByteBuffer payload;
    payload.u64(tick(ms));
    payload.u64(clock_at(ms).monotonic_ns);
    payload.u8(static_cast<std::uint8_t>(PhaseKind::sample));
    payload.varint(3);
    payload.text("a field of tomorrow");
    const Recording recording =
        read_all(header_only() + chunk(static_cast<std::uint8_t>(format::ChunkKind::phase_begin), payload.view()));
    ASSERT_EQ(recording.phases.size(), 1U);
    EXPECT_EQ(recording.phases[0].index, 3U);
}

TEST(Stream, OfANewerMajorVersionIsRefusedWithItsNumber) {
    auto bytes = header_only();
    bytes[8] = std::byte{2};
    bytes[10] = std::byte{0};
    const std::uint32_t checksum = crc32c(std::span(bytes).first(12));
    for (std::size_t i = 0; i < 4; ++i) bytes[12 + i] = static_cast<std::byte>(checksum >> (8 * i));
    StreamReader reader;
    const auto fed = reader.feed(bytes);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().kind, ReadError::Kind::newer_version);
    EXPECT_EQ(fed.error().message,
              "written in stream version 2.0, and this Grainscope reads version 1: a newer one is needed");
}

TEST(Stream, ThatIsSomethingElseIsToldFromItsFirstByte) {
    const std::string text = "# a text file\n";
    StreamReader reader;
    const auto fed = reader.feed(std::as_bytes(std::span(text)).first(1));
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().kind, ReadError::Kind::not_a_recording);
}

TEST(Stream, HugeCountsAndLengthsAreRefusedWithoutBelievingThem) {
    const auto refused = [](format::ChunkKind kind, const std::function<void(ByteBuffer&)>& fill) {
        ByteBuffer payload;
        payload.u64(tick(ms));
        payload.u64(clock_at(ms).monotonic_ns);
        fill(payload);
        StreamReader reader;
        const auto fed = reader.feed(header_only() + chunk(static_cast<std::uint8_t>(kind), payload.view()));
        return !fed && fed.error().kind == ReadError::Kind::damaged;
    };
    constexpr std::uint64_t huge = ~std::uint64_t{0} >> 1;
    using format::ChunkKind;
    EXPECT_TRUE(refused(ChunkKind::workers, [](ByteBuffer& b) { b.varint(4097); }));
    EXPECT_TRUE(refused(ChunkKind::workers, [](ByteBuffer& b) { b.varint(1); })) << "rows never vanish";
    EXPECT_TRUE(refused(ChunkKind::events, [](ByteBuffer& b) { b.varint(0), b.varint(huge); }));
    EXPECT_TRUE(refused(ChunkKind::events, [](ByteBuffer& b) { b.varint(2), b.varint(0); })) << "no such worker";
    EXPECT_TRUE(refused(ChunkKind::samples, [](ByteBuffer& b) { b.u8(1), b.varint(huge); }));
    EXPECT_TRUE(refused(ChunkKind::frame, [](ByteBuffer& b) { b.u8(1), b.varint(huge); }));
    EXPECT_TRUE(refused(ChunkKind::frame, [](ByteBuffer& b) { b.u8(0), b.varint(4); })) << "leans on no key frame";
    EXPECT_TRUE(refused(ChunkKind::phase_end, [](ByteBuffer& b) { b.u8(2), b.varint(0), b.u8(0); })) << "never began";
    EXPECT_TRUE(refused(ChunkKind::header, [](ByteBuffer& b) { b.varint(1), b.varint(huge); })) << "a second header";
}

TEST(Stream, AClaimedLengthThatNeverComesKeepsNoMemory) {
    auto bytes = header_only();
    for (const int byte : {6, 0xff, 0xff, 0xff, 1, 2, 3, 4}) bytes.push_back(static_cast<std::byte>(byte));
    StreamReader reader;
    ASSERT_TRUE(reader.feed(bytes));
    ASSERT_TRUE(reader.finish()) << "it may only be cut off";
    EXPECT_EQ(reader.recording().version, 1U);
}

TEST(Stream, PhasesThatNestTooDeeplyAreRefused) {
    const auto bytes = encode([](StreamWriter& writer) {
        writer.write_header(clock_at(0), 1, "{}");
        for (std::uint32_t i = 0; i <= format::deepest_phase_nesting; ++i) {
            writer.write_phase_begin(clock_at(i), PhaseKind::sample, i);
        }
    });
    StreamReader reader;
    EXPECT_FALSE(reader.feed(bytes));
    EXPECT_EQ(reader.recording().phases.size(), format::deepest_phase_nesting);
}

TEST(Stream, SpansThatOverlapAreClippedSoThatTheOrderHolds) {
    const auto bytes = encode([](StreamWriter& writer) {
        writer.write_header(clock_at(0), 1, "{}");
        const Event events[] = {testing::state_event(10, 50, State::busy), testing::state_event(40, 80, State::parked),
                                testing::state_event(20, 60, State::searching), testing::steal_event(70, 0),
                                testing::steal_event(30, 0)};
        writer.write_events(clock_at(100), 0, events);
    });
    const WorkerTrack track = read_all(bytes).workers[0];
    ASSERT_EQ(track.states.size(), 2U);
    EXPECT_EQ(track.states[1].begin, 50);
    EXPECT_EQ(track.states[1].end, 80);
    ASSERT_EQ(track.steals.size(), 2U);
    EXPECT_LE(track.steals[0].at, track.steals[1].at);
}

TEST(OpenRecording, TellsItsFailuresApart) {
    const auto folder = std::filesystem::temp_directory_path() / ("grainscope-open-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto path_of = [&](const std::string& name, std::span<const std::byte> bytes) {
        const std::string path = folder / name;
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return path;
    };
    const auto kind_of = [](const std::string& path) { return open_recording(path).error().kind; };
    const auto bytes = synthetic_stream();

    EXPECT_EQ(kind_of(folder / "missing"), ReadError::Kind::missing);
    EXPECT_EQ(open_recording(folder / "missing").error().message,
              "cannot read '" + (folder / "missing").string() + "': there is no such file");
    EXPECT_EQ(kind_of(folder), ReadError::Kind::unreadable);
    EXPECT_EQ(kind_of(path_of("empty", {})), ReadError::Kind::empty);
    EXPECT_EQ(kind_of(path_of("short", std::span(bytes).first(20))), ReadError::Kind::cut_off);
    EXPECT_EQ(kind_of(path_of("text", std::as_bytes(std::span("hello, world")))), ReadError::Kind::not_a_recording);

    const auto whole = open_recording(path_of("whole", bytes));
    ASSERT_TRUE(whole);
    EXPECT_TRUE(whole->complete);
    const auto cut = open_recording(path_of("cut", std::span(bytes).first(bytes.size() - 1)));
    ASSERT_TRUE(cut);
    EXPECT_FALSE(cut->complete);
    auto damaged_bytes = bytes;
    damaged_bytes[bytes.size() / 2] ^= std::byte{1};
    const auto damaged = open_recording(path_of("damaged", damaged_bytes));
    ASSERT_TRUE(damaged) << "what comes before the damage opens";
    EXPECT_FALSE(damaged->complete);
    EXPECT_NE(damaged->last_note(NoteKind::warning), nullptr);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace grainscope::trace
