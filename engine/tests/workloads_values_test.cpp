// The registry, and from a command line's text to checked values.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

const Description& quicksort() { return Registry::instance().find("quicksort")->description; }

std::string message_of(const Given& given) {
    const auto values = parse_values(quicksort(), given);
    if (values) return "accepted";
    EXPECT_EQ(values.error().kind, Failure::Kind::command_line);
    EXPECT_EQ(values.error().message.find('\n'), std::string::npos) << "one line";
    return values.error().message;
}

template <class T>
T parsed(const std::string& name, const std::string& text) {
    const auto values = parse_values(quicksort(), Given{{name, text}});
    if (!values) {
        ADD_FAILURE() << values.error().message;
        return {};
    }
    return std::get<T>(values->at(name));
}

TEST(Registry, HoldsEveryWorkloadOfTheProgramInOrder) {
    std::vector<std::string> names;
    for (const Registry::Entry& entry : Registry::instance().entries()) names.push_back(entry.description.name);
    EXPECT_EQ(names, (std::vector<std::string>{"fetch-all", "fib", "filter-map", "mandelbrot", "matmul", "merge-sort",
                                               "metrics", "multiplexer", "nqueens", "par-sort", "pipeline",
                                               "process-chunks", "process-upload", "queue", "quicksort", "skip-map",
                                               "sum", "thumbnails", "word-count"}));
}

TEST(Registry, DescribesEachSoThatAFormCanBeMadeOfIt) {
    for (const Registry::Entry& entry : Registry::instance().entries()) {
        const Description& description = entry.description;
        EXPECT_FALSE(description.title.empty());
        EXPECT_FALSE(description.summary.empty());
        // All, except that oneTBB runs nothing whose threads wait for one another.
        EXPECT_EQ(description.backends.size(), description.crew      ? 1U
                                               : description.diagram ? 4U
                                                                     : 5U)
            << description.name;
        ASSERT_NE(entry.create(), nullptr);
        for (const Parameter& parameter : description.parameters) {
            EXPECT_FALSE(parameter.label.empty()) << parameter.name;
            EXPECT_FALSE(parameter.help.empty()) << parameter.name;
            // A default is a value that the command line would take.
            if (parameter.kind != Parameter::Kind::file) {
                EXPECT_EQ(parse_value(parameter, to_string(parameter.default_value)), parameter.default_value)
                    << parameter.name;
            }
            EXPECT_EQ(parameter.kind == Parameter::Kind::choice, !parameter.choices.empty()) << parameter.name;
        }
    }
}

TEST(Registry, KnowsWhatAMisspeltNameMeant) {
    EXPECT_EQ(Registry::instance().find("quicksrot"), nullptr);
    EXPECT_EQ(Registry::instance().nearest("quicksrot"), "quicksort");
    EXPECT_EQ(Registry::instance().nearest("mergesort"), "merge-sort");
}

TEST(Values, DefaultsFillInWhatIsNotGiven) {
    const auto values = parse_values(quicksort(), {});
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(values->size(), quicksort().parameters.size());
    EXPECT_EQ(values->at("n"), Value(std::int64_t{10'000'000}));
    EXPECT_EQ(values->at("threshold"), Value(std::int64_t{32}));
    EXPECT_EQ(values->at("pivot"), Value(std::string("median3")));
    EXPECT_EQ(values->at("leaf"), Value(std::string("std-sort")));
}

TEST(Values, CountsAreWrittenInThreeWays) {
    for (const char* text : {"10000000", "1e7", "10M", "10000k", "0.01G"})
        EXPECT_EQ(parsed<std::int64_t>("n", text), 10'000'000) << text;
    EXPECT_EQ(parsed<std::int64_t>("n", "1e13"), 10'000'000'000'000);
    EXPECT_EQ(parsed<std::int64_t>("n", "999999999999999"), 999'999'999'999'999);
    EXPECT_EQ(parsed<std::int64_t>("n", "1.5e3"), 1500);
}

TEST(Values, FlagsAndRealsAndChoicesAreRead) {
    EXPECT_FALSE(parsed<bool>("parallel-partition", "off"));
    EXPECT_TRUE(parsed<bool>("parallel-partition", "true"));
    EXPECT_DOUBLE_EQ(parsed<double>("slow", "2.5"), 2.5);
    EXPECT_EQ(parsed<std::string>("leaf", "heap"), "heap");
}

TEST(Values, AnUnknownNameIsAnsweredWithTheNearest) {
    EXPECT_EQ(message_of({{"treshold", "64"}}), "quicksort has no parameter \"treshold\"; did you mean \"threshold\"?");
}

TEST(Values, ANumberOutOfItsRangeIsAnsweredWithTheRange) {
    EXPECT_EQ(message_of({{"threshold", "0"}}), "threshold must be between 1 and 1000000000, got 0");
    EXPECT_EQ(message_of({{"threshold", "-1"}}), "threshold must be between 1 and 1000000000, got -1");
    EXPECT_EQ(message_of({{"n", "1e30"}}), "n must be between 1 and 1e+15, got 1e30");
    EXPECT_EQ(message_of({{"slow", "0.5"}}), "slow must be between 1 and 1000000, got 0.5");
}

TEST(Values, WhatIsNoNumberIsAnsweredWithExamples) {
    for (const char* text : {"", "ten", "12x", "1e", "0x10", "10MM", "nan", "inf", " 5", "5 "})
        EXPECT_EQ(message_of({{"n", text}}),
                  "n must be a whole number such as 1000, 1e3 or 1k, got \"" + std::string(text) + "\"");
    EXPECT_EQ(message_of({{"n", "2.5"}}), "n must be a whole number, got 2.5");
    EXPECT_EQ(message_of({{"slow", "fast"}}), "slow must be a number such as 1.5, got \"fast\"");
    EXPECT_EQ(message_of({{"parallel-partition", "maybe"}}), "parallel-partition must be true or false, got \"maybe\"");
}

TEST(Values, AnUnknownChoiceIsAnsweredWithTheNearestAndAll) {
    EXPECT_EQ(message_of({{"pivot", "median"}}),
              "pivot has no choice \"median\"; did you mean \"median3\"? (choices: first, random, median3, ninther)");
}

TEST(Values, ReadBackFromTheirOwnText) {
    EXPECT_EQ(to_string(Value(std::int64_t{-5})), "-5");
    EXPECT_EQ(to_string(Value(2.5)), "2.5");
    EXPECT_EQ(to_string(Value(true)), "true");
    EXPECT_EQ(to_string(Value(std::string("zipf"))), "zipf");
}

}  // namespace
}  // namespace grainscope::workloads
