// inclusive_scan, exclusive_scan, by_uniform_blocks, by_exponential_blocks, reproducible_sum.
#include <atomic>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// Associative, but order and bracketing show: the composition of x -> a x + b, modulo a prime.
struct Affine {
    std::int64_t a = 1;
    std::int64_t b = 0;
    friend Affine operator*(const Affine& f, const Affine& g) {
        constexpr std::int64_t p = 1'000'003;
        return {f.a * g.a % p, (g.a * f.b + g.b) % p};
    }
};
Affine affine(std::int64_t x) { return {x + 7, 2 * x + 11}; }
std::int64_t folded(const Affine& f) { return 1'000'003 * f.a + f.b; }

TEST(IterInclusiveScan, GivesEveryRunningTotal) {
    same_as_sequential(
        [](const Input& in) {
            return in.par().map(affine).inclusive_scan(std::multiplies<>()).map(folded).collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result;
            Affine total;
            for (auto x : n) result.push_back(folded(total = total * affine(x)));
            return result;
        });
}

TEST(IterExclusiveScan, GivesWhatStandsBeforeEveryItem) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .map(affine)
                .exclusive_scan(Affine{5, 6}, std::multiplies<>())
                .map(folded)
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result;
            Affine total{5, 6};
            for (auto x : n) {
                result.push_back(folded(total));
                total = total * affine(x);
            }
            return result;
        });
}

TEST(IterScan, MayBeReadByPositionAndScannedAgain) {
    same_as_sequential(
        [](const Input& in) {
            const auto totals = in.par().inclusive_scan(std::plus<>());
            return totals.zip(totals.rev())
                .map([](auto a, auto b) { return a - b; })
                .inclusive_scan(std::plus<>())
                .skip(1)
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers totals(n.size());
            std::partial_sum(n.begin(), n.end(), totals.begin());
            Numbers differences(n.size());
            for (std::size_t i = 0; i < n.size(); ++i) differences[i] = totals[i] - totals[n.size() - 1 - i];
            std::partial_sum(differences.begin(), differences.end(), differences.begin());
            if (!differences.empty()) differences.erase(differences.begin());
            return differences;
        });
}

TEST(IterScan, KeepsTheOrderOfStrings) {
    const std::vector<std::string> letters{"a", "b", "c"};
    EXPECT_EQ(par_iter(letters).inclusive_scan(std::plus<>()).collect<std::vector>(),
              (std::vector<std::string>{"a", "ab", "abc"}));
    EXPECT_EQ(par_iter(letters).exclusive_scan(std::string(">"), std::plus<>()).collect<std::vector>(),
              (std::vector<std::string>{">", ">a", ">ab"}));
}

TEST(IterScan, ScansAgainWhenConsumedAgain) {
    std::vector<int> numbers{1, 2, 3};
    const auto totals = par_iter(numbers).inclusive_scan(std::plus<>());
    EXPECT_EQ(totals.max(), 6);
    numbers[0] = 10;
    EXPECT_EQ(totals.max(), 15);
}

TEST(IterBlocks, ChangeNeitherItemsNorOrder) {
    const auto is_even = [](std::int64_t x) { return x % 2 == 0; };
    for (const std::size_t size : {std::size_t{3}, std::size_t{1'000}, std::size_t{0} - 1}) {
        same_as_sequential(
            [=](const Input& in) { return in.par().by_uniform_blocks(size).filter(is_even).collect<Numbers>(); },
            [=](const Numbers& n) {
                Numbers result;
                std::ranges::copy_if(n, std::back_inserter(result), is_even);
                return result;
            });
    }
    same_as_sequential([=](const Input& in) { return in.par().by_exponential_blocks().collect<Numbers>(); },
                       [](const Numbers& n) { return n; });
}

TEST(IterBlocks, RunOneAfterTheOther) {
    in_every_pool([] {
        std::vector<std::atomic<int>> done(1000);
        par_range(std::size_t{0}, done.size()).by_uniform_blocks(100).for_each([&](std::size_t i) {
            done[i] = 1;
            const std::size_t begin = i / 100 * 100;
            for (std::size_t before = 0; before < begin; ++before)
                EXPECT_EQ(done[before], 1) << before << " before " << i;
        });
    });
}

TEST(IterBlocks, FindTheFirstWithoutRunningFarAhead) {
    std::atomic<int> made{0};
    in_every_pool([&] {
        const auto counted = par_range(0, 1'000'000).map([&](int x) { return ++made, x; });
        EXPECT_EQ(counted.by_uniform_blocks(50).find_first([](int x) { return x >= 120; }), 120);
        EXPECT_LE(made.exchange(0), 150);
        EXPECT_EQ(counted.by_exponential_blocks().find_first([](int x) { return x >= 120; }), 120);
        EXPECT_LE(made.exchange(0), 256);
    });
}

TEST(IterReproducibleSum, HasTheSameBitsForAnyNumberOfThreadsAndAnyCut) {
    for (const std::size_t size : sizes) {
        std::vector<double> values;
        for (auto x : numbers_of(size)) values.push_back(std::exp(static_cast<double>(x % 40)) / 3.0);
        std::optional<std::uint64_t> first;
        for (const std::size_t threads : thread_counts) {
            run_in(threads, [&] {
                for (const std::size_t max_len : {std::size_t{1}, std::size_t{100}, std::size_t{1} << 30}) {
                    const double sum = par_iter(values).with_max_len(max_len).reproducible_sum();
                    const auto bits = std::bit_cast<std::uint64_t>(sum);
                    EXPECT_EQ(bits, first.value_or(bits)) << size << " numbers in " << threads << " threads";
                    first = bits;
                    EXPECT_NEAR(sum, std::accumulate(values.begin(), values.end(), 0.0), 1e-9 * std::abs(sum));
                }
            });
        }
    }
}

TEST(IterReproducibleSum, MayWiden) {
    const std::vector<float> values(10'000, 0.1F);
    EXPECT_NEAR(par_iter(values).reproducible_sum<double>(), 1000.0, 1e-4);
    const std::vector<int> none;
    EXPECT_EQ(par_iter(none).reproducible_sum(), 0);
}

}  // namespace
}  // namespace grainscope
