#include <grainscope/workloads/pipeline_plan.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace grainscope::workloads {

namespace {

constexpr std::size_t steps = pipeline_steps.size();

/// One thread for each of `threads` < steps groups of neighbours. There are few ways to cut: all are tried.
std::vector<PipelineStage> share_threads(const PipelineWish& wish, std::size_t threads) {
    std::vector<PipelineStage> best;
    double best_cost = std::numeric_limits<double>::infinity();
    // Bit i of `cuts`: a channel between step i and step i + 1.
    for (unsigned cuts = 0; cuts < 1U << (steps - 1); ++cuts) {
        if (static_cast<std::size_t>(std::popcount(cuts)) + 1 != threads) continue;
        std::vector<PipelineStage> stages;
        double dearest = 0;
        for (std::size_t begin = 0; begin < steps;) {
            std::size_t end = begin + 1;
            while (end < steps && (cuts >> (end - 1) & 1) == 0) ++end;
            dearest = std::max(dearest, std::accumulate(wish.costs.begin() + static_cast<std::ptrdiff_t>(begin),
                                                        wish.costs.begin() + static_cast<std::ptrdiff_t>(end), 0.0));
            stages.push_back({.first_step = begin, .end_step = end, .first_row = stages.size(), .rows = 1});
            begin = end;
        }
        if (dearest < best_cost) {
            best_cost = dearest;
            best = std::move(stages);
        }
    }
    return best;
}

}  // namespace

std::vector<PipelineStage> plan_pipeline(const PipelineWish& wish, std::size_t threads) {
    if (threads < steps) return share_threads(wish, std::max<std::size_t>(threads, 1));
    auto workers = wish.workers;
    std::size_t total = std::accumulate(workers.begin(), workers.end(), std::size_t{0});
    const auto load = [&](std::size_t step, std::size_t with) { return wish.costs[step] / static_cast<double>(with); };
    for (; total < threads; ++total) {
        std::size_t dearest = 0;
        for (std::size_t step = 1; step < steps; ++step)
            if (load(step, workers[step]) > load(dearest, workers[dearest])) dearest = step;
        ++workers[dearest];
    }
    for (; total > threads; --total) {
        std::size_t spared = steps;
        for (std::size_t step = 0; step < steps; ++step) {
            if (workers[step] < 2) continue;
            if (spared == steps || load(step, workers[step] - 1) < load(spared, workers[spared] - 1)) spared = step;
        }
        --workers[spared];
    }
    std::vector<PipelineStage> stages;
    for (std::size_t step = 0, row = 0; step < steps; row += workers[step], ++step)
        stages.push_back({.first_step = step, .end_step = step + 1, .first_row = row, .rows = workers[step]});
    return stages;
}

}  // namespace grainscope::workloads
