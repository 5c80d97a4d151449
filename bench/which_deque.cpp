// Which deque: fork cost of the runtime's asymmetric Chase-Lev deque against a split deque with a thief-request flag
// and leapfrogging, the other serious candidate. The numbers and the decision are in bench/README.md.
//
// Split deque: van Dijk, van de Pol: "Lace: Non-blocking Split Deque for Work-Stealing" (2014). Leapfrogging: Wagner,
// Calder: "Leapfrogging: A Portable Technique for Implementing Efficient Futures" (PPoPP 1993). Both sides count their
// forks, catch exceptions and run fib without a cut-off.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include <grainscope/platform/clock.h>
#include <grainscope/platform/parking.h>
#include <grainscope/runtime/join.h>
#include <grainscope/runtime/thread_pool.h>

namespace {

namespace split {

struct Worker;

struct Job {
    void (*run)(Job&);
    std::atomic<Worker*> thief{nullptr};
    std::atomic<bool> done{false};
};

/// tail <= split <= head. [tail, split) may be stolen; [split, head) is the owner's own and costs no synchronisation.
struct alignas(128) Worker {
    std::uint32_t head = 0;
    std::uint32_t own_split = 0;
    std::uint64_t forks = 0;
    std::unique_ptr<Job*[]> slots = std::make_unique<Job*[]>(std::size_t{1} << 16);
    alignas(128) std::atomic<std::uint64_t> tail_and_split{0};
    std::atomic<bool> wants_work{false};
};

thread_local constinit Worker* current = nullptr;

constexpr std::uint64_t pack(std::uint32_t tail, std::uint32_t split) { return std::uint64_t{split} << 32 | tail; }
constexpr std::uint32_t tail_of(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
constexpr std::uint32_t split_of(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

[[gnu::noinline]] void share(Worker& w) {
    const std::uint32_t split = w.own_split + (w.head - w.own_split + 1) / 2;
    std::uint64_t word = w.tail_and_split.load();
    while (!w.tail_and_split.compare_exchange_weak(word, pack(tail_of(word), split))) {
    }
    w.own_split = split;
    w.wants_work.store(false);
}

bool steal_from(Worker& victim, Worker& self) {
    std::uint64_t word = victim.tail_and_split.load();
    if (tail_of(word) >= split_of(word)) {
        if (!victim.wants_work.load(std::memory_order_relaxed)) victim.wants_work.store(true);
        return false;
    }
    Job* const job = victim.slots[tail_of(word)];
    if (!victim.tail_and_split.compare_exchange_strong(word, pack(tail_of(word) + 1, split_of(word)))) return false;
    job->thief.store(&self);
    job->run(*job);
    job->done.store(true);
    return true;
}

/// The job at head - 1 lies in the shared part. Takes it back (true), or waits until its thief has run it (false).
[[gnu::noinline]] bool take_shared(Worker& w, Job& job) {
    std::uint64_t word = w.tail_and_split.load();
    while (tail_of(word) < w.head) {
        const std::uint32_t split = tail_of(word) + (w.head - 1 - tail_of(word)) / 2;
        if (w.tail_and_split.compare_exchange_weak(word, pack(tail_of(word), split))) {
            w.own_split = split;
            --w.head;
            return true;
        }
    }
    while (!job.done.load()) {
        Worker* const thief = job.thief.load();
        if (thief == nullptr || !steal_from(*thief, w)) grainscope::platform::cpu_relax();
    }
    --w.head;
    w.tail_and_split.store(pack(w.head, w.head));  // no thief can be here: tail had reached split
    w.own_split = w.head;
    return false;
}

template <class F>
struct StackJob : Job {
    explicit StackJob(F& f) : f_(f) { run = &run_stolen; }
    static void run_stolen(Job& job) {
        auto& self = static_cast<StackJob&>(job);
        try {
            self.result = self.f_();
        } catch (...) {
            self.error = std::current_exception();
        }
    }
    F& f_;
    long result = 0;
    std::exception_ptr error;
};

template <class A, class B>
inline std::pair<long, long> join(A&& a, B&& b) {
    Worker& w = *current;
    StackJob<B> job(b);
    w.slots[w.head++] = &job;
    ++w.forks;
    if (w.wants_work.load(std::memory_order_relaxed)) [[unlikely]]
        share(w);
    long first = 0;
    try {
        first = a();
    } catch (...) {
        if (w.head - 1 >= w.own_split) {
            --w.head;
        } else {
            take_shared(w, job);
        }
        throw;
    }
    if (w.head - 1 >= w.own_split) [[likely]] {
        --w.head;
        return {first, b()};
    }
    if (take_shared(w, job)) return {first, b()};
    if (job.error) std::rethrow_exception(job.error);
    return {first, job.result};
}

long fib(int n) {
    if (n < 2) return n;
    const auto [a, b] = join([=] { return fib(n - 1); }, [=] { return fib(n - 2); });
    return a + b;
}

long run(int n, std::size_t threads) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.push_back(std::make_unique<Worker>());
    std::atomic<bool> stop = false;
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) {
        others.emplace_back([&, i] {
            current = workers[i].get();
            while (!stop.load()) {
                if (!steal_from(*workers[(i + 1) % threads], *workers[i])) grainscope::platform::cpu_relax();
            }
        });
    }
    current = workers[0].get();
    const long result = fib(n);
    stop = true;
    return result;
}

}  // namespace split

long fib(int n) {
    if (n < 2) return n;
    const auto [a, b] = grainscope::join([=] { return fib(n - 1); }, [=] { return fib(n - 2); });
    return a + b;
}

[[gnu::noinline]] long fib_calls(int n) {
    if (n < 2) return n;
    long a = fib_calls(n - 1);
    asm volatile("" : "+r"(a));  // keeps the compiler from unrolling the recursion
    return a + fib_calls(n - 2);
}

template <class F>
double nanoseconds(F&& f) {
    const std::uint64_t begin = grainscope::platform::monotonic_ns();
    f();
    return static_cast<double>(grainscope::platform::monotonic_ns() - begin);
}

double median(std::vector<double> values) {
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    const int n = argc > 1 ? std::atoi(argv[1]) : 34;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 11;
    const auto joins = static_cast<double>(fib_calls(n + 1) - 1);
    const long expected = fib_calls(n);
    std::printf("fib(%d) without cut-off, ns a join, median (best) of %d alternating rounds\n", n, rounds);
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
        grainscope::ThreadPool pool = grainscope::ThreadPoolBuilder().num_threads(threads).build();
        std::vector<double> ours, other, plain;
        for (int round = 0; round < rounds; ++round) {
            long a = 0, b = 0;
            ours.push_back(nanoseconds([&] { a = pool.install([n] { return fib(n); }); }) / joins);
            other.push_back(nanoseconds([&] { b = split::run(n, threads); }) / joins);
            plain.push_back(nanoseconds([&] { (void)fib_calls(n); }) / joins);
            if (a != expected || b != expected) {
                std::fprintf(stderr, "a wrong answer: %ld and %ld instead of %ld\n", a, b, expected);
                return 1;
            }
        }
        std::printf(
            "%zu thread%s  asymmetric Chase-Lev %.2f (%.2f)   split with request flag %.2f (%.2f)   plain calls %.2f "
            "(%.2f)\n",
            threads, threads == 1 ? " " : "s", median(ours), *std::ranges::min_element(ours), median(other),
            *std::ranges::min_element(other), median(plain), *std::ranges::min_element(plain));
    }
    return 0;
}
