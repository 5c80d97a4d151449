// Channels, messages and diagrams: from the board and the rings through the stream and back.
#include <gtest/gtest.h>

#include <cstdio>

#include <grainscope/trace/channel_board.h>
#include <grainscope/trace/collector.h>
#include <grainscope/trace/stream_format.h>

#include "trace_fake_subject.h"
#include "trace_synthetic.h"

namespace grainscope::trace {
namespace {

using testing::clock_at;
using testing::encode;
using testing::ms;
using testing::read_all;
using testing::tick;

ChannelReading reading_of(std::uint64_t n) {
    return {.sent = 3 * n,
            .received = 2 * n,
            .depth = n % 7,
            .blocked_senders = static_cast<std::uint32_t>(n % 3),
            .blocked_receivers = static_cast<std::uint32_t>(n % 2),
            .send_blocked_ns = n * n,
            .receive_blocked_ns = 5 * n};
}

Event message_event(Nanoseconds begin, Nanoseconds end, std::uint64_t message, std::uint32_t stage) {
    return {.begin = tick(begin), .end = tick(end), .id = message, .victim = stage, .kind = EventKind::message};
}

TEST(ChannelStream, BringsBackEveryReadingOfEveryChannel) {
    constexpr std::uint64_t readings = 100;
    const Recording recording = read_all(encode([](StreamWriter& writer) {
        writer.write_header(clock_at(0), 1, "{}");
        for (std::uint64_t i = 0; i < readings; ++i) {
            const ChannelReading channels[] = {reading_of(i), reading_of(1000 * i), reading_of(0)};
            writer.write_channels(clock_at(static_cast<Nanoseconds>(i) * ms), channels);
        }
    }));
    ASSERT_EQ(recording.channels.size(), 3U);
    for (const ChannelTrack& track : recording.channels) ASSERT_EQ(track.samples.size(), readings);
    for (std::uint64_t i = 0; i < readings; ++i) {
        EXPECT_EQ(recording.channels[0].samples[i].at, static_cast<Nanoseconds>(i) * ms);
        EXPECT_EQ(recording.channels[0].samples[i].reading, reading_of(i));
        EXPECT_EQ(recording.channels[1].samples[i].reading, reading_of(1000 * i));
        EXPECT_EQ(recording.channels[2].samples[i].reading, ChannelReading());
    }
}

TEST(ChannelStream, FollowsANumberOfChannelsThatChanges) {
    const Recording recording = read_all(encode([](StreamWriter& writer) {
        writer.write_header(clock_at(0), 1, "{}");
        const std::vector<ChannelReading> one{reading_of(10)}, two{reading_of(1), reading_of(2)};
        writer.write_channels(clock_at(ms), one);
        writer.write_channels(clock_at(2 * ms), {});
        writer.write_channels(clock_at(3 * ms), two);
        writer.write_channels(clock_at(4 * ms), one);
    }));
    ASSERT_EQ(recording.channels.size(), 2U);
    ASSERT_EQ(recording.channels[0].samples.size(), 3U);
    EXPECT_EQ(recording.channels[0].samples[1].reading, reading_of(1));
    EXPECT_EQ(recording.channels[0].samples[2].reading, reading_of(10));
    ASSERT_EQ(recording.channels[1].samples.size(), 1U);
    EXPECT_EQ(recording.channels[1].samples[0].reading, reading_of(2));
}

TEST(ChannelStream, KeepsMessagesApartFromOtherEventsOfTheirWorker) {
    constexpr std::size_t messages = 10'000;  // more than a chunk
    const Recording recording = read_all(encode([](StreamWriter& writer) {
        writer.write_header(clock_at(0), 2, "{}");
        std::vector<Event> events;
        for (std::size_t i = 0; i < messages; ++i) {
            const auto at = static_cast<Nanoseconds>(i) * 1000;
            events.push_back(message_event(at, at + 600, (i * 7919) % messages, static_cast<std::uint32_t>(i % 5)));
            if (i % 100 == 0) events.push_back(testing::state_event(at, at + 900, State::blocked_channel));
        }
        writer.write_events(clock_at(20 * ms), 1, events);
    }));
    EXPECT_TRUE(recording.workers[0].messages.empty());
    EXPECT_EQ(recording.workers[1].states.size(), messages / 100);
    const std::vector<MessageSpan>& spans = recording.workers[1].messages;
    ASSERT_EQ(spans.size(), messages);
    for (std::size_t i = 0; i < messages; ++i) {
        const auto at = static_cast<Nanoseconds>(i) * 1000;
        EXPECT_EQ(spans[i].begin, at);
        EXPECT_EQ(spans[i].end, at + 600);
        EXPECT_EQ(spans[i].message, (i * 7919) % messages);
        EXPECT_EQ(spans[i].stage, i % 5);
    }
}

TEST(ChannelStream, RefusesClaimsThatItsBytesCannotHold) {
    // What a writer makes is cut behind the claim, chunk by chunk, with a right checksum: StreamReader's own tests
    // break bytes; here it is the numbers that lie.
    const auto complaint = [](format::ChunkKind kind, std::vector<std::uint8_t> rest) {
        ByteBuffer payload;
        payload.u64(tick(ms));
        payload.u64(5'000'000'000U);
        for (const std::uint8_t byte : rest) payload.u8(byte);
        std::vector<std::byte> bytes = encode([](StreamWriter& writer) { writer.write_header(clock_at(0), 1, "{}"); });
        const std::vector<std::byte> chunk = testing::chunk(static_cast<std::uint8_t>(kind), payload.view());
        bytes.insert(bytes.end(), chunk.begin(), chunk.end());
        StreamReader reader;
        const auto fed = reader.feed(bytes);
        return fed ? std::string() : fed.error().message;
    };
    EXPECT_NE(complaint(format::ChunkKind::channels, {1, 0x81, 0x08}).find("1024"), std::string::npos);
    EXPECT_NE(complaint(format::ChunkKind::channels, {1, 9, 0, 0, 0, 0}).find("bytes"), std::string::npos);
    EXPECT_NE(complaint(format::ChunkKind::channels, {0, 1, 0, 0, 0, 0}).find("lean on nothing"), std::string::npos);
    EXPECT_NE(complaint(format::ChunkKind::messages, {1, 0}).find("does not exist"), std::string::npos);
    EXPECT_NE(complaint(format::ChunkKind::messages, {0, 2, 0, 0, 0, 0}).find("bytes"), std::string::npos);
    EXPECT_NE(complaint(format::ChunkKind::messages, {0, 1, 0, 0, 0, 0x80, 0x20}).find("stage"), std::string::npos);
    EXPECT_EQ(complaint(format::ChunkKind::messages, {0, 1, 0, 0, 0, 0}), "");
}

TEST(ChannelBoard, CarriesTotalsOverFromOneRunToTheNext) {
    ChannelBoard board(2);
    std::vector<ChannelReading> seen;
    board.read(seen);
    EXPECT_EQ(seen, std::vector<ChannelReading>(2));
    {
        const ShownChannels shown(&board, {[] { return reading_of(10); }, [] { return reading_of(4); }});
        board.read(seen);
        EXPECT_EQ(seen, (std::vector{reading_of(10), reading_of(4)}));
    }
    board.read(seen);  // the run is over: nothing inside, nobody waits, what happened has happened
    EXPECT_EQ(seen[0], (ChannelReading{.sent = 30, .received = 20, .send_blocked_ns = 100, .receive_blocked_ns = 50}));
    const ShownChannels shown(&board, {[] { return reading_of(1); }});
    board.read(seen);
    EXPECT_EQ(seen[0].sent, 33U);
    EXPECT_EQ(seen[0].depth, 1U);
    EXPECT_EQ(seen[1].sent, 12U);
    EXPECT_EQ(seen[1].depth, 0U);
}

TEST(ChannelBoard, ShowsNoMoreChannelsThanItHas) {
    ChannelBoard board(1);
    const ShownChannels shown(&board, {[] { return reading_of(2); }, [] { return reading_of(3); }});
    std::vector<ChannelReading> seen;
    board.read(seen);
    EXPECT_EQ(seen, std::vector{reading_of(2)});
}

TEST(ChannelCollector, RecordsTheBoardAndTheMessagesOfTheWorkers) {
    const std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })> file(std::tmpfile());
    ASSERT_TRUE(file);
    StreamWriter writer;
    writer.add_sink(platform::ByteSink::adopt(::dup(::fileno(file.get())), "a temporary file"));
    testing::FakeSubject subject(1);
    ChannelBoard board(1);
    {
        Collector collector(writer, {.subject = &subject});
        collector.note(NoteKind::diagram, R"({"stages":[],"channels":[],"message":"m"})");
        collector.set_channels(&board);
        const ShownChannels shown(&board, {[] { return reading_of(8); }});
        const Ticks now = platform::ticks();
        subject.push(0, {.begin = now, .end = now, .id = 77, .victim = 3, .kind = EventKind::message});
        collector.flush();
        collector.set_channels(nullptr);
        collector.stop(true);
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(writer.bytes()));
    std::rewind(file.get());
    ASSERT_EQ(std::fread(bytes.data(), 1, bytes.size(), file.get()), bytes.size());
    const Recording recording = read_all(bytes);
    ASSERT_EQ(recording.channels.size(), 1U);
    EXPECT_EQ(recording.channels[0].samples.back().reading, reading_of(8));
    ASSERT_EQ(recording.workers[0].messages.size(), 1U);
    EXPECT_EQ(recording.workers[0].messages[0].message, 77U);
    EXPECT_EQ(recording.workers[0].messages[0].stage, 3U);
    ASSERT_NE(recording.last_note(NoteKind::diagram), nullptr);
}

}  // namespace
}  // namespace grainscope::trace
