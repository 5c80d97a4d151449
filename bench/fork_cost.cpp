// What a fork and its join cost in all: fib without a cut-off, the same source on every engine.
#include "ratio_reporter.h"

#include <grainscope/grainscope.h>

#include <omp.h>
#include <tbb/global_control.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>

namespace {

constexpr int n = 32;

// The floor: one call a node. The empty asm keeps the compiler from folding the recursion into itself, as it does with
// none of the parallel versions.
[[gnu::noinline]] std::int64_t fib_calls(int k) {
    if (k < 2) return k;
    std::int64_t a = fib_calls(k - 1);
    asm volatile("" : "+r"(a));
    return a + fib_calls(k - 2);
}

std::int64_t fib_grainscope(int k) {
    if (k < 2) return k;
    const auto [a, b] = grainscope::join([k] { return fib_grainscope(k - 1); }, [k] { return fib_grainscope(k - 2); });
    return a + b;
}

std::int64_t fib_tbb_invoke(int k) {
    if (k < 2) return k;
    std::int64_t a = 0, b = 0;
    tbb::parallel_invoke([&] { a = fib_tbb_invoke(k - 1); }, [&] { b = fib_tbb_invoke(k - 2); });
    return a + b;
}

std::int64_t fib_tbb_group(int k) {
    if (k < 2) return k;
    std::int64_t a = 0;
    tbb::task_group group;
    group.run([&] { a = fib_tbb_group(k - 1); });
    const std::int64_t b = fib_tbb_group(k - 2);
    group.wait();
    return a + b;
}

std::int64_t fib_openmp(int k) {
    if (k < 2) return k;
    std::int64_t a = 0;
#pragma omp task shared(a) firstprivate(k)
    a = fib_openmp(k - 1);
    const std::int64_t b = fib_openmp(k - 2);
#pragma omp taskwait
    return a + b;
}

// fib(k) joins once in every call with k >= 2, which is fib(k + 1) - 1 times.
double joins() { return static_cast<double>(fib_calls(n + 1) - 1); }

template <class F>
void measure(benchmark::State& state, F fib) {
    static const std::int64_t expected = fib_calls(n);
    for (auto _ : state) {
        if (fib(n) != expected) {
            state.SkipWithError("wrong answer");
            break;
        }
    }
    state.counters["items"] = joins();
}

void add_engines(int threads) {
    using grainscope::bench::add;
    const std::string group =
        "fib(" + std::to_string(n) + "), " + std::to_string(threads) + (threads == 1 ? " worker" : " workers");

    // Everything that a peer needs is started before the clock: this is about forks, not about starting threads.
    add(group, "grainscope join", [threads](benchmark::State& state) {
        auto pool = grainscope::ThreadPoolBuilder().num_threads(static_cast<std::size_t>(threads)).build();
        pool.install([&] { measure(state, fib_grainscope); });
    });
    if (threads == 1) {
        add(group, "plain recursive call", [](benchmark::State& state) { measure(state, fib_calls); });
    }
    add(group, "oneTBB parallel_invoke", [threads](benchmark::State& state) {
        tbb::task_arena arena(threads);
        arena.execute([&] { measure(state, fib_tbb_invoke); });
    });
    add(group, "oneTBB task_group", [threads](benchmark::State& state) {
        tbb::task_arena arena(threads);
        arena.execute([&] { measure(state, fib_tbb_group); });
    });
    add(group, "libgomp task", [threads](benchmark::State& state) {
#pragma omp parallel num_threads(threads)
#pragma omp single
        measure(state, fib_openmp);
    });
}

}  // namespace

int main(int argc, char** argv) {
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const tbb::global_control enough(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(cores));
    add_engines(1);
    if (cores > 1) add_engines(2);
    if (cores > 2) add_engines(cores);
    return grainscope::bench::run_and_report(argc, argv, "join");
}
