#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string_view>

#include <grainscope/trace/byte_codec.h>
#include <grainscope/trace/clock_map.h>
#include <grainscope/trace/crc32c.h>
#include <grainscope/trace/frame_codec.h>

namespace grainscope::trace {
namespace {

std::uint32_t crc_of(std::string_view text) { return crc32c(std::as_bytes(std::span(text))); }

TEST(Crc32c, GivesThePublishedCheckValues) {
    EXPECT_EQ(crc_of(""), 0U);
    EXPECT_EQ(crc_of("123456789"), 0xe3069283U);
    EXPECT_EQ(crc_of(std::string(32, '\0')), 0x8a9136aaU);  // RFC 3720, B.4
    EXPECT_EQ(crc_of(std::string(32, '\xff')), 0x62a8ab43U);
}

TEST(Crc32c, ContinuesFromAnEarlierPart) {
    const std::string_view text = "the whole is the sum of its parts";
    const auto bytes = std::as_bytes(std::span(text));
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        EXPECT_EQ(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))), crc32c(bytes));
    }
}

TEST(ByteCodec, VarintsComeBackWhateverTheirLength) {
    ByteBuffer out;
    std::vector<std::uint64_t> values = {0, std::numeric_limits<std::uint64_t>::max()};
    for (int bits = 0; bits < 64; ++bits) {
        values.push_back(std::uint64_t{1} << bits);
        values.push_back((std::uint64_t{1} << bits) - 1);
    }
    for (const std::uint64_t value : values) out.varint(value);
    ByteCursor in(out.view());
    for (const std::uint64_t value : values) EXPECT_EQ(in.varint(), value);
    EXPECT_FALSE(in.failed());
    EXPECT_EQ(in.remaining(), 0U);
}

TEST(ByteCodec, SignedVarintsComeBack) {
    ByteBuffer out;
    const std::int64_t values[] = {
        0, -1, 1, -64, 63, 64, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
    for (const std::int64_t value : values) out.svarint(value);
    ByteCursor in(out.view());
    for (const std::int64_t value : values) EXPECT_EQ(in.svarint(), value);
}

TEST(ByteCodec, AVarintOfMoreThan64BitsFails) {
    ByteBuffer out;
    for (int i = 0; i < 9; ++i) out.u8(0xff);
    out.u8(0x02);
    ByteCursor in(out.view());
    EXPECT_EQ(in.varint(), 0U);
    EXPECT_TRUE(in.failed());
}

TEST(ByteCodec, ReadingPastTheEndFailsAndStaysFailed) {
    ByteBuffer out;
    out.u8(7);
    ByteCursor in(out.view());
    EXPECT_EQ(in.u64(), 0U);
    EXPECT_TRUE(in.failed());
    EXPECT_EQ(in.u8(), 0U);
    EXPECT_TRUE(in.text(1).empty());
}

TEST(ClockMap, GoesThroughItsPairsAndStraightBetweenThem) {
    ClockMap map;
    map.add({1000, 500});
    map.add({2000, 1500});  // 1 ns a tick
    map.add({3000, 2000});  // then half of that
    EXPECT_EQ(map.at(1000), 0);
    EXPECT_EQ(map.at(1250), 250);
    EXPECT_EQ(map.at(2000), 1000);
    EXPECT_EQ(map.at(2500), 1250);
    EXPECT_EQ(map.at(3000), 1500);
    EXPECT_EQ(map.at(3100), 1550) << "behind the last pair the last rate goes on";
    EXPECT_EQ(map.at(10), 0) << "before the recording there is nothing";
    EXPECT_DOUBLE_EQ(map.ns_per_tick(2000, 3000), 0.5);
}

TEST(ClockMap, NeverFallsEvenIfItsPairsDo) {
    std::mt19937_64 random(1);
    ClockMap map;
    for (int i = 0; i < 200; ++i) map.add({random() % 100'000, random() % 100'000});
    Nanoseconds last = 0;
    for (Ticks ticks = 0; ticks < 120'000; ticks += 7) {
        const Nanoseconds at = map.at(ticks);
        ASSERT_GE(at, last);
        last = at;
    }
}

TEST(ClockMap, HoldsAbsurdTimesAtItsBound) {
    ClockMap map;
    map.add({0, 0});
    map.add({1, std::numeric_limits<std::uint64_t>::max()});
    EXPECT_EQ(map.at(1), ClockMap::latest);
    EXPECT_EQ(map.at(std::numeric_limits<Ticks>::max()), ClockMap::latest);
}

TEST(FrameCodec, RandomChangesOfABoardComeBack) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    BoardImage written = BoardImage::empty(300);
    BoardImage read = written;
    for (int round = 0; round < 200; ++round) {
        BoardImage next = written;
        for (int change = static_cast<int>(random() % 400); change > 0; --change) {
            const std::size_t slot = random() % next.slots();
            next.values[slot] = static_cast<std::uint16_t>(random());
            next.owners[slot] = random() % 4 == 0 ? DataBoard::no_owner : static_cast<std::uint16_t>(random() % 8);
        }
        ByteBuffer out;
        encode_runs(written, next, out);
        ByteCursor in(out.view());
        ASSERT_TRUE(decode_runs(in, 8, read));
        ASSERT_EQ(read, next);
        written = next;
    }
}

TEST(FrameCodec, ABoardThatDidNotChangeCostsNothing) {
    const BoardImage image = BoardImage::empty(1000);
    ByteBuffer out;
    encode_runs(image, image, out);
    EXPECT_EQ(out.size(), 0U);
}

TEST(FrameCodec, RefusesRunsThatDoNotFitTheBoard) {
    const auto refused = [](std::initializer_list<std::uint64_t> numbers) {
        ByteBuffer out;
        for (const std::uint64_t number : numbers) out.varint(number);
        BoardImage image = BoardImage::empty(4);
        ByteCursor in(out.view());
        return !decode_runs(in, 2, image);
    };
    EXPECT_FALSE(refused({3, 1, 2, 1, 1})) << "one slot at the end, of worker 0";
    EXPECT_TRUE(refused({5, 1, 2, 1, 1})) << "skips over the end";
    EXPECT_TRUE(refused({3, 2, 2, 2, 1, 2})) << "runs over the end";
    EXPECT_TRUE(refused({0, 0})) << "a run of nothing";
    EXPECT_TRUE(refused({3, 1, 2, 3, 1})) << "a worker that does not exist";
    EXPECT_TRUE(refused({3, 1, 2, 1, 2})) << "an owner for more slots than the run has";
    EXPECT_TRUE(refused({3, 1, 2})) << "no owner at all";
}

TEST(FrameCodec, ReadsTheBoardInSixteenBits) {
    DataBoard board(5);
    board.publish(0, 0.0F, 0);
    board.publish(1, 1.0F, 1);
    board.publish(2, 7.0F, 2);
    board.publish(3, -1.0F, DataBoard::no_owner);
    board.publish(4, std::numeric_limits<float>::quiet_NaN(), 1);
    BoardImage image;
    read_board(board, 2, image);
    EXPECT_EQ(image.values, (std::vector<std::uint16_t>{0, 65535, 65535, 0, 0}));
    EXPECT_EQ(image.owners, (std::vector<std::uint16_t>{0, 1, DataBoard::no_owner, DataBoard::no_owner, 1}));
}

}  // namespace
}  // namespace grainscope::trace
