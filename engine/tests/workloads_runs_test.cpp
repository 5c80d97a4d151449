// Every workload on every backend, end to end, as the runner drives it.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/backends/run_on.h>
#include <grainscope/platform/memory.h>
#include <grainscope/sort/quicksort.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/sort_workload.h>
#include <grainscope/workloads/workload.h>

#include "workloads_backend_list.h"
#include "workloads_paused_run.h"
#include "workloads_prepared.h"

namespace grainscope::workloads {
namespace {

using testing::expect_right_answer;
using testing::Given;
using testing::prepared;
using testing::values_of;

class RunsOn : public ::testing::TestWithParam<std::string> {
  protected:
    std::unique_ptr<backends::Backend> backend_ = std::move(*backends::make_backend(GetParam(), 3));
};

TEST_P(RunsOn, EverySortSortsEveryTypeAndDistributionTwice) {
    for (const std::string workload_name : {"quicksort", "merge-sort", "par-sort"})
        for (const std::string type : {"u64", "i32", "f64", "string"})
            for (const std::string distribution :
                 {"random", "sorted", "reversed", "organ-pipe", "few-uniques", "nearly-sorted", "zipf"}) {
                const auto workload =
                    prepared(workload_name, {{"n", "20k"}, {"type", type}, {"distribution", distribution}});
                EXPECT_DOUBLE_EQ(workload->items(), 20'000);
                RunContext context;
                for (int repetition = 0; repetition < 2; ++repetition)
                    expect_right_answer(*workload, *backend_, context, workload_name + " " + type + " " + distribution);
            }
}

TEST_P(RunsOn, EveryChoiceOfEveryKnobSorts) {
    const auto try_with = [&](const std::string& workload_name, const Given& given) {
        const auto workload = prepared(workload_name, given);
        RunContext context;
        expect_right_answer(*workload, *backend_, context, given.back().first + "=" + given.back().second);
    };
    for (const std::string name : {"quicksort", "merge-sort"}) {
        for (const Parameter& parameter : Registry::instance().find(name)->description.parameters) {
            if (parameter.name == "format") continue;
            for (const Choice& choice : parameter.choices)
                try_with(name, {{"n", "5000"}, {parameter.name, choice.name}});
        }
        for (const char* threshold : {"1", "2", "100", "1G"}) try_with(name, {{"n", "5000"}, {"threshold", threshold}});
    }
    for (const char* stable : {"true", "false"})
        for (const char* type : {"u64", "i32", "f64", "string"})
            for (const char* n : {"1", "5000", "100k"})
                try_with("par-sort", {{"n", n}, {"type", type}, {"distribution", "zipf"}, {"stable", stable}});
    for (const char* partition : {"true", "false"})
        try_with("quicksort", {{"n", "200k"}, {"parallel-partition", partition}});
    try_with("merge-sort", {{"n", "200k"}, {"merge-threshold", "64"}});
    try_with("quicksort", {{"n", "1"}});
    try_with("merge-sort", {{"n", "1"}});
}

TEST_P(RunsOn, FibIsRightWithAndWithoutACutOff) {
    for (const char* n : {"0", "1", "2", "12", "13", "20"})
        for (const char* cutoff : {"0", "1", "5", "15", "60"}) {
            const auto workload = prepared("fib", {{"n", n}, {"cutoff", cutoff}});
            RunContext context;
            expect_right_answer(*workload, *backend_, context, std::string("fib(") + n + "), cut-off " + cutoff);
        }
}

TEST_P(RunsOn, ACancelledRunEndsWithCancelledAndTheNextOneIsRight) {
    for (const std::string name : {"quicksort", "merge-sort", "par-sort", "fib"}) {
        const auto workload = prepared(name, name == "fib" ? Given{{"n", "22"}} : Given{{"n", "50k"}});
        RunContext cancelled;
        cancelled.cancel.cancel();
        workload->reset(cancelled);
        EXPECT_THROW(workload->run(*backend_, cancelled), Cancelled) << name;
        RunContext context;
        expect_right_answer(*workload, *backend_, context, name);
    }
}

TEST_P(RunsOn, TheBoardShowsARampWhenTheSortIsDoneAndEverySlotHasAnOwner) {
    for (const std::string name : {"quicksort", "merge-sort"}) {
        const auto workload = prepared(name, {{"n", "300k"}});
        trace::DataBoard board(200);
        RunContext context;
        context.board = &board;
        workload->reset(context);
        EXPECT_EQ(board.read(0).owner, trace::DataBoard::no_owner) << "the first picture is nobody's work";
        workload->run(*backend_, context);
        for (std::size_t slot = 0; slot < board.size(); ++slot) {
            EXPECT_NEAR(board.read(slot).value, static_cast<double>(slot) / 200, 0.03) << name << ", slot " << slot;
            EXPECT_LT(board.read(slot).owner, backend_->threads());
        }
    }
}

TEST_P(RunsOn, TheBoardOfALibrarySortIsARampAndNamesNobodyWhereNobodyKnows) {
    for (const std::string stable : {"false", "true"})
        for (const std::string type : {"u64", "string"})
            for (const std::string distribution : {"random", "reversed"}) {
                const auto workload = prepared(
                    "par-sort", {{"n", "100k"}, {"type", type}, {"distribution", distribution}, {"stable", stable}});
                trace::DataBoard board(100);
                RunContext context;
                context.board = &board;
                workload->reset(context);
                workload->run(*backend_, context);
                const bool is_known = GetParam() != "openmp" && (GetParam() != "tbb" || stable == "true");
                for (std::size_t slot = 0; slot < board.size(); ++slot) {
                    SCOPED_TRACE(type + " " + distribution + ", stable " + stable + ", slot " + std::to_string(slot));
                    ASSERT_NEAR(board.read(slot).value, static_cast<double>(slot) / 100, 0.04);
                    ASSERT_EQ(board.read(slot).owner == trace::DataBoard::no_owner, !is_known);
                }
            }
}

INSTANTIATE_TEST_SUITE_P(Every, RunsOn, ::testing::ValuesIn(grainscope::testing::testable_backends()),
                         [](const auto& instance) { return instance.param; });

TEST(SortWorkload, AChangedKnobNeedsNoNewDataAndAChangedSizeDoes) {
    const auto workload = prepared("quicksort", {{"n", "1000"}});
    EXPECT_TRUE(workload->update(values_of("quicksort", {{"n", "1000"}, {"threshold", "64"}, {"pivot", "first"}})));
    EXPECT_FALSE(workload->update(values_of("quicksort", {{"n", "2000"}})));
    EXPECT_FALSE(workload->update(values_of("quicksort", {{"n", "1000"}, {"distribution", "zipf"}})));
}

TEST(SortWorkload, MoreThanTheMemoryIsRefusedInOneLineBeforeItIsTouched) {
    for (const std::string name : {"quicksort", "merge-sort"}) {
        const auto workload = Registry::instance().find(name)->create();
        const auto ready = workload->prepare(values_of(name, {{"n", "1e13"}}), 1);
        ASSERT_FALSE(ready.has_value());
        EXPECT_EQ(ready.error().kind, Failure::Kind::memory);
        EXPECT_TRUE(ready.error().message.starts_with("n = 10000000000000 needs ")) << ready.error().message;
        EXPECT_EQ(ready.error().message.find('\n'), std::string::npos);
    }
    EXPECT_GT(platform::available_memory_bytes(), std::uint64_t{1} << 20);
}

TEST(SortWorkload, SortsTheUsersFileAndWritesTheAnswer) {
    const std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) / ("grainscope-runs-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "in") << "5\n3\n9\n3\n";
    const auto workload = prepared(
        "quicksort",
        {{"input", (folder / "in").string()}, {"output", (folder / "out").string()}, {"type", "i32"}, {"n", "1000"}});
    EXPECT_DOUBLE_EQ(workload->items(), 4) << "input overrides n";
    const auto backend = std::move(*backends::make_backend("sequential", 1));
    RunContext context;
    expect_right_answer(*workload, *backend, context, "the file");
    ASSERT_TRUE(workload->write_output().has_value());
    std::ostringstream answer;
    answer << std::ifstream(folder / "out").rdbuf();
    EXPECT_EQ(answer.str(), "3\n3\n5\n9\n");
    EXPECT_TRUE(workload->check().has_value()) << "the answer is still there";
    std::filesystem::remove_all(folder);
}

TEST(SortWorkload, ABadFileOrOutputIsAFailureOfPrepare) {
    const auto workload = Registry::instance().find("quicksort")->create();
    const auto no_input = workload->prepare(values_of("quicksort", {{"input", "/no/such/file"}}), 1);
    ASSERT_FALSE(no_input.has_value());
    EXPECT_EQ(no_input.error().kind, Failure::Kind::file);
    const auto no_output = workload->prepare(values_of("quicksort", {{"output", "/no/such/folder/out"}}), 1);
    ASSERT_FALSE(no_output.has_value());
    EXPECT_EQ(no_output.error().kind, Failure::Kind::file);
    const auto ready = workload->prepare(values_of("quicksort", {{"n", "10"}}), 1);
    EXPECT_TRUE(ready.has_value()) << "a failure leaves the workload usable";
}

// Sorts, and then writes one element over its neighbour: in order, but wrong.
class DoublingSort final : public SortAlgorithm {
  public:
    void configure(const Values&, std::uint64_t) override {}
    [[nodiscard]] int extra_arrays() const override { return 0; }
    void sort(backends::Backend&, std::span<std::uint64_t> data, TaskObserver<std::uint64_t>&) override { cheat(data); }
    void sort(backends::Backend&, std::span<std::int32_t> data, TaskObserver<std::int32_t>&) override { cheat(data); }
    void sort(backends::Backend&, std::span<double> data, TaskObserver<double>&) override { cheat(data); }
    void sort(backends::Backend&, std::span<std::string> data, TaskObserver<std::string>&) override { cheat(data); }

  private:
    template <class T>
    static void cheat(std::span<T> data) {
        std::ranges::sort(data);
        data[data.size() / 2] = data[data.size() / 2 - 1];
    }
};

TEST(SortWorkload, ASortThatDoublesAnElementFailsTheCheck) {
    const auto backend = std::move(*backends::make_backend("sequential", 1));
    for (const std::string type : {"u64", "i32", "f64", "string"}) {
        SortWorkload workload(std::make_unique<DoublingSort>());
        ASSERT_TRUE(workload.prepare(values_of("quicksort", {{"n", "10k"}, {"type", type}}), 1).has_value());
        RunContext context;
        workload.reset(context);
        workload.run(*backend, context);
        const auto verdict = workload.check();
        ASSERT_FALSE(verdict.has_value()) << type;
        EXPECT_EQ(verdict.error(), "sorted, but not the elements that came in: one is missing, doubled or changed");
    }
}

TEST(SortWorkload, ACheckWithoutARunFails) {
    const auto workload = prepared("quicksort", {{"n", "1000"}});
    RunContext context;
    workload->reset(context);
    EXPECT_FALSE(workload->check().has_value());
}

TEST(SortWorkload, APausedRunEndsOnlyWhenItIsResumed) {
    const auto workload = prepared("quicksort", {{"n", "10k"}});
    const auto backend = std::move(*backends::make_backend("grainscope", 2));
    Gate gate;
    RunContext context;
    context.gate = &gate;
    workload->reset(context);
    gate.pause();
    std::atomic<bool> resumed = false;
    std::atomic<bool> ended_before_resume = false;
    std::jthread run([&] {
        workload->run(*backend, context);
        ended_before_resume = !resumed;
    });
    for (int step = 0; step < 10; ++step) gate.step();
    resumed = true;
    gate.resume();
    run.join();
    EXPECT_FALSE(ended_before_resume) << "ten steps are fewer than its tasks";
    EXPECT_TRUE(workload->check().has_value());
}

TEST(SortWorkload, APausedRunCanBeCancelled) {
    for (const std::string name : {"quicksort", "merge-sort", "par-sort", "fib"}) {
        const auto workload = prepared(name, name == "fib" ? Given{{"n", "25"}} : Given{{"n", "100k"}});
        const auto backend = std::move(*backends::make_backend("grainscope", 2));
        EXPECT_TRUE(grainscope::testing::paused_run_ends_cancelled(*workload, *backend)) << name;
    }
}

TEST(Fib, CountsTheCallsOfTheRecursion) {
    EXPECT_DOUBLE_EQ(prepared("fib", {{"n", "5"}})->items(), 15);
    EXPECT_DOUBLE_EQ(prepared("fib", {{"n", "1"}})->items(), 1);
}

}  // namespace
}  // namespace grainscope::workloads
