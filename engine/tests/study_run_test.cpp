#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/study/run.h>
#include <grainscope/study/sweep.h>

namespace grainscope::study {
namespace {

using workloads::Failure;
using workloads::Parameter;
using workloads::RunContext;
using workloads::Values;

/// What the workload below was asked to do, in order.
struct Script {
    std::vector<std::string> calls;
    std::function<void(RunContext&)> on_run;
    std::function<std::expected<void, std::string>()> on_check;
};

class Scripted final : public workloads::Workload {
  public:
    explicit Scripted(Script& script) : script_(script) {}
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t) override {
        size_ = std::get<std::int64_t>(values.at("size"));
        script_.calls.push_back("prepare " + std::to_string(size_));
        if (size_ > 1000) return std::unexpected(Failure{Failure::Kind::memory, "too large"});
        return {};
    }
    bool update(const Values& values) override {
        script_.calls.emplace_back("update");
        return std::get<std::int64_t>(values.at("size")) == size_;
    }
    void reset(RunContext&) override { script_.calls.emplace_back("reset"); }
    void run(backends::Backend&, RunContext& context) override {
        script_.calls.emplace_back("run");
        if (script_.on_run) script_.on_run(context);
    }
    std::expected<void, std::string> check() override {
        script_.calls.emplace_back("check");
        return script_.on_check ? script_.on_check() : std::expected<void, std::string>();
    }
    double items() const override { return static_cast<double>(size_); }

  private:
    Script& script_;
    std::int64_t size_ = 0;
};

workloads::Registry::Entry entry_for(Script& script) {
    workloads::Registry::Entry entry{.description = {.name = "scripted",
                                                     .title = "Scripted",
                                                     .category = "",
                                                     .summary = "",
                                                     .parameters = {},
                                                     .backends = {"grainscope", "threads", "sequential"}},
                                     .create = [&script] { return std::make_unique<Scripted>(script); }};
    const auto whole = [](std::string name, std::int64_t preset, bool live) {
        Parameter parameter;
        parameter.name = std::move(name);
        parameter.default_value = preset;
        parameter.minimum = 1;
        parameter.maximum = 1e6;
        parameter.live = live;
        return parameter;
    };
    entry.description.parameters = {whole("size", 10, false), whole("threshold", 32, true)};
    return entry;
}

class RunTest : public testing::Test {
  protected:
    [[nodiscard]] RunPlan plan(std::size_t repetitions, std::size_t warmups = 0) const {
        return {.setting = setting(), .repetitions = repetitions, .warmups = warmups};
    }
    [[nodiscard]] Setting setting() const {
        return resolved({"sequential", 1, *workloads::parse_values(entry_.description, {})}, entry_.description);
    }
    [[nodiscard]] std::size_t calls(const std::string& name) const {
        return static_cast<std::size_t>(std::count(script_.calls.begin(), script_.calls.end(), name));
    }

    Script script_;
    workloads::Registry::Entry entry_ = entry_for(script_);
    Control control_;
    Harness harness_{entry_, 1, control_, nullptr};
    Observer observer_;
};

TEST_F(RunTest, PreparesOnceAndResetsRunsAndChecksEachTime) {
    const RunResult result = run(harness_, plan(2), observer_);
    EXPECT_EQ(script_.calls,
              (std::vector<std::string>{"prepare 10", "reset", "run", "check", "reset", "run", "check"}));
    EXPECT_EQ(result.samples.size(), 2U);
    EXPECT_TRUE(result.correct && result.checked);
    EXPECT_EQ(result.items, 10);
    EXPECT_EQ(result.workers.size(), 1U);
}

TEST_F(RunTest, WarmUpRunsAreNoSamples) {
    const RunResult result = run(harness_, plan(3, 2), observer_);
    EXPECT_EQ(calls("run"), 5U);
    EXPECT_EQ(result.samples.size(), 3U);
}

TEST_F(RunTest, AWrongAnswerEndsItAndKeepsItsTime) {
    script_.on_check = [&]() -> std::expected<void, std::string> {
        if (calls("check") == 3) return std::unexpected("5 stands before 4");
        return {};
    };
    const RunResult result = run(harness_, plan(10), observer_);
    EXPECT_FALSE(result.correct);
    EXPECT_EQ(result.wrong, "5 stands before 4");
    EXPECT_EQ(result.samples.size(), 3U);
}

TEST_F(RunTest, AnExceptionEndsItWithOneLine) {
    script_.on_run = [&](RunContext&) {
        if (calls("run") == 2) throw std::runtime_error("no more ink");
    };
    const RunResult result = run(harness_, plan(10), observer_);
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->message, "scripted failed while running: no more ink");
    EXPECT_EQ(result.samples.size(), 1U);
}

TEST_F(RunTest, AChangeCancelsTheRepetitionAndStartsASeriesOfItsOwn) {
    script_.on_run = [&](RunContext& context) {
        if (calls("run") == 3) control_.set(*parse_change(entry_.description, "threshold", "64"));
        context.cancel.throw_if_cancelled();
    };
    const RunResult result = run(harness_, plan(5), observer_);
    EXPECT_EQ(result.setting.values.at("threshold"), workloads::Value(std::int64_t{64}));
    EXPECT_EQ(result.samples.size(), 5U);
    EXPECT_EQ(calls("run"), 8U);  // two of the old value, the cancelled one, five of the new
    EXPECT_EQ(calls("check"), 7U);
    EXPECT_EQ(calls("update"), 1U);
    EXPECT_EQ(calls("prepare 10"), 1U);
}

TEST_F(RunTest, AValueThatCannotBeHadLeavesTheOldOne) {
    script_.on_run = [&](RunContext& context) {
        if (calls("run") == 1) control_.set(*parse_change(entry_.description, "size", "5000"));
        context.cancel.throw_if_cancelled();
    };
    const RunResult result = run(harness_, plan(2), observer_);
    EXPECT_FALSE(result.failure);
    EXPECT_EQ(result.setting.values.at("size"), workloads::Value(std::int64_t{10}));
    EXPECT_EQ(result.samples.size(), 2U);
    EXPECT_EQ(calls("prepare 10"), 2U);
}

TEST_F(RunTest, AnotherThreadCountIsAnotherBackend) {
    RunPlan loop = plan(2);
    script_.on_run = [&](RunContext& context) {
        if (calls("run") == 1) {
            control_.set({"backend", std::string("threads")});
            control_.set({"threads", std::int64_t{3}});
        }
        context.cancel.throw_if_cancelled();
    };
    const RunResult result = run(harness_, loop, observer_);
    EXPECT_EQ(result.setting.backend, "threads");
    EXPECT_EQ(result.setting.threads, 3U);
    EXPECT_EQ(result.workers.size(), 3U);
}

TEST_F(RunTest, AnInterruptKeepsTheSamples) {
    RunPlan loop = plan(1);
    loop.loop = true;
    script_.on_run = [&](RunContext& context) {
        if (calls("run") == 4) control_.end(End::interrupted);
        context.cancel.throw_if_cancelled();
    };
    const RunResult result = run(harness_, loop, observer_);
    EXPECT_EQ(result.end, End::interrupted);
    EXPECT_EQ(result.samples.size(), 3U);
}

TEST_F(RunTest, APausedRepetitionIsNoSample) {
    script_.on_run = [&](RunContext&) {
        if (calls("run") != 1) return;
        control_.pause();
        control_.resume();
    };
    const RunResult result = run(harness_, plan(3), observer_);
    EXPECT_EQ(result.samples.size(), 2U);
    EXPECT_EQ(result.discarded, 1U);
}

TEST_F(RunTest, WaitsWhilePausedAndAStepIsOneRepetitionOfAWorkloadWithoutTasks) {
    Atomic<int> runs{0};
    script_.on_run = [&](RunContext&) { ++runs; };
    control_.pause();
    RunPlan loop = plan(1);
    loop.loop = true;
    std::thread asker([&] {
        control_.step();
        while (runs.load() == 0) std::this_thread::yield();
        control_.end(End::stopped);
    });
    const RunResult result = run(harness_, loop, observer_);
    asker.join();
    EXPECT_EQ(runs.load(), 1);
    EXPECT_TRUE(result.samples.empty());
}

SweepPlan sweep_plan(const Setting& base) {
    return {.base = base, .backends = {"threads"}, .threads = {1, 2}, .axes = {}, .repetitions = 4, .warmups = 0};
}

TEST_F(RunTest, ASweepLaysOutItsPointsAndTheBaseOfEachProblem) {
    SweepPlan plan = sweep_plan(setting());
    plan.backends = {"threads", "sequential"};
    plan.axes = {{"size", {"10", "20"}}, {"threshold", {"1", "2"}}};
    const auto result = lay_out(entry_.description, plan);
    ASSERT_TRUE(result);
    std::size_t listed = 0;
    for (const Point& point : result->points) listed += point.listed;
    EXPECT_EQ(listed, 4U * 3U);                    // sequential has one thread count
    EXPECT_EQ(result->points.size(), listed + 2);  // a base with the default threshold for each size
    EXPECT_EQ(*std::max_element(result->problem_of.begin(), result->problem_of.end()), 1U);
}

TEST_F(RunTest, ASweepMeasuresInBlocksThatHoldEveryPointOnce) {
    const SweepPlan plan = sweep_plan(setting());
    auto result = lay_out(entry_.description, plan);
    ASSERT_TRUE(result);
    std::vector<std::size_t> order;
    measure(harness_, plan, observer_, *result, [&](const SweepResult&, std::size_t point) { order.push_back(point); });
    ASSERT_EQ(order.size(), 4 * result->points.size());
    for (std::size_t block = 0; block < 4; ++block) {
        const auto begin = order.begin() + static_cast<std::ptrdiff_t>(block * result->points.size());
        std::vector<std::size_t> members(begin, begin + static_cast<std::ptrdiff_t>(result->points.size()));
        std::sort(members.begin(), members.end());
        for (std::size_t i = 0; i < members.size(); ++i) EXPECT_EQ(members[i], i);
    }
    EXPECT_EQ(calls("prepare 10"), 1U);
}

TEST(SweepResult, MeasuresSpeedupAgainstTheFastestOneThreadPointOfTheSameProblem) {
    SweepResult result;
    const auto add = [&](std::string backend, std::size_t threads, double time, std::size_t problem) {
        result.points.push_back({.setting = {std::move(backend), threads, {}}, .samples = {time, time, time}});
        result.problem_of.push_back(problem);
    };
    add("sequential", 1, 120, 0);
    add("grainscope", 1, 100, 0);
    add("grainscope", 2, 50, 0);
    add("sequential", 1, 7, 1);
    const auto base = result.base_of(2);
    ASSERT_TRUE(base);
    EXPECT_EQ(base->point, 1U);
    const PointSummary summary = summarise(result, 2);
    EXPECT_EQ(summary.speedup, 2);
    EXPECT_EQ(summary.speedup_interval, (Interval{2, 2}));
    EXPECT_EQ(summary.efficiency, 1);
    EXPECT_EQ(summarise(result, 3).speedup, 1);
}

}  // namespace
}  // namespace grainscope::study
