// Contests: the same work done by several engines, and the two ways of running them.
#pragma once

#include <grainscope/grainscope.h>

#include <tbb/task_arena.h>

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grainscope::bench {

/// Every repetition of a peer called this is what the memory can do at best: the others are given in per cent of it.
inline constexpr std::string_view read_loop = "read loop";

/// What one run works through.
struct Work {
    double items = 0;
    double bytes = 0;                            ///< read from memory; 0: not worth telling
    int iterations = 1;                          ///< runs that make one sample, where one run is too short
    std::function<std::uint64_t()> fingerprint;  ///< of the data, which both sides of `alternate.py` must agree on
};

/// One peer in one group. `run` does the work once, checks the answer and returns the seconds that the work alone took;
/// it throws std::runtime_error on a wrong answer.
struct Contestant {
    std::string group;
    std::string peer;
    std::function<double()> run;
    Work work;

    [[nodiscard]] std::string name() const { return group + '/' + peer; }
};

/// One group: everybody does the same work on the same number of threads, which are started before any clock. The first
/// peer is the one that the others are held against.
class Contest {
  public:
    Contest(const std::string& title, int threads, Work work);

    /// Runs in a pool of ours.
    template <class Run>
    void ours(const std::string& peer, Run run) {
        add(peer, [this_pool = &pool(threads_), run] { return this_pool->install(run); });
    }
    /// Runs in an arena of oneTBB; std::execution::par runs there too, which libstdc++ builds on oneTBB.
    template <class Run>
    void oneTBB(const std::string& peer, Run run) {
        add(peer, [this_arena = &arena(threads_), run] { return this_arena->execute(run); });
    }
    /// Runs with this many threads of libgomp.
    void libgomp(const std::string& peer, std::function<double()> run);
    /// Runs on the calling thread, and on what threads it starts itself.
    void alone(const std::string& peer, std::function<double()> run) { add(peer, std::move(run)); }

    [[nodiscard]] int threads() const { return threads_; }

  private:
    void add(const std::string& peer, std::function<double()> run);
    static ThreadPool& pool(int threads);
    static tbb::task_arena& arena(int threads);

    std::string group_;
    int threads_;
    Work work_;
};

/// Runs what was registered, and returns the program's exit status. Without arguments as Google Benchmark does, in
/// eleven repetitions whose order is shuffled, followed by a table; its flags are understood, and `default_filter`
/// stands for
/// `--benchmark_filter` where none is given. With `--in-turn=REGEX` as a server of single samples (in_turn.cpp).
int run(int argc, char** argv, const std::string& unit, const std::string& default_filter = ".");

/// What the contestants of `name` (searched for the regular expression `pattern`) answer to lines on standard input.
int run_in_turn(const std::vector<Contestant>& contestants, const std::string& pattern);

/// One and all of the processor's threads.
std::vector<int> thread_counts();

/// ", 1 thread" and ", 2 threads".
std::string with_threads(const std::string& title, int threads);

/// The seconds that f() takes; then `is_right` looks at its answer.
template <class F, class Check>
double timed(F&& f, Check&& is_right) {
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = f();
    const auto end = std::chrono::steady_clock::now();
    if (!is_right(answer)) throw std::runtime_error("wrong answer");
    return std::chrono::duration<double>(end - begin).count();
}

/// Made when the first contestant that needs it runs, so that a filter saves memory and time.
template <class T>
class Lazy {
  public:
    explicit Lazy(std::function<T()> make) : make_(std::move(make)) {}
    const T& operator*() {
        if (!value_) value_.emplace(make_());
        return *value_;
    }
    const T* operator->() { return &**this; }

  private:
    std::function<T()> make_;
    std::optional<T> value_;
};

/// FNV-1a over 64-bit words: the Rust program computes the same of its own data.
class Fingerprint {
  public:
    void add(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3ULL; }
    void add(std::int64_t word) { add(static_cast<std::uint64_t>(word)); }
    void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
    void add(std::string_view text) {
        add(std::uint64_t{text.size()});
        for (const char c : text) add(std::uint64_t{static_cast<unsigned char>(c)});
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};
template <class Range>
std::uint64_t fingerprint(const Range& range) {
    Fingerprint print;
    for (const auto& item : range) print.add(item);
    return print.value();
}

}  // namespace grainscope::bench
