// Random fork trees with exceptions, over and over: every task runs once, the first exception wins, the pool lives on.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include <grainscope/runtime/runtime.h>

namespace grainscope {
namespace {

struct Failure {};

std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/// A tree whose shape and failures are a function of its root number alone, so that its sequential twin can be asked.
class Tree {
  public:
    explicit Tree(std::uint64_t root) : root_(root) {}

    std::uint64_t parallel(std::atomic<std::uint64_t>& visited) const { return parallel(root_, 0, visited); }

    /// What the tree is worth, and whether an exception must be seen.
    struct Expected {
        std::uint64_t value = 0;
        std::uint64_t visited = 0;
        bool fails = false;
    };
    [[nodiscard]] Expected expected() const { return expected(root_, 0); }

  private:
    static bool forks(std::uint64_t node, int depth) { return depth < 12 && mix(node) % 16 < 11; }
    static bool fails(std::uint64_t node) { return mix(node ^ 0xfa11) % 97 == 0; }

    static std::uint64_t parallel(std::uint64_t node, int depth, std::atomic<std::uint64_t>& visited) {
        visited.fetch_add(1, std::memory_order_relaxed);
        std::uint64_t value = node & 0xff;
        if (forks(node, depth)) {
            if (mix(node) % 5 == 0) {
                std::atomic<std::uint64_t> sum = 0;
                scope([&](Scope& s) {
                    s.spawn([&] { sum += parallel(mix(node * 2), depth + 1, visited); });
                    sum += parallel(mix(node * 2 + 1), depth + 1, visited);
                });
                value += sum;
            } else {
                const auto [a, b] = join([&] { return parallel(mix(node * 2), depth + 1, visited); },
                                         [&] { return parallel(mix(node * 2 + 1), depth + 1, visited); });
                value += a + b;
            }
        }
        if (fails(node)) throw Failure{};
        return value;
    }

    static Expected expected(std::uint64_t node, int depth) {
        Expected result{.value = node & 0xff, .visited = 1};
        if (forks(node, depth)) {
            const Expected a = expected(mix(node * 2), depth + 1);
            const Expected b = expected(mix(node * 2 + 1), depth + 1);
            result.visited += a.visited + b.visited;
            result.value += a.value + b.value;
            if (a.fails || b.fails) {
                result.fails = true;
                return result;
            }
        }
        result.fails = fails(node);
        return result;
    }

    std::uint64_t root_;
};

std::uint64_t seed_of_this_run() {
    if (const char* text = std::getenv("GRAINSCOPE_TEST_SEED")) return std::strtoull(text, nullptr, 10);
    return std::random_device{}();
}

/// A hundred thousand trees by default; GRAINSCOPE_STRESS_TREES=1000000 takes ten minutes more under a sanitizer.
std::uint64_t trees_of_this_run() {
    const char* const text = std::getenv("GRAINSCOPE_STRESS_TREES");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 100'000;
}

TEST(RandomForkTrees, VisitEveryNodeOnceAndAgreeWithTheirSequentialTwins) {
    const std::uint64_t seed = seed_of_this_run();
    SCOPED_TRACE("GRAINSCOPE_TEST_SEED=" + std::to_string(seed));
    std::uint64_t failures = 0;
    std::uint64_t forked = 0;
    std::uint64_t left = trees_of_this_run();
    for (const std::size_t threads : {4U, 1U, 2U}) {
        ThreadPool pool = ThreadPoolBuilder().num_threads(threads).build();
        for (std::uint64_t round = threads == 2 ? left : left / 4; round > 0; --round, --left) {
            const Tree tree(mix(seed + left));
            const Tree::Expected expected = tree.expected();
            std::atomic<std::uint64_t> visited = 0;
            try {
                const std::uint64_t value = pool.install([&] { return tree.parallel(visited); });
                ASSERT_FALSE(expected.fails);
                ASSERT_EQ(value, expected.value);
            } catch (const Failure&) {
                ++failures;
                ASSERT_TRUE(expected.fails);
            }
            ASSERT_EQ(visited, expected.visited);
            forked += expected.visited > 1 ? 1 : 0;
        }
    }
    EXPECT_EQ(left, 0U);
    EXPECT_GT(forked, trees_of_this_run() / 4);
    EXPECT_GT(failures, trees_of_this_run() / 100);
}

TEST(ManyPools, ComeAndGoWithoutLosingAWakeUp) {
    for (int round = 0; round < 300; ++round) {
        std::atomic<int> ran = 0;
        {
            ThreadPool pool = ThreadPoolBuilder().num_threads(static_cast<std::size_t>(1 + round % 4)).build();
            for (int i = 0; i < 5; ++i) pool.spawn([&] { ++ran; });
            pool.install([&] { join([&] { ++ran; }, [&] { ++ran; }); });
        }
        ASSERT_EQ(ran, 7);
    }
}

// Alternates between work and idleness so that workers keep parking and waking: a lost wake-up hangs here.
TEST(Sleepers, LoseNoWakeUpBetweenBursts) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(3).build();
    for (int round = 0; round < 20'000; ++round) {
        std::atomic<int> ran = 0;
        pool.install([&] { join([&] { ++ran; }, [&] { join([&] { ++ran; }, [&] { ++ran; }); }); });
        ASSERT_EQ(ran, 3);
    }
}

}  // namespace
}  // namespace grainscope
