#include "contest.h"

#include "machine_check.h"
#include "ratio_reporter.h"

#include <benchmark/benchmark.h>
#include <omp.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <thread>

namespace grainscope::bench {

namespace {

std::vector<Contestant>& contestants() {
    static std::vector<Contestant> all;
    return all;
}

int cores() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

void benchmark_one(benchmark::State& state, const Contestant& contestant) {
    try {
        for (auto _ : state) state.SetIterationTime(contestant.run());
    } catch (const std::exception& failure) {
        state.SkipWithError(failure.what());
    }
    state.counters["items"] = contestant.work.items;
    state.counters["bytes"] = contestant.work.bytes;
}

}  // namespace

std::vector<int> thread_counts() { return cores() == 1 ? std::vector{1} : std::vector{1, cores()}; }

std::string with_threads(const std::string& title, int threads) {
    return title + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

Contest::Contest(const std::string& title, int threads, Work work)
    : group_(with_threads(title, threads)), threads_(threads), work_(std::move(work)) {}

void Contest::libgomp(const std::string& peer, std::function<double()> run) {
    add(peer, [threads = threads_, run = std::move(run)] {
        omp_set_num_threads(threads);
        return run();
    });
}

void Contest::add(const std::string& peer, std::function<double()> run) {
    contestants().push_back({group_, peer, std::move(run), work_});
}

ThreadPool& Contest::pool(int threads) {
    static std::map<int, ThreadPool> pools;
    const auto found = pools.find(threads);
    if (found != pools.end()) return found->second;
    return pools.emplace(threads, ThreadPoolBuilder().num_threads(static_cast<std::size_t>(threads)).build())
        .first->second;
}

tbb::task_arena& Contest::arena(int threads) {
    static const tbb::global_control enough(tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(cores()));
    static std::map<int, std::unique_ptr<tbb::task_arena>> arenas;
    std::unique_ptr<tbb::task_arena>& arena = arenas[threads];
    if (!arena) arena = std::make_unique<tbb::task_arena>(threads);
    return *arena;
}

int run(int argc, char** argv, const std::string& unit, const std::string& default_filter) {
    constexpr std::string_view in_turn = "--in-turn=";
    if (argc == 2 && std::string_view(argv[1]).starts_with(in_turn))
        return run_in_turn(contestants(), argv[1] + in_turn.size());

    // Ours go first: what the caller writes on the command line overrides them.
    std::string interleaving = "--benchmark_enable_random_interleaving=true";
    std::string repetitions = "--benchmark_repetitions=11";
    std::string filter = "--benchmark_filter=" + default_filter;
    std::vector<char*> arguments{argv[0], interleaving.data(), repetitions.data(), filter.data()};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

    RatioReporter reporter(unit);
    for (const Contestant& contestant : contestants()) {
        reporter.expect(contestant.group, contestant.peer);
        benchmark::RegisterBenchmark(contestant.name().c_str(),
                                     [&contestant](benchmark::State& state) { benchmark_one(state, contestant); })
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond)
            ->Iterations(contestant.work.iterations);
    }
    std::printf("%s\n", machine_check().c_str());
    benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::Shutdown();
    return reporter.failed() ? 1 : 0;
}

}  // namespace grainscope::bench
