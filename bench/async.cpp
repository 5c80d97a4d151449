// Asynchronous tasks: sleeping, spawning, yielding, and waiting for calls that block; ours and bare Boost.Asio
// coroutines.
#include "contest.h"

#include <grainscope/io/io.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace io = grainscope::io;
using grainscope::bench::Contest;
using grainscope::bench::timed;

constexpr std::size_t sleepers = 10'000;
constexpr std::chrono::milliseconds nap{10};
constexpr std::size_t calls = 1'000;
constexpr std::uint64_t steps = 600'000;  // of a call: about a millisecond
constexpr std::size_t spawns = 1'000'000;
constexpr std::size_t at_once = 1'000;
constexpr std::size_t yields = 1'000'000;

/// What a blocking call does: each step needs the one before, so no compiler makes it shorter. bench/rust does the
/// same.
std::uint64_t spin(std::uint64_t state) {
    for (std::uint64_t i = 0; i < steps; ++i) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    return state;
}
/// The first call's; the others begin elsewhere and are as long.
std::uint64_t spun() {
    static const std::uint64_t once = spin(1);
    return once;
}

// -- ours -----------------------------------------------------------------------------------------------------------

/// Started before any clock, kept for all samples.
io::Runtime& runtime(int threads) {
    static std::map<int, io::Runtime> runtimes;
    return runtimes.try_emplace(threads, io::RuntimeOptions{.io_threads = static_cast<std::size_t>(threads)})
        .first->second;
}

io::Task<std::size_t> sleeper() {
    co_await io::sleep_for(nap);
    co_return 1;
}
io::Task<std::size_t> sleep_joined() {
    std::vector<io::Task<std::size_t>> tasks;
    for (std::size_t i = 0; i < sleepers; ++i) tasks.push_back(sleeper());
    std::size_t slept = 0;
    for (const std::size_t one : co_await io::join_all(std::move(tasks))) slept += one;
    co_return slept;
}
io::Task<std::size_t> sleep_spawned() {
    std::vector<io::JoinHandle<std::size_t>> handles;
    for (std::size_t i = 0; i < sleepers; ++i) handles.push_back(io::spawn(sleeper()));
    std::size_t slept = 0;
    for (auto& handle : handles) slept += co_await std::move(handle).join();
    co_return slept;
}

io::Task<std::uint64_t> call_all() {
    std::vector<io::Task<std::uint64_t>> tasks;
    for (std::uint64_t i = 0; i < calls; ++i) tasks.push_back(io::spawn_blocking(spin, i + 1));
    std::uint64_t mixed = 0;
    for (const std::uint64_t one : co_await io::join_all(std::move(tasks))) mixed ^= one;
    co_return mixed;
}

io::Task<std::uint64_t> number(std::uint64_t value) { co_return value; }
io::Task<std::uint64_t> spawn_all() {
    std::uint64_t sum = 0;
    std::vector<io::JoinHandle<std::uint64_t>> handles;
    for (std::size_t first = 0; first < spawns; first += at_once) {
        handles.clear();
        for (std::size_t i = first; i < first + at_once; ++i) handles.push_back(io::spawn(number(i)));
        for (auto& handle : handles) sum += co_await std::move(handle).join();
    }
    co_return sum;
}
io::Task<std::uint64_t> await_all() {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < spawns; ++i) sum += co_await number(i);
    co_return sum;
}

io::Task<std::size_t> yield_all() {
    std::size_t yielded = 0;
    for (; yielded < yields; ++yielded) co_await io::yield_now();
    co_return yielded;
}

template <class T>
auto ours(int threads, io::Task<T> (*body)(), T expected) {
    return [=] {
        io::Runtime& here = runtime(threads);
        return timed([&] { return here.block_on(body()); }, [=](T answer) { return answer == expected; });
    };
}

// -- Boost.Asio -----------------------------------------------------------------------------------------------------

/// An io_context with threads that run it.
class Loop {
  public:
    explicit Loop(int threads) : io(threads) {
        for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { io.run(); });
    }
    ~Loop() { work_.reset(); }

    asio::io_context io;

    static Loop& of(int threads) {
        static std::map<int, std::unique_ptr<Loop>> loops;
        std::unique_ptr<Loop>& loop = loops[threads];
        if (!loop) loop = std::make_unique<Loop>(threads);
        return *loop;
    }

  private:
    asio::executor_work_guard<asio::io_context::executor_type> work_{io.get_executor()};
    std::vector<std::jthread> threads_;
};

/// Starts so many coroutines within the loop and waits until the last has ended. Gives the sum of their results.
template <class Make>
std::uint64_t run_many(asio::io_context& loop, std::size_t count, Make make) {
    struct All {
        std::atomic<std::uint64_t> sum{0};
        std::atomic<std::size_t> left;
        std::promise<void> ended;
    };
    const auto all = std::make_shared<All>();
    all->left = count;
    asio::post(loop, [&loop, all, count, make] {
        for (std::size_t i = 0; i < count; ++i)
            asio::co_spawn(loop, make(i), [all](const std::exception_ptr&, std::uint64_t result) {
                all->sum += result;
                if (--all->left == 0) all->ended.set_value();
            });
    });
    all->ended.get_future().wait();
    return all->sum;
}

asio::awaitable<std::uint64_t> asio_sleeper(std::size_t) {
    asio::steady_timer timer(co_await asio::this_coro::executor, nap);
    co_await timer.async_wait(asio::use_awaitable);
    co_return 1;
}
asio::awaitable<std::uint64_t> asio_number(std::size_t value) { co_return value; }
asio::awaitable<std::size_t> asio_yield_all() {
    const auto executor = co_await asio::this_coro::executor;
    std::size_t yielded = 0;
    for (; yielded < yields; ++yielded) co_await asio::post(executor, asio::use_awaitable);
    co_return yielded;
}
std::uint64_t asio_spawn_all(asio::io_context& loop) {
    std::uint64_t sum = 0;
    for (std::size_t first = 0; first < spawns; first += at_once)
        sum += run_many(loop, at_once, [first](std::size_t i) { return asio_number(first + i); });
    return sum;
}

/// Jobs on as many threads as there are cores, none more: nobody can be faster who runs each to its end.
std::uint64_t asio_call_all(asio::thread_pool& pool) {
    std::vector<std::future<std::uint64_t>> results;
    for (std::uint64_t i = 0; i < calls; ++i)
        results.push_back(asio::post(pool, std::packaged_task<std::uint64_t()>([i] { return spin(i + 1); })));
    std::uint64_t mixed = 0;
    for (auto& result : results) mixed ^= result.get();
    return mixed;
}
std::uint64_t expected_of_calls() {
    static const std::uint64_t mixed = [] {
        std::uint64_t all = 0;
        for (std::uint64_t i = 0; i < calls; ++i) all ^= spin(i + 1);
        return all;
    }();
    return mixed;
}

template <class F>
auto bare(int threads, F work, std::uint64_t expected) {
    return [=] {
        asio::io_context& loop = Loop::of(threads).io;
        return timed([&] { return work(loop); }, [=](std::uint64_t answer) { return answer == expected; });
    };
}

// -- the contests ---------------------------------------------------------------------------------------------------

void add_sleeps(int threads) {
    Contest contest(std::to_string(sleepers) + " sleeps of 10 ms", threads, {.items = sleepers});
    contest.alone("grainscope spawn", ours(threads, sleep_spawned, sleepers));
    // A task and what it awaits stay on one IO thread.
    if (threads == 1) contest.alone("grainscope join_all", ours(threads, sleep_joined, sleepers));
    contest.alone("Boost.Asio co_spawn",
                  bare(
                      threads, [](auto& loop) { return run_many(loop, sleepers, asio_sleeper); }, sleepers));
}

void add_calls(int threads) {
    Contest contest(std::to_string(calls) + " blocking calls of 1 ms", threads, {.items = calls, .fingerprint = spun});
    contest.alone("grainscope spawn_blocking", [=] { return ours(threads, call_all, expected_of_calls())(); });
    contest.alone("Boost.Asio thread_pool", [=] {
        static asio::thread_pool pool(static_cast<std::size_t>(threads));
        return timed([] { return asio_call_all(pool); },
                     [](std::uint64_t answer) { return answer == expected_of_calls(); });
    });
}

void add_spawns(int threads) {
    constexpr std::uint64_t sum = std::uint64_t{spawns} * (spawns - 1) / 2;
    Contest contest("spawn and join " + std::to_string(spawns) + " tasks", threads, {.items = spawns});
    contest.alone("grainscope spawn", ours(threads, spawn_all, sum));
    if (threads == 1) contest.alone("grainscope co_await", ours(threads, await_all, sum));
    contest.alone("Boost.Asio co_spawn", bare(threads, asio_spawn_all, sum));
}

void add_yields(int threads) {
    Contest contest(std::to_string(yields) + " yields of a task", threads, {.items = yields});
    contest.alone("grainscope yield_now", ours(threads, yield_all, yields));
    contest.alone(
        "Boost.Asio post",
        bare(
            threads, [](auto& loop) { return asio::co_spawn(loop, asio_yield_all(), asio::use_future).get(); },
            yields));
}

}  // namespace

int main(int argc, char** argv) {
    for (const int threads : grainscope::bench::thread_counts()) {
        add_sleeps(threads);
        add_spawns(threads);
        add_yields(threads);
    }
    add_calls(grainscope::bench::thread_counts().back());
    return grainscope::bench::run(argc, argv, "an item");
}
