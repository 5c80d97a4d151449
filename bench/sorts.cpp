// Both sorts against those of oneTBB, libgomp and the standard library, on the same data.
#include "ratio_reporter.h"

#include <grainscope/grainscope.h>
#include <grainscope/study/random.h>

#include <omp.h>
#include <tbb/global_control.h>
#include <tbb/parallel_sort.h>
#include <tbb/task_arena.h>
#include <parallel/algorithm>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <execution>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace {

using grainscope::bench::add;
using grainscope::study::SplitMix64;

/// What is sorted, and the answer. Made when the first benchmark that needs it runs, so that a filter saves the memory.
template <class T>
class Data {
  public:
    explicit Data(std::function<std::vector<T>()> make) : make_(std::move(make)) {}

    void prepare() {
        if (!input_.empty()) return;
        input_ = make_();
        sorted_ = input_;
        std::ranges::sort(sorted_);
    }
    [[nodiscard]] const std::vector<T>& input() const { return input_; }
    [[nodiscard]] const std::vector<T>& sorted() const { return sorted_; }

  private:
    std::function<std::vector<T>()> make_;
    std::vector<T> input_;
    std::vector<T> sorted_;
};

/// One iteration is one sort; refilling the buffer and checking the answer are not timed.
template <class T, class Sort>
void measure(benchmark::State& state, Data<T>& data, Sort sort) {
    static std::vector<T> buffer;
    data.prepare();
    for (auto _ : state) {
        buffer = data.input();
        const auto begin = std::chrono::steady_clock::now();
        sort(std::span<T>(buffer));
        const auto end = std::chrono::steady_clock::now();
        state.SetIterationTime(std::chrono::duration<double>(end - begin).count());
        if (buffer != data.sorted()) {
            state.SkipWithError("wrong answer");
            break;
        }
    }
    state.counters["items"] = static_cast<double>(data.input().size());
}

/// Registers every sort on this data, ours first. `threads` says how many each may use; the sequential ones use one.
template <class T>
class Contest {
  public:
    Contest(std::string title, int threads, std::shared_ptr<Data<T>> data)
        : group_(title + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads")),
          threads_(threads),
          data_(std::move(data)) {}

    void add_unstable() {
        ours("grainscope quicksort", [](std::span<T> a) { grainscope::parallel_quicksort(a); });
        ours("grainscope quicksort, grain 4096", [](std::span<T> a) {
            grainscope::parallel_quicksort(a, grainscope::QuicksortOptions{.threshold = 4096});
        });
        oneTBB("oneTBB parallel_sort", [](std::span<T> a) { tbb::parallel_sort(a.begin(), a.end()); });
        oneTBB("std::sort(par)", [](std::span<T> a) { std::sort(std::execution::par, a.begin(), a.end()); });
        alone("libgomp sort, multiway merge", [threads = tag_threads()](std::span<T> a) {
            __gnu_parallel::sort(a.begin(), a.end(), std::less<>{}, __gnu_parallel::multiway_mergesort_tag(threads));
        });
        alone("libgomp sort, quicksort", [threads = tag_threads()](std::span<T> a) {
            __gnu_parallel::sort(a.begin(), a.end(), std::less<>{}, __gnu_parallel::balanced_quicksort_tag(threads));
        });
        alone("std::sort", [](std::span<T> a) { std::sort(a.begin(), a.end()); });
    }

    void add_stable() {
        group_ += ", stable";
        ours("grainscope merge sort", [](std::span<T> a) { grainscope::parallel_merge_sort(a); });
        ours("grainscope merge sort, grain 4096", [](std::span<T> a) {
            grainscope::parallel_merge_sort(a, grainscope::MergeSortOptions{.threshold = 4096});
        });
        oneTBB("std::stable_sort(par)",
               [](std::span<T> a) { std::stable_sort(std::execution::par, a.begin(), a.end()); });
        alone("libgomp stable_sort", [threads = tag_threads()](std::span<T> a) {
            __gnu_parallel::stable_sort(a.begin(), a.end(), std::less<>{},
                                        __gnu_parallel::multiway_mergesort_tag(threads));
        });
        alone("std::stable_sort", [](std::span<T> a) { std::stable_sort(a.begin(), a.end()); });
    }

  private:
    [[nodiscard]] __gnu_parallel::_ThreadIndex tag_threads() const {
        return static_cast<__gnu_parallel::_ThreadIndex>(threads_);
    }

    template <class Sort>
    void ours(const std::string& peer, Sort sort) {
        once(add(group_, peer, [data = data_, threads = threads_, sort](benchmark::State& state) {
            auto pool = grainscope::ThreadPoolBuilder().num_threads(static_cast<std::size_t>(threads)).build();
            pool.install([&] { measure(state, *data, sort); });
        }));
    }

    template <class Sort>
    void oneTBB(const std::string& peer, Sort sort) {
        once(add(group_, peer, [data = data_, threads = threads_, sort](benchmark::State& state) {
            tbb::task_arena arena(threads);
            arena.execute([&] { measure(state, *data, sort); });
        }));
    }

    template <class Sort>
    void alone(const std::string& peer, Sort sort) {
        once(add(group_, peer, [data = data_, sort](benchmark::State& state) { measure(state, *data, sort); }));
    }

    // The first sort of a repetition meets sleeping threads, the second is the ordinary case: both count, as in a
    // program.
    static void once(benchmark::internal::Benchmark* benchmark) {
        benchmark->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(2);
    }

    std::string group_;
    int threads_;
    std::shared_ptr<Data<T>> data_;
};

std::vector<std::uint64_t> random_numbers(std::size_t n) {
    SplitMix64 random(7);
    std::vector<std::uint64_t> numbers(n);
    std::ranges::generate(numbers, random);
    return numbers;
}

std::vector<std::string> random_strings(std::size_t n) {
    SplitMix64 random(11);
    std::vector<std::string> strings(n);
    for (std::string& string : strings) {
        string.resize(16 + random.below(9));
        std::ranges::generate(string, [&] { return static_cast<char>('a' + random.below(26)); });
    }
    return strings;
}

template <class T>
void add_contests(const std::string& title, std::span<const int> thread_counts, std::function<std::vector<T>()> make) {
    const auto data = std::make_shared<Data<T>>(std::move(make));
    for (const int threads : thread_counts) {
        Contest<T>(title, threads, data).add_unstable();
        Contest<T>(title, threads, data).add_stable();
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const tbb::global_control enough(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(cores));
    // libgomp's parallel mode takes its own count of threads only up to this one.
    omp_set_num_threads(cores);

    const std::vector<int> one_and_all = cores == 1 ? std::vector{1} : std::vector{1, cores};
    add_contests<std::uint64_t>("u64 random 1000000", one_and_all, [] { return random_numbers(1'000'000); });
    add_contests<std::uint64_t>("u64 random 10000000", std::vector{cores}, [] { return random_numbers(10'000'000); });
    add_contests<std::string>("strings random 1000000", std::vector{cores}, [] { return random_strings(1'000'000); });
    return grainscope::bench::run_and_report(argc, argv, "element");
}
