#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <grainscope/study/axis.h>
#include <grainscope/study/warmup.h>

namespace grainscope::study {
namespace {

using Texts = std::vector<std::string>;
using Counts = std::vector<std::size_t>;

TEST(Count, IsWrittenAsPeopleWriteIt) {
    EXPECT_EQ(parse_count("10000000"), 10'000'000);
    EXPECT_EQ(parse_count("1e7"), 10'000'000);
    EXPECT_EQ(parse_count("10M"), 10'000'000);
    EXPECT_EQ(parse_count("1.5k"), 1500);
    EXPECT_EQ(parse_count("-3"), -3);
    for (const char* wrong : {"", "M", "ten", "1.5", "1e-3", "7x", "nan", "inf", "1e300", " 1"}) {
        EXPECT_FALSE(parse_count(wrong)) << wrong;
    }
}

TEST(Axis, DoublesWithoutAStep) {
    EXPECT_EQ(parse_axis("threshold=16..128"), (Axis{"threshold", {"16", "32", "64", "128"}}));
    EXPECT_EQ(parse_axis("n=1k..1e4*10"), (Axis{"n", {"1000", "10000"}}));
}

TEST(Axis, AddsAStepAndTakesALastValueOnlyIfItIsHit) {
    EXPECT_EQ(parse_axis("t=10..50+20"), (Axis{"t", {"10", "30", "50"}}));
    EXPECT_EQ(parse_axis("t=10..49+20"), (Axis{"t", {"10", "30"}}));
    EXPECT_EQ(parse_axis("t=1e+1..1e+2+45"), (Axis{"t", {"10", "55", "100"}}));
}

TEST(Axis, ListsValuesOfAnyKindOnceEach) {
    EXPECT_EQ(parse_axis("pivot=first,ninther,first"), (Axis{"pivot", {"first", "ninther"}}));
}

TEST(Axis, NeverOverflows) {
    const auto axis = parse_axis("n=1..9e15*1000000");
    ASSERT_TRUE(axis);
    EXPECT_EQ(axis->values, (Texts{"1", "1000000", "1000000000000"}));
}

TEST(Axis, SaysWhatWouldBeRight) {
    EXPECT_NE(parse_axis("threshold").error().find("NAME=VALUES"), std::string::npos);
    EXPECT_NE(parse_axis("=1,2").error().find("NAME=VALUES"), std::string::npos);
    EXPECT_NE(parse_axis("t=64..16").error().find("write 16..64"), std::string::npos);
    EXPECT_NE(parse_axis("t=1..64*1").error().find("factor must be at least 2"), std::string::npos);
    EXPECT_NE(parse_axis("t=0..64").error().find("first value at least 1"), std::string::npos);
    EXPECT_NE(parse_axis("t=1..64+0").error().find("step must be at least 1"), std::string::npos);
    EXPECT_NE(parse_axis("t=1..1e9+1").error().find("more than 1000 values"), std::string::npos);
    EXPECT_NE(parse_axis("t=1..x").error().find("LO..HI"), std::string::npos);
    EXPECT_NE(parse_axis("t=1,,2").error().find("empty value"), std::string::npos);
}

TEST(Threads, AreZeroToAThousandAndTwentyFour) {
    EXPECT_EQ(parse_threads("0"), 0U);
    EXPECT_EQ(parse_threads("1024"), 1024U);
    for (const char* wrong : {"-1", "100000", "1025", "two", "1.5", ""}) {
        ASSERT_FALSE(parse_threads(wrong)) << wrong;
        EXPECT_NE(parse_threads(wrong).error().find("threads must be 0 (one a core) to 1,024"), std::string::npos);
    }
}

TEST(Threads, AreListedOrRanged) {
    EXPECT_EQ(parse_thread_counts("1,2,4,2"), (Counts{1, 2, 4}));
    EXPECT_EQ(parse_thread_counts("1..8"), (Counts{1, 2, 4, 8}));
    EXPECT_EQ(parse_thread_counts("1..4+1"), (Counts{1, 2, 3, 4}));
    EXPECT_FALSE(parse_thread_counts("1..2048"));
    EXPECT_FALSE(parse_thread_counts("1,"));
}

TEST(SearchRange, NeedsTwoEndsAboveZero) {
    const auto range = parse_search_range("threshold=16..65536");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->name, "threshold");
    EXPECT_EQ(range->low, 16);
    EXPECT_EQ(range->high, 65536);
    EXPECT_FALSE(parse_search_range("threshold=16..16"));
    EXPECT_FALSE(parse_search_range("threshold=0..16+1"));
    EXPECT_FALSE(parse_search_range("threshold=16,32"));
}

TEST(Log2Grid, HoldsBothEndsAndThePowersBetween) {
    using Grid = std::vector<std::int64_t>;
    EXPECT_EQ(log2_grid(16, 128), (Grid{16, 32, 64, 128}));
    EXPECT_EQ(log2_grid(10, 100), (Grid{10, 16, 32, 64, 100}));
    EXPECT_EQ(log2_grid(5, 5), (Grid{5}));
    EXPECT_EQ(log2_grid(1, std::int64_t{1} << 62).size(), 63U);
}

TEST(Seconds, TakeTheirUnit) {
    EXPECT_DOUBLE_EQ(*parse_seconds("60s"), 60);
    EXPECT_DOUBLE_EQ(*parse_seconds("500ms"), 0.5);
    EXPECT_DOUBLE_EQ(*parse_seconds("2m"), 120);
    EXPECT_DOUBLE_EQ(*parse_seconds("1.5h"), 5400);
    EXPECT_DOUBLE_EQ(*parse_seconds("7"), 7);
    for (const char* wrong : {"", "s", "-1s", "0", "fast"}) EXPECT_FALSE(parse_seconds(wrong)) << wrong;
}

TEST(Warmup, EndsWhenTheLastThreeAgree) {
    Warmup warmup({});
    for (double run : {150.0, 101.0, 100.0}) {
        warmup.add(run);
        EXPECT_EQ(warmup.verdict(0.1), Warmup::Verdict::again);
    }
    warmup.add(101.9);
    EXPECT_EQ(warmup.verdict(0.1), Warmup::Verdict::warm);
}

TEST(Warmup, GivesUpAfterTenRunsOrTwoSecondsButNeverBeforeTheSecondRun) {
    Warmup slow({});
    slow.add(3e9);
    EXPECT_EQ(slow.verdict(3), Warmup::Verdict::again);
    slow.add(2e9);
    EXPECT_EQ(slow.verdict(5), Warmup::Verdict::gave_up);

    Warmup restless({});
    for (int i = 0; i < 9; ++i) {
        restless.add(i % 2 == 0 ? 100 : 200);
        EXPECT_EQ(restless.verdict(0.1), Warmup::Verdict::again);
    }
    restless.add(200);
    EXPECT_EQ(restless.verdict(0.1), Warmup::Verdict::gave_up);
    EXPECT_DOUBLE_EQ(restless.spread(), 1);
}

TEST(Warmup, RunsExactlyAsOftenAsAskedFor) {
    Warmup none({.exactly = 0});
    EXPECT_EQ(none.verdict(0), Warmup::Verdict::warm);
    Warmup one({.exactly = 1});
    EXPECT_EQ(one.verdict(0), Warmup::Verdict::again);
    one.add(5);
    EXPECT_EQ(one.verdict(100), Warmup::Verdict::warm);
}

}  // namespace
}  // namespace grainscope::study
