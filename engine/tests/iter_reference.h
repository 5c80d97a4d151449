// What the tests of parallel iterators share: pools of 1, 2 and 4 threads, and the comparison of a pipeline with its
// sequential answer at every size, in every pool, with the pieces that the library chooses and with very short ones.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/iter/iter.h>
#include <grainscope/runtime/thread_pool.h>

namespace grainscope::iter_testing {

using Numbers = std::vector<std::int64_t>;

inline constexpr std::array<std::size_t, 8> sizes{0, 1, 2, 3, 7, 100, 1'000, 100'003};
inline constexpr std::array<std::size_t, 3> thread_counts{1, 2, 4};

/// A pool that lives as long as the program.
inline ThreadPool& pool(std::size_t threads) {
    static ThreadPool one = ThreadPoolBuilder().num_threads(1).build();
    static ThreadPool two = ThreadPoolBuilder().num_threads(2).build();
    static ThreadPool four = ThreadPoolBuilder().num_threads(4).build();
    return threads == 1 ? one : threads == 2 ? two : four;
}

/// Runs `work` on a worker of the pool with so many threads.
inline void run_in(std::size_t threads, const std::function<void()>& work) {
    pool(threads).install([&] { work(); });
}
inline void in_every_pool(const std::function<void()>& work) {
    for (const std::size_t threads : thread_counts) run_in(threads, work);
}

/// The seed of a random test: the environment variable GRAINSCOPE_TEST_SEED, else a new one. To be shown by
/// SCOPED_TRACE.
inline std::uint64_t seed() {
    if (const char* const given = std::getenv("GRAINSCOPE_TEST_SEED")) return std::strtoull(given, nullptr, 10);
    return std::random_device{}();
}

/// Numbers in no order, with equals among them.
inline Numbers numbers_of(std::size_t size) {
    std::mt19937_64 random(size + 1);
    Numbers numbers(size);
    for (auto& number : numbers) number = static_cast<std::int64_t>(random() % (2 * size + 10)) - 5;
    return numbers;
}

/// Where the pieces of a pipeline end.
struct Cuts {
    std::size_t max_length;
    std::size_t grain;

    /// The same pipeline, cut so.
    template <class Pipeline>
    [[nodiscard]] auto operator()(Pipeline pipeline) const {
        return std::move(pipeline).with_max_len(max_length).with_grain(grain);
    }
};

/// What a test's pipeline begins with.
struct Input {
    const Numbers& numbers;
    Cuts cuts;

    [[nodiscard]] std::size_t size() const { return numbers.size(); }
    [[nodiscard]] auto par() const { return cuts(par_iter(numbers)); }

    /// For the message of a failure: a scoped trace would stay on the thread that began the test.
    friend std::ostream& operator<<(std::ostream& out, const Input& in) {
        return out << "of " << in.size() << " numbers in " << current_num_threads() << " threads, pieces of "
                   << in.cuts.max_length;
    }
};

/// Calls `check` with numbers of every size, in every pool, cut as the library likes and cut short: at every position
/// where there are few, at a hundred places where there are many.
inline void for_every_input(const std::function<void(const Input&)>& check) {
    for (const std::size_t size : sizes) {
        const Numbers numbers = numbers_of(size);
        for (const std::size_t threads : thread_counts) {
            for (const Cuts cuts : {Cuts{std::size_t{1} << 40, 0}, Cuts{1 + size / 100, 1 + size / 1000}}) {
                run_in(threads, [&] { check(Input{numbers, cuts}); });
                if (::testing::Test::HasFailure()) return;
            }
        }
    }
}

/// Compares what a pipeline makes of the numbers with what a loop makes of them.
inline void same_as_sequential(const std::function<Numbers(const Input&)>& pipeline,
                               const std::function<Numbers(const Numbers&)>& loop) {
    std::optional<std::size_t> looped_size;
    Numbers expected;
    for_every_input([&](const Input& in) {
        if (std::exchange(looped_size, in.size()) != in.size()) expected = loop(in.numbers);
        const Numbers got = pipeline(in);
        EXPECT_EQ(got.size(), expected.size()) << in;
        const auto differ = std::ranges::mismatch(got, expected);
        if (differ.in1 != got.end() && differ.in2 != expected.end())
            ADD_FAILURE() << "item " << differ.in1 - got.begin() << " is " << *differ.in1 << ", not " << *differ.in2
                          << ", " << in;
    });
}

/// A number or none as numbers.
template <class T>
[[nodiscard]] Numbers listed(const std::optional<T>& value) {
    return value ? Numbers{static_cast<std::int64_t>(*value)} : Numbers{};
}
[[nodiscard]] inline Numbers listed(bool value) { return {value ? 1 : 0}; }

/// Ordered, for what comes in no order.
[[nodiscard]] inline Numbers sorted(Numbers numbers) {
    std::ranges::sort(numbers);
    return numbers;
}

}  // namespace grainscope::iter_testing
