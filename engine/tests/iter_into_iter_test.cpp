// into_iter: a pipeline as a sequential range, in order, computed a bounded way ahead.
#include <atomic>
#include <concepts>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

template <class Range>
Numbers walked(Range&& range) {
    Numbers result;
    for (auto&& x : range) result.push_back(x);
    return result;
}

TEST(IterIntoIter, GivesTheItemsInOrder) {
    same_as_sequential([](const Input& in) { return walked(in.par().map([](auto x) { return 2 * x; }).into_iter()); },
                       [](const Numbers& n) {
                           Numbers result = n;
                           for (auto& x : result) x *= 2;
                           return result;
                       });
    same_as_sequential(
        [](const Input& in) { return walked(in.par().rev().filter([](auto x) { return x % 3 == 0; }).into_iter()); },
        [](const Numbers& n) {
            Numbers result(n.rbegin(), n.rend());
            std::erase_if(result, [](auto x) { return x % 3 != 0; });
            return result;
        });
}

TEST(IterIntoIter, WorksOutsideAnyPoolToo) {
    const Numbers numbers = numbers_of(10'000);
    EXPECT_EQ(walked(par_iter(numbers).into_iter()), numbers);
}

TEST(IterIntoIter, IsAnInputRangeOfValues) {
    auto range = par_range(0, 3).into_iter();
    static_assert(std::ranges::input_range<decltype(range)>);
    static_assert(!std::copy_constructible<decltype(range)>);
    std::vector<std::unique_ptr<int>> owners;
    for (auto&& p : par_range(0, 100).map([](int i) { return std::make_unique<int>(i); }).into_iter())
        owners.push_back(std::move(p));
    ASSERT_EQ(owners.size(), 100U);
    EXPECT_EQ(*owners[99], 99);
}

TEST(IterIntoIter, DoesNothingBeforeItIsBegun) {
    std::atomic<int> made{0};
    {
        const auto range = par_range(0, 100).map([&](int x) { return ++made, x; }).into_iter();
    }
    EXPECT_EQ(made, 0);
}

TEST(IterIntoIter, WorksOnlySoFarAhead) {
    in_every_pool([] {
        std::atomic<int> made{0};
        auto range = par_range(0, 1'000'000).map([&](int x) { return ++made, x; }).into_iter();
        auto at = range.begin();
        // At most two blocks of 1,024 items a worker, and the one that is read.
        const int ahead = (2 * static_cast<int>(current_num_threads()) + 1) * 1024;
        for (int i = 0; i < 10'000; ++i, ++at) {
            ASSERT_EQ(*at, i);
            ASSERT_LE(made, i + 1 + ahead);
        }
    });
}

TEST(IterIntoIter, MayBeLeftAnywhere) {
    for (const std::size_t threads : thread_counts) {
        for (int leave_at = 0; leave_at < 40; ++leave_at) {
            std::atomic<int> alive{0};
            const auto token = [&](int) {
                return std::shared_ptr<void>(nullptr, [&, counted = ++alive](void*) { --alive; });
            };
            run_in(threads, [&] {
                auto range = par_range(0, 40).map(token).into_iter();
                int seen = 0;
                for ([[maybe_unused]] auto& item : range)
                    if (seen++ == leave_at) break;
            });
            EXPECT_EQ(alive, 0) << "left at " << leave_at << " in " << threads << " threads";
        }
    }
}

/// What is read of the numbers below `size` until the one at `thrown_at` throws.
Numbers read_until(int size, int thrown_at) {
    Numbers seen;
    const auto failing =
        par_range(0, size).map([&](int x) { return x == thrown_at ? throw std::runtime_error("here") : x; });
    const auto read = [&] {
        for (int x : failing.into_iter()) seen.push_back(x);
    };
    EXPECT_THROW(read(), std::runtime_error);
    return seen;
}

TEST(IterIntoIter, RethrowsWhatAClosureThrowsInItsBlocksPlace) {
    in_every_pool([] {
        for (int thrown_at = 0; thrown_at < 40; ++thrown_at) {
            const Numbers seen = read_until(40, thrown_at);
            EXPECT_LE(std::ssize(seen), thrown_at);
            EXPECT_GT(std::ssize(seen), thrown_at - 6) << "a block of 40 items has at most 5";
            EXPECT_TRUE(std::ranges::equal(seen, std::views::iota(0, static_cast<int>(seen.size()))));
        }
        EXPECT_GT(read_until(100'000, 50'000).size(), 50'000U - 1'025U) << "a block has at most 1,024 items";
    });
}

TEST(IterIntoIter, EndsWhenItIsCancelled) {
    in_every_pool([] {
        const CancellationToken token;
        int seen = 0;
        const auto read = [&] {
            for ([[maybe_unused]] auto x :
                 par_range(std::int64_t{0}, std::int64_t{1} << 60).with_cancellation(token).into_iter())
                if (++seen == 5'000) token.cancel();
        };
        EXPECT_THROW(read(), Cancelled);
        EXPECT_GE(seen, 5'000);
    });
}

TEST(IterIntoIter, MayBeMovedWhileItRuns) {
    in_every_pool([] {
        auto range = par_range(0, 10'000).into_iter();
        EXPECT_EQ(*range.begin(), 0);
        auto moved = std::move(range);
        std::int64_t sum = 0;
        for (int x : moved) sum += x;
        EXPECT_EQ(sum, 10'000LL * 9'999 / 2);
    });
}

}  // namespace
}  // namespace grainscope
