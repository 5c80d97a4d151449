// What a fork and its join cost in all: fib without a cut-off, the same source on every engine.
#include "contest.h"

#include <grainscope/grainscope.h>

#include <tbb/parallel_invoke.h>
#include <tbb/task_group.h>

#include <cstdint>
#include <string>

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
auto measured(F fib) {
    return [fib] {
        static const std::int64_t expected = fib_calls(n);
        return grainscope::bench::timed([&] { return fib(n); }, [](std::int64_t answer) { return answer == expected; });
    };
}

void add_engines(int threads) {
    grainscope::bench::Contest contest("fib(" + std::to_string(n) + ")", threads, {.items = joins()});
    // Everything that a peer needs is started before the clock: this is about forks, not about starting threads.
    contest.ours("grainscope join", measured(fib_grainscope));
    if (threads == 1) contest.alone("plain recursive call", measured(fib_calls));
    contest.oneTBB("oneTBB parallel_invoke", measured(fib_tbb_invoke));
    contest.oneTBB("oneTBB task_group", measured(fib_tbb_group));
    contest.libgomp("libgomp task", [threads] {
        double seconds = 0;
#pragma omp parallel num_threads(threads)
#pragma omp single
        seconds = measured(fib_openmp)();
        return seconds;
    });
}

}  // namespace

int main(int argc, char** argv) {
    for (const int threads : grainscope::bench::thread_counts()) add_engines(threads);
    return grainscope::bench::run(argc, argv, "a join");
}
