// Workloads over channels, queues, maps and counters: right answers on every backend and any number of threads,
// messages that are all there, and what a recording sees of them.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/backends/team.h>
#include <grainscope/metrics/counter.h>
#include <grainscope/workloads/blocking_queue.h>
#include <grainscope/workloads/links.h>
#include <grainscope/workloads/pipeline_plan.h>
#include <grainscope/workloads/workload.h>

#include "workloads_backend_list.h"
#include "workloads_paused_run.h"
#include "workloads_prepared.h"

namespace grainscope::workloads {
namespace {

using grainscope::testing::expect_right_answer;
using grainscope::testing::Given;
using grainscope::testing::prepared;
using grainscope::testing::values_of;

const Description& description_of(const std::string& name) { return Registry::instance().find(name)->description; }

/// Every workload of these, small enough for a sanitizer, with each of its kinds.
const std::vector<std::pair<std::string, Given>>& small_runs() {
    static const std::vector<std::pair<std::string, Given>> runs = [] {
        std::vector<std::pair<std::string, Given>> all;
        const auto each_choice = [&](const std::string& workload, const std::string& parameter, Given given) {
            const auto& parameters = description_of(workload).parameters;
            const auto found = std::ranges::find(parameters, parameter, &Parameter::name);
            for (const Choice& choice : found->choices) {
                given.push_back({parameter, choice.name});
                all.emplace_back(workload, given);
                given.pop_back();
            }
        };
        each_choice("metrics", "counter", {{"n", "20000"}, {"work", "1"}, {"grain", "64"}});
        each_choice("queue", "queue", {{"n", "5000"}, {"capacity", "16"}});
        each_choice("skip-map", "map", {{"n", "5000"}, {"keys", "64"}, {"reads", "50"}});
        const Given costs{{"n", "500"}, {"produce", "0"}, {"parse", "3"}, {"compress", "9"}, {"store", "0"}};
        for (const char* capacity : {"0", "1", "64"}) {
            Given given = costs;
            given.push_back({"capacity", capacity});
            all.emplace_back("pipeline", given);
            all.emplace_back("multiplexer",
                             Given{{"n", "500"}, {"capacity", capacity}, {"cost_a", "0"}, {"cost_b", "9"}});
        }
        Given unbounded = costs;
        unbounded.push_back({"bounded", "false"});
        all.emplace_back("pipeline", unbounded);
        return all;
    }();
    return runs;
}

bool runs_on(const std::string& workload, const std::string& backend) {
    return std::ranges::count(description_of(workload).backends, backend) != 0;
}

std::string told(const std::string& workload, const Given& given) {
    std::string text = workload;
    for (const auto& [name, value] : given) text += " " + name + "=" + value;
    return text;
}

class SharedOn : public ::testing::TestWithParam<std::string> {
  protected:
    [[nodiscard]] std::vector<std::size_t> thread_counts() const {
        if (GetParam() == "sequential") return {1};
        return {1, 2, 3, 6};
    }
};

TEST_P(SharedOn, EveryAnswerIsRightTwiceOnAnyNumberOfThreads) {
    for (const std::size_t threads : thread_counts()) {
        const auto backend = std::move(*backends::make_backend(GetParam(), threads));
        for (const auto& [name, given] : small_runs()) {
            if (!runs_on(name, GetParam())) continue;
            const auto workload = prepared(name, given);
            RunContext context;
            for (int repetition = 0; repetition < 2; ++repetition)
                expect_right_answer(*workload, *backend, context, told(name, given));
        }
    }
}

TEST_P(SharedOn, ACancelledRunEndsWithCancelledAndTheNextOneIsRight) {
    const auto backend = std::move(*backends::make_backend(GetParam(), GetParam() == "sequential" ? 1 : 3));
    for (const auto& [name, given] : small_runs()) {
        if (!runs_on(name, GetParam())) continue;
        const auto workload = prepared(name, given);
        RunContext cancelled;
        cancelled.cancel.cancel();
        workload->reset(cancelled);
        EXPECT_THROW(workload->run(*backend, cancelled), Cancelled) << told(name, given);
        RunContext context;
        expect_right_answer(*workload, *backend, context, told(name, given));
    }
}

TEST_P(SharedOn, ThePictureIsCompleteAndHasOnlyWorkersThatThereAre) {
    const auto backend = std::move(*backends::make_backend(GetParam(), GetParam() == "sequential" ? 1 : 3));
    for (const auto& [name, given] : small_runs()) {
        if (!runs_on(name, GetParam())) continue;
        const auto workload = prepared(name, given);
        trace::DataBoard board(128);
        RunContext context;
        context.board = &board;
        workload->reset(context);
        EXPECT_EQ(board.read(0).owner, trace::DataBoard::no_owner) << "the first picture is nobody's work";
        workload->run(*backend, context);
        for (std::size_t slot = 0; slot < board.size(); ++slot) {
            const auto [value, owner] = board.read(slot);
            EXPECT_TRUE(value >= 0 && value <= 1) << told(name, given) << ", slot " << slot << ": " << value;
            EXPECT_LT(owner, backend->threads()) << told(name, given) << ", slot " << slot;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Every, SharedOn, ::testing::ValuesIn(grainscope::testing::testable_backends()),
                         [](const auto& instance) { return instance.param; });

TEST(SharedWorkloads, APausedRunCanBeCancelled) {
    for (const auto& [name, given] : small_runs()) {
        const auto workload = prepared(name, given);
        const auto backend = std::move(*backends::make_backend("grainscope", 3));
        EXPECT_TRUE(grainscope::testing::paused_run_ends_cancelled(*workload, *backend)) << told(name, given);
    }
}

TEST(SharedWorkloads, TheBoardOfChannelsEndsWithEveryMessageSentAndReceived) {
    for (const std::string name : {"pipeline", "multiplexer", "queue"}) {
        for (const std::string backend_name : {"grainscope", "threads"}) {
            for (const std::size_t threads : {2U, 5U}) {
                const Values values = values_of(name, {{"n", "300"}});
                const auto workload = prepared(name, {{"n", "300"}});
                const auto backend = std::move(*backends::make_backend(backend_name, threads));
                const Diagram diagram = description_of(name).diagram(values, threads);
                trace::ChannelBoard board(diagram.channels.size());
                RunContext context;
                context.channels = &board;
                expect_right_answer(*workload, *backend, context, name);
                std::vector<trace::ChannelReading> channels;
                board.read(channels);
                ASSERT_EQ(channels.size(), diagram.channels.size());
                std::uint64_t through_first = 0;
                for (std::size_t i = 0; i < channels.size(); ++i) {
                    EXPECT_EQ(channels[i].sent, channels[i].received) << name << " " << diagram.channels[i].name;
                    EXPECT_EQ(channels[i].depth, 0U);
                    if (name != "multiplexer") {
                        EXPECT_EQ(channels[i].sent, 300U) << name;
                    }
                    if (i < 2) through_first += channels[i].sent;
                }
                if (name == "multiplexer") {
                    EXPECT_EQ(through_first, 300U);
                }
            }
        }
    }
}

TEST(SharedWorkloads, EveryDiagramCoversEachRowAndNamesOnlyItsStages) {
    for (const Registry::Entry& entry : Registry::instance().entries()) {
        const Description& description = entry.description;
        if (!description.diagram) continue;
        const Values values = values_of(description.name, {});
        for (std::size_t threads = 1; threads <= 9; ++threads) {
            const Diagram diagram = description.diagram(values, threads);
            std::vector<int> covered(threads);
            for (const Diagram::Stage& stage : diagram.stages) {
                EXPECT_GE(stage.rows, 1U);
                ASSERT_LE(stage.first_row + stage.rows, threads) << description.name << " on " << threads;
                for (std::size_t row = stage.first_row; row < stage.first_row + stage.rows; ++row) ++covered[row];
            }
            EXPECT_EQ(std::ranges::count(covered, 0), 0) << description.name << " on " << threads;
            for (const Diagram::Channel& channel : diagram.channels) {
                EXPECT_LT(channel.to, diagram.stages.size());
                EXPECT_LT(channel.from.value_or(0), diagram.stages.size());
            }
        }
    }
}

TEST(PipelinePlan, HasExactlyAsManyThreadsAsThereAre) {
    const PipelineWish wish{.workers = {1, 2, 3, 1}, .costs = {1, 3, 12, 2}};
    for (std::size_t threads = 1; threads <= 20; ++threads) {
        const auto stages = plan_pipeline(wish, threads);
        std::size_t row = 0, step = 0;
        for (const PipelineStage& stage : stages) {
            EXPECT_EQ(stage.first_row, row);
            EXPECT_EQ(stage.first_step, step);
            EXPECT_GT(stage.end_step, stage.first_step);
            row += stage.rows;
            step = stage.end_step;
        }
        EXPECT_EQ(row, threads);
        EXPECT_EQ(step, pipeline_steps.size());
    }
}

TEST(PipelinePlan, GivesEveryWishWhereTheThreadsAreWhatWasAskedFor) {
    const auto stages = plan_pipeline({.workers = {1, 2, 3, 1}, .costs = {1, 1, 1, 1}}, 7);
    ASSERT_EQ(stages.size(), 4U);
    EXPECT_EQ(stages[1].rows, 2U);
    EXPECT_EQ(stages[2].rows, 3U);
}

TEST(PipelinePlan, SharesThreadsSoThatTheDearestCostsLeast) {
    const PipelineWish wish{.costs = {1, 3, 12, 2}};
    EXPECT_EQ(plan_pipeline(wish, 1), (std::vector<PipelineStage>{{0, 4, 0, 1}}));
    EXPECT_EQ(plan_pipeline(wish, 2), (std::vector<PipelineStage>{{0, 2, 0, 1}, {2, 4, 1, 1}}));
    EXPECT_EQ(plan_pipeline(wish, 3), (std::vector<PipelineStage>{{0, 2, 0, 1}, {2, 3, 1, 1}, {3, 4, 2, 1}}));
}

TEST(PipelinePlan, SendsFurtherThreadsWhereTheWorkIs) {
    const auto stages = plan_pipeline({.costs = {1, 3, 12, 2}}, 7);
    EXPECT_EQ(stages[2].rows, 4U);
}

TEST_P(SharedOn, ATeamHasAllItsRowsAtOnce) {
    if (GetParam() == "tbb") {
        const auto tbb = std::move(*backends::make_backend("tbb", 2));
        EXPECT_THROW(backends::run_team(*tbb, [](std::size_t) {}), std::logic_error);
        return;
    }
    const std::size_t threads = GetParam() == "sequential" ? 1 : 4;
    const auto backend = std::move(*backends::make_backend(GetParam(), threads));
    for (int round = 0; round < 3; ++round) {
        // Each row waits for the next one's number: without all of them at once nobody would end.
        std::vector<std::pair<Sender<std::size_t>, Receiver<std::size_t>>> rendezvous;
        for (std::size_t i = 0; i < threads; ++i) rendezvous.push_back(bounded<std::size_t>(1));
        std::vector<std::size_t> seen(threads);
        backends::run_team(*backend, [&](std::size_t row) {
            rendezvous[row].first.send(backend->worker_index()).value();
            seen[row] = rendezvous[(row + 1) % threads].second.recv().value();
        });
        for (std::size_t row = 0; row < threads; ++row) EXPECT_EQ(seen[row], (row + 1) % threads);
    }
}

TEST_P(SharedOn, ATeamHandsOnTheLowestRowsException) {
    if (GetParam() == "tbb") return;
    const std::size_t threads = GetParam() == "sequential" ? 1 : 4;
    const auto backend = std::move(*backends::make_backend(GetParam(), threads));
    Counter ended;
    try {
        backends::run_team(*backend, [&](std::size_t row) {
            ended.increment();
            if (row > 0 || threads == 1) throw std::runtime_error("row " + std::to_string(row));
        });
        FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), threads == 1 ? "row 0" : "row 1");
    }
    EXPECT_EQ(ended.value(), threads);
}

TEST(BlockingQueue, EndsForTheReceiverWhenItIsEmptyAndNobodySends) {
    auto queue = std::make_shared<BlockingQueue<int>>(2);
    std::optional<QueueSender<int>> sender(queue);
    const QueueReceiver<int> receiver(queue);
    EXPECT_TRUE((*sender)->send(1));
    EXPECT_TRUE((*sender)->send(2));
    sender.reset();
    EXPECT_EQ(receiver->receive(), 1);
    EXPECT_EQ(receiver->receive(), 2);
    EXPECT_EQ(receiver->receive(), std::nullopt);
    const auto reading = queue->reading();
    EXPECT_EQ(reading.sent, 2U);
    EXPECT_EQ(reading.received, 2U);
    EXPECT_EQ(reading.blocked_receivers, 0U);
}

TEST(BlockingQueue, TellsASenderThatWaitsWhenNobodyReceives) {
    auto queue = std::make_shared<BlockingQueue<int>>(1);
    const QueueSender<int> sender(queue);
    std::optional<QueueReceiver<int>> receiver(queue);
    EXPECT_TRUE(sender->send(1));
    std::jthread leaving([&] {
        while (queue->reading().blocked_senders == 0) std::this_thread::yield();
        receiver.reset();
    });
    EXPECT_FALSE(sender->send(2));
    EXPECT_GT(queue->reading().send_blocked_ns, 0U);
}

}  // namespace
}  // namespace grainscope::workloads
