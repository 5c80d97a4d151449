// sum, product, count, reduce*, try_reduce, min* and max*: many items become one value.
#include <atomic>
#include <expected>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

std::int64_t sum_of(const Numbers& n) { return std::accumulate(n.begin(), n.end(), std::int64_t{0}); }

TEST(IterSum, AddsAllItems) {
    same_as_sequential([](const Input& in) { return Numbers{in.par().sum()}; },
                       [](const Numbers& n) { return Numbers{sum_of(n)}; });
    same_as_sequential(
        [](const Input& in) {
            return Numbers{
                static_cast<std::int64_t>(in.par().map([](auto x) { return static_cast<double>(x) / 2; }).sum() * 2)};
        },
        [](const Numbers& n) { return Numbers{sum_of(n)}; });
    same_as_sequential([](const Input& in) { return Numbers{in.par().filter([](auto x) { return x > 3; }).sum()}; },
                       [](const Numbers& n) {
                           std::int64_t sum = 0;
                           for (auto x : n) sum += x > 3 ? x : 0;
                           return Numbers{sum};
                       });
}

TEST(IterSum, MayWiden) {
    const std::vector<std::int32_t> large(1000, std::numeric_limits<std::int32_t>::max());
    EXPECT_EQ(par_iter(large).sum<std::int64_t>(), 1000LL * std::numeric_limits<std::int32_t>::max());
    const std::vector<float> fine(1000, 0.1F);
    EXPECT_NEAR(par_iter(fine).sum<double>(), 100.0, 1e-4);
}

TEST(IterSum, OfTypesNarrowerThanInt) {
    const std::vector<std::int16_t> small{1, 2, 3};
    static_assert(std::is_same_v<decltype(par_iter(small).sum()), std::int16_t>);
    EXPECT_EQ(par_iter(small).sum(), 6);
    EXPECT_EQ(par_iter(small).product(), 6);
}

TEST(IterSum, OfStringsKeepsTheirOrder) {
    for_every_input([](const Input& in) {
        const std::string all =
            in.par().map([](auto x) { return std::string(1, static_cast<char>('a' + (x + 5) % 26)); }).sum();
        ASSERT_EQ(all.size(), in.size()) << in;
        for (std::size_t i = 0; i < all.size(); ++i)
            ASSERT_EQ(all[i], static_cast<char>('a' + (in.numbers[i] + 5) % 26)) << in;
    });
}

TEST(IterProduct, OfShortUnsignedNumbersWrapsAsOtherUnsignedNumbersDo) {
    const std::vector<std::uint16_t> large(3, 65535);
    EXPECT_EQ(par_iter(large).product(), 65535);  // -1 modulo 2^16, to the third
}

TEST(IterProduct, MultipliesAllItems) {
    same_as_sequential(
        [](const Input& in) {
            return Numbers{static_cast<std::int64_t>(
                in.par().map([](auto x) { return static_cast<std::uint64_t>(2 * x + 1); }).product())};
        },
        [](const Numbers& n) {
            std::uint64_t product = 1;
            for (auto x : n) product *= static_cast<std::uint64_t>(2 * x + 1);
            return Numbers{static_cast<std::int64_t>(product)};
        });
    const std::vector<int> none;
    EXPECT_EQ(par_iter(none).product(), 1);
}

TEST(IterCount, CountsAndMakesEveryItem) {
    std::atomic<std::int64_t> made{0};
    same_as_sequential(
        [&](const Input& in) {
            made = 0;
            const auto count = static_cast<std::int64_t>(in.par().inspect([&](auto) { ++made; }).count());
            EXPECT_EQ(made, count);
            return Numbers{count};
        },
        [](const Numbers& n) { return Numbers{std::ssize(n)}; });
}

TEST(IterReduce, KeepsTheOrderOfItems) {
    for_every_input([](const Input& in) {
        const auto letters = in.par().map([](auto x) { return std::string(1, static_cast<char>('a' + (x + 5) % 26)); });
        std::string expected;
        for (auto x : in.numbers) expected += static_cast<char>('a' + (x + 5) % 26);
        EXPECT_EQ(letters.reduce([] { return std::string(); }, std::plus<>()), expected) << in;
        EXPECT_EQ(letters.reduce_with(std::plus<>()).value_or(""), expected) << in;
    });
}

TEST(IterReduce, WithoutItemsIsTheIdentityAndReduceWithNothing) {
    const std::vector<int> none;
    EXPECT_EQ(par_iter(none).reduce([] { return 42; }, std::plus<>()), 42);
    EXPECT_EQ(par_iter(none).reduce_with(std::plus<>()), std::nullopt);
}

TEST(IterReduce, OfItemsThatOnlyMove) {
    in_every_pool([] {
        std::vector<std::unique_ptr<int>> owners;
        for (int i = 0; i < 100; ++i) owners.push_back(std::make_unique<int>(i));
        const auto add = [](std::unique_ptr<int> a, std::unique_ptr<int> b) { return *a += *b, std::move(a); };
        const auto sum = into_par_iter(std::move(owners)).with_max_len(1).reduce_with(add);
        EXPECT_EQ(**sum, 4950);
    });
}

using Checked = std::expected<std::int64_t, std::string>;
Checked checked_add(std::int64_t a, std::int64_t b) {
    if (a > 1'000'000'000 - b) return std::unexpected("too much");
    return a + b;
}

TEST(IterTryReduce, ReducesSuccesses) {
    same_as_sequential(
        [](const Input& in) {
            const Checked sum = in.par()
                                    .map([](auto x) { return Checked(x % 100); })
                                    .try_reduce([] { return std::int64_t{0}; }, checked_add);
            return Numbers{sum.value_or(-1)};
        },
        [](const Numbers& n) {
            std::int64_t sum = 0;
            for (auto x : n) sum += x % 100;
            return Numbers{sum};
        });
}

TEST(IterTryReduce, GivesAFailureOfAnItemOrOfTheOperation) {
    for_every_input([](const Input& in) {
        const auto of_item =
            in.par()
                .map([](auto x) -> Checked { return x == 3 ? Checked(std::unexpect, "three") : Checked(x % 100); })
                .try_reduce([] { return std::int64_t{0}; }, checked_add);
        const bool has_three = std::ranges::count(in.numbers, 3) > 0;
        EXPECT_EQ(of_item.has_value(), !has_three) << in;
        EXPECT_EQ(has_three ? of_item.error() : "three", "three");
        const auto of_operation = in.par()
                                      .map([](auto) { return Checked(600'000'000); })
                                      .try_reduce([] { return std::int64_t{0}; }, checked_add);
        EXPECT_EQ(of_operation.has_value(), in.size() < 2) << in;
    });
}

struct Tied {
    std::int64_t key;
    std::size_t place;
};
/// The places of the extremes by `pipeline`, which has items of Tied.
template <class P>
Numbers places(const P& pipeline) {
    const auto less = [](const Tied& a, const Tied& b) { return a.key < b.key; };
    const auto key = [](const Tied& t) { return t.key; };
    Numbers result;
    for (const std::optional<Tied>& found :
         {pipeline.min_by(less), pipeline.max_by(less), pipeline.min_by_key(key), pipeline.max_by_key(key)})
        result.push_back(found ? static_cast<std::int64_t>(found->place) : -1);
    return result;
}

TEST(IterMinMax, OfEqualsMinIsTheFirstAndMaxTheLast) {
    same_as_sequential(
        [](const Input& in) {
            return places(in.par().enumerate().map([](std::size_t i, auto x) { return Tied{x % 10, i}; }));
        },
        [](const Numbers& n) {
            if (n.empty()) return Numbers{-1, -1, -1, -1};
            std::size_t least = 0;
            std::size_t most = 0;
            for (std::size_t i = 0; i < n.size(); ++i) {
                if (n[i] % 10 < n[least] % 10) least = i;
                if (n[i] % 10 >= n[most] % 10) most = i;
            }
            const auto first = static_cast<std::int64_t>(least);
            const auto last = static_cast<std::int64_t>(most);
            return Numbers{first, last, first, last};
        });
}

TEST(IterMinMax, CompareTheItemsThemselves) {
    same_as_sequential(
        [](const Input& in) {
            Numbers result = listed(in.par().min());
            for (auto x : listed(in.par().max())) result.push_back(x);
            return result;
        },
        [](const Numbers& n) {
            return n.empty() ? Numbers{} : Numbers{*std::ranges::min_element(n), *std::ranges::max_element(n)};
        });
    const Numbers numbers{5, 7, 7};
    EXPECT_EQ(par_iter(numbers).enumerate().max_by_key([](std::size_t, std::int64_t x) { return x; })->first, 2U);
    EXPECT_EQ(par_iter(numbers).enumerate().min()->second, 5);
}

TEST(IterMinMax, CallTheKeyOnceForEveryItem) {
    std::atomic<int> calls{0};
    in_every_pool([&] {
        const Numbers numbers = numbers_of(1000);
        static_cast<void>(par_iter(numbers).min_by_key([&](std::int64_t x) { return ++calls, x; }));
        EXPECT_EQ(calls.exchange(0), 1000);
    });
}

TEST(IterMinMax, OfItemsThatOnlyMove) {
    std::vector<std::unique_ptr<int>> owners;
    for (int i = 0; i < 100; ++i) owners.push_back(std::make_unique<int>(i * 37 % 100));
    const auto most = into_par_iter(std::move(owners)).max_by_key([](const std::unique_ptr<int>& p) { return *p; });
    EXPECT_EQ(**most, 99);
}

TEST(IterMinMax, SurviveAnOrderThatIsNone) {
    for_every_input([](const Input& in) {
        const auto no_order = [](std::int64_t a, std::int64_t b) { return (a * 7919 + b * 104'729) % 3 == 0; };
        const auto some = in.par().min_by(no_order);
        EXPECT_EQ(some.has_value(), in.size() > 0);
        EXPECT_TRUE(!some || std::ranges::count(in.numbers, *some) > 0) << in;
        const auto nan =
            in.par().map([](auto x) { return x % 3 == 0 ? std::numeric_limits<double>::quiet_NaN() : 1.0; }).max();
        EXPECT_EQ(nan.has_value(), in.size() > 0);
    });
}

}  // namespace
}  // namespace grainscope
