// The workloads over parallel iterators and chunks, on every backend: right answers, wrong ones, pictures, cancelling.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/workload.h>

#include "workloads_backend_list.h"
#include "workloads_prepared.h"

namespace grainscope::workloads {
namespace {

using testing::expect_right_answer;
using testing::Given;
using testing::prepared;
using testing::values_of;

const std::vector<std::string> names{"sum", "filter-map", "process-chunks", "word-count"};

Given small(const std::string& name) {
    return name == "word-count" ? Given{{"size", "0.1"}, {"vocabulary", "500"}} : Given{{"n", "50k"}};
}
Given with(Given given, const std::string& name, const std::string& value) {
    given.emplace_back(name, value);
    return given;
}

class IteratorRuns : public ::testing::TestWithParam<std::string> {
  protected:
    void expect_right(const std::string& name, const Given& given, bool is_watched = false) {
        SCOPED_TRACE(name + (given.empty() ? "" : " " + given.back().first + "=" + given.back().second));
        const auto workload = prepared(name, given);
        trace::DataBoard board(64);
        RunContext context;
        if (is_watched) context.board = &board;
        for (int repetition = 0; repetition < 2; ++repetition)
            expect_right_answer(*workload, *backend_, context, GetParam());
    }

    std::unique_ptr<backends::Backend> backend_ = std::move(*backends::make_backend(GetParam(), 3));
};

TEST_P(IteratorRuns, EverySumOfEveryTypeIsRightWatchedOrNot) {
    for (const char* operation : {"sum", "dot", "square-roots", "reproducible"})
        for (const char* type : {"i64", "f64"})
            for (const char* n : {"1", "17", "4096", "100003"})
                for (const bool is_watched : {false, true})
                    expect_right("sum", {{"type", type}, {"operation", operation}, {"n", n}}, is_watched);
    for (const char* distribution : {"sorted", "reversed", "organ-pipe", "few-uniques", "nearly-sorted", "zipf"})
        expect_right("sum", {{"n", "10k"}, {"distribution", distribution}});
}

TEST_P(IteratorRuns, WhatPassesAFilterIsMappedInOrder) {
    for (const char* share : {"0", "0.001", "0.5", "1"})
        for (const char* n : {"1", "1000", "100003"})
            for (const bool is_watched : {false, true})
                expect_right("filter-map", {{"n", n}, {"cost", "2"}, {"share", share}}, is_watched);
}

TEST_P(IteratorRuns, EveryItemOfEveryChunkIsProcessedOnce) {
    for (const char* chunks : {"1", "2", "7", "100", "1000"})
        for (const char* shape : {"even", "rising"})
            expect_right("process-chunks", {{"n", "5000"}, {"work", "3"}, {"shape", shape}, {"chunks", chunks}});
    expect_right("process-chunks", {{"n", "3"}, {"chunks", "100"}});
}

TEST_P(IteratorRuns, WordsAreCountedHoweverTheTextIsCut) {
    for (const char* grain : {"0", "1", "3", "4096", "1G"})
        expect_right("word-count", {{"size", "0.05"}, {"vocabulary", "1000"}, {"grain", grain}});
    expect_right("word-count", {{"size", "1"}, {"vocabulary", "50000"}});
    expect_right("word-count", {{"size", "0.001"}, {"vocabulary", "1"}});
}

TEST_P(IteratorRuns, EveryGrainGivesTheSameAnswer) {
    for (const std::string name : {"sum", "filter-map"})
        for (const char* grain : {"1", "1000", "1G"})
            for (const bool is_watched : {false, true})
                expect_right(name, with(small(name), "grain", grain), is_watched);
}

TEST_P(IteratorRuns, ACancelledRunEndsWithCancelledAndTheNextOneIsRight) {
    for (const std::string& name : names) {
        const auto workload = prepared(name, small(name));
        RunContext cancelled;
        cancelled.cancel.cancel();
        workload->reset(cancelled);
        EXPECT_THROW(workload->run(*backend_, cancelled), Cancelled) << name;
        RunContext context;
        expect_right_answer(*workload, *backend_, context, name);
    }
}

TEST_P(IteratorRuns, ThePictureIsNobodysFirstAndHasAnOwnerEverywhereWhenTheRunIsDone) {
    for (const std::string& name : names) {
        const auto workload = prepared(name, small(name));
        trace::DataBoard board(100);
        RunContext context;
        context.board = &board;
        workload->reset(context);
        for (std::size_t slot = 0; slot < board.size(); ++slot)
            ASSERT_EQ(board.read(slot).owner, trace::DataBoard::no_owner) << name << ", slot " << slot;
        workload->run(*backend_, context);
        float highest = 0;
        for (std::size_t slot = 0; slot < board.size(); ++slot) {
            const trace::DataBoard::Sample sample = board.read(slot);
            ASSERT_LT(sample.owner, backend_->threads()) << name << ", slot " << slot;
            ASSERT_TRUE(sample.value >= 0 && sample.value <= 1) << name << ", slot " << slot << ": " << sample.value;
            highest = std::max(highest, sample.value);
        }
        EXPECT_GT(highest, 0.3F) << name;
    }
}

TEST_P(IteratorRuns, APausedRunCanBeCancelled) {
    for (const std::string& name : names) {
        const auto workload = prepared(name, small(name));
        Gate gate;
        RunContext context;
        context.gate = &gate;
        workload->reset(context);
        gate.pause();
        std::atomic<bool> was_cancelled = false;
        std::jthread run([&] {
            try {
                workload->run(*backend_, context);
            } catch (const Cancelled&) {
                was_cancelled = true;
            }
        });
        gate.step();
        context.cancel.cancel();
        gate.wake();
        run.join();
        EXPECT_TRUE(was_cancelled) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Every, IteratorRuns, ::testing::ValuesIn(grainscope::testing::testable_backends()),
                         [](const auto& instance) { return instance.param; });

TEST(IteratorWorkloads, ACheckWithoutARunFails) {
    for (const std::string& name : names) {
        const auto workload = prepared(name, small(name));
        RunContext context;
        workload->reset(context);
        EXPECT_FALSE(workload->check().has_value()) << name;
    }
}

TEST(IteratorWorkloads, AChangedTaskMakesTheOldAnswerWrong) {
    const auto backend = std::move(*backends::make_backend("sequential", 1));
    const struct {
        const char *name, *parameter, *value, *says;
    } changes[] = {{"sum", "operation", "square-roots", "the sum is"},
                   {"filter-map", "cost", "17", "result 1 is not that of the 1th item that passes"},
                   {"filter-map", "share", "0.6", "items pass"},
                   {"process-chunks", "work", "51", "item 1 is wrong"}};
    for (const auto& change : changes) {
        const auto workload = prepared(change.name, small(change.name));
        RunContext context;
        expect_right_answer(*workload, *backend, context, change.name);
        ASSERT_TRUE(workload->update(values_of(change.name, with(small(change.name), change.parameter, change.value))))
            << change.parameter << " is live";
        const auto verdict = workload->check();
        ASSERT_FALSE(verdict.has_value()) << change.name;
        EXPECT_NE(verdict.error().find(change.says), std::string::npos) << verdict.error();
    }
}

TEST(IteratorWorkloads, ANewSizeNeedsNewDataAndSoDoesTheFirstDotProduct) {
    for (const std::string name : {"sum", "filter-map", "process-chunks"}) {
        const auto workload = prepared(name, {{"n", "1000"}});
        EXPECT_TRUE(workload->update(values_of(name, {{"n", "1000"}, {"slow", "3"}}))) << name;
        EXPECT_FALSE(workload->update(values_of(name, {{"n", "1001"}}))) << name;
    }
    const auto sum = prepared("sum", {{"n", "1000"}});
    EXPECT_FALSE(sum->update(values_of("sum", {{"n", "1000"}, {"operation", "dot"}})));
    EXPECT_TRUE(sum->update(values_of("sum", {{"n", "1000"}, {"operation", "reproducible"}})));
}

TEST(IteratorWorkloads, MoreThanTheMemoryIsRefusedInOneLine) {
    for (const std::string& name : names) {
        const Given given = name == "word-count" ? Given{{"size", "1e6"}, {"vocabulary", "1e8"}} : Given{{"n", "1e14"}};
        const auto workload = Registry::instance().find(name)->create();
        const auto ready = workload->prepare(values_of(name, given), 1);
        ASSERT_FALSE(ready.has_value()) << name;
        EXPECT_EQ(ready.error().kind, Failure::Kind::memory);
        EXPECT_NE(ready.error().message.find(" of memory, and "), std::string::npos) << ready.error().message;
    }
}

TEST(SumWorkload, AddsTheUsersValuesAndRefusesWhatIsNoNumber) {
    const std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) / ("grainscope-sum-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const std::string file = (folder / "values").string();
    const auto backend = std::move(*backends::make_backend("grainscope", 2));
    RunContext context;
    std::ofstream(file) << "-5\n9223372036854775807\n7\n";
    const auto whole = prepared("sum", {{"input", file}, {"type", "i64"}, {"operation", "dot"}});
    EXPECT_DOUBLE_EQ(whole->items(), 3) << "input overrides n";
    expect_right_answer(*whole, *backend, context, "a dot product that overflows");
    std::ofstream(file) << "0.1\n-1e300\n1e300\n";
    expect_right_answer(*prepared("sum", {{"input", file}}), *backend, context, "cancellation of large values");

    const auto refused = [&](const char* content, const char* type) {
        std::ofstream(file) << content;
        const auto ready =
            Registry::instance().find("sum")->create()->prepare(values_of("sum", {{"input", file}, {"type", type}}), 1);
        return ready ? "accepted" : ready.error().message.substr(file.size());
    };
    EXPECT_EQ(refused("1\n2.5\n", "i64"),
              ", line 2: \"2.5\" is no i64 (a whole number from -9223372036854775808 to 9223372036854775807)");
    EXPECT_EQ(refused("1\ninf\n", "f64"), ", value 2: a sum needs finite numbers");
    EXPECT_EQ(refused("", "f64"), " is empty: there is no line 1 to read a value from");
    std::filesystem::remove_all(folder);
}

TEST(SumWorkload, AReproducibleSumIsHeldToItsBits) {
    // That it is right on every backend is tested above. An answer of another order of additions must not pass for it:
    // the plain sum's, which now and then has the same bits by chance.
    const auto backend = std::move(*backends::make_backend("sequential", 1));
    int refused = 0;
    for (int n = 50'000; n < 50'020; ++n) {
        const std::string count = std::to_string(n);
        const auto workload = prepared("sum", {{"n", count}});
        RunContext context;
        expect_right_answer(*workload, *backend, context, "the plain sum");
        ASSERT_TRUE(workload->update(values_of("sum", {{"n", count}, {"operation", "reproducible"}})));
        refused += !workload->check().has_value();
    }
    EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace grainscope::workloads
