// map, filter and what else lets items pass one to one or leaves some out, against the sequential answer.
#include <atomic>
#include <memory>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

const auto is_odd = [](std::int64_t x) { return x % 2 != 0; };
const auto odd_halved = [](std::int64_t x) { return x % 2 != 0 ? std::optional(x / 2) : std::nullopt; };

template <class F>
Numbers mapped(const Numbers& numbers, const F& f) {
    Numbers result;
    for (const auto& number : numbers) result.push_back(f(number));
    return result;
}
template <class F>
Numbers filtered(const Numbers& numbers, const F& f) {
    Numbers result;
    for (const auto& number : numbers)
        if (f(number)) result.push_back(number);
    return result;
}

TEST(IterMap, GivesWhatTheClosureMakesInOrder) {
    same_as_sequential([](const Input& in) { return in.par().map([](auto x) { return 3 * x; }).collect<Numbers>(); },
                       [](const Numbers& n) { return mapped(n, [](auto x) { return 3 * x; }); });
}

TEST(IterMap, PassesReferencesOn) {
    std::vector<std::string> words{"to", "be", "or"};
    std::vector<const std::string*> seen =
        par_iter(words).map([](const std::string& word) { return &word; }).collect<std::vector>();
    for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(seen[i], &words[i]);
    std::vector<std::size_t> sizes_of = par_iter(words).map(&std::string::size).collect<std::vector>();
    EXPECT_EQ(sizes_of, (std::vector<std::size_t>{2, 2, 2}));
}

TEST(IterMap, OfNothingGivesMonostates) {
    const Numbers numbers = numbers_of(100);
    EXPECT_EQ(par_iter(numbers).map([](auto) {}).count(), 100U);
}

TEST(IterMap, TakesItemsThatOnlyMove) {
    in_every_pool([] {
        std::vector<std::unique_ptr<int>> owners;
        for (int i = 0; i < 1000; ++i) owners.push_back(std::make_unique<int>(i));
        auto out = into_par_iter(std::move(owners))
                       .with_max_len(7)
                       .map([](std::unique_ptr<int> p) { return std::make_unique<int>(2 * *p); })
                       .collect<std::vector>();
        ASSERT_EQ(out.size(), 1000U);
        for (int i = 0; i < 1000; ++i) EXPECT_EQ(*out[static_cast<std::size_t>(i)], 2 * i);
    });
}

TEST(IterMapInit, MakesAStateForEveryPieceAndNoneIsShared) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .map_init([] { return std::make_unique<std::int64_t>(0); },
                          [](std::unique_ptr<std::int64_t>& state, std::int64_t x) {
                              *state = x;  // a race if two workers had the same one
                              return *state + 1;
                          })
                .collect<Numbers>();
        },
        [](const Numbers& n) { return mapped(n, [](auto x) { return x + 1; }); });
}

TEST(IterMapInit, CallsInitOncePerPieceNotPerItem) {
    std::atomic<int> made{0};
    run_in(1, [&] {
        const Numbers numbers = numbers_of(1000);
        par_iter(numbers)
            .map_init([&] { return ++made; }, [](int&, std::int64_t x) { return x; })
            .for_each([](std::int64_t) {});
    });
    EXPECT_EQ(made, 1);
}

TEST(IterMapWith, GivesEveryPieceACopy) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .map_with(std::string("ab"),
                          [](std::string& s, std::int64_t x) {
                              s[0] = 'x';
                              return x + static_cast<std::int64_t>(s.size());
                          })
                .collect<Numbers>();
        },
        [](const Numbers& n) { return mapped(n, [](auto x) { return x + 2; }); });
}

TEST(IterFilter, KeepsWhatThePredicateLikesInOrder) {
    same_as_sequential([](const Input& in) { return in.par().filter(is_odd).collect<Numbers>(); },
                       [](const Numbers& n) { return filtered(n, is_odd); });
}

TEST(IterFilter, OfAFilterOfAMap) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .map([](auto x) { return 7 * x; })
                .filter(is_odd)
                .filter([](auto x) { return x % 3 == 0; })
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            return filtered(mapped(n, [](auto x) { return 7 * x; }), [](auto x) { return x % 2 != 0 && x % 3 == 0; });
        });
}

TEST(IterFilterMap, UnwrapsOptionals) {
    same_as_sequential([](const Input& in) { return in.par().filter_map(odd_halved).collect<Numbers>(); },
                       [](const Numbers& n) { return mapped(filtered(n, is_odd), [](auto x) { return x / 2; }); });
}

TEST(IterFilterMap, TakesPointers) {
    const Numbers numbers{1, 2, 3};
    const auto odd = par_iter(numbers)
                         .filter_map([](const std::int64_t& x) { return x % 2 != 0 ? &x : nullptr; })
                         .collect<std::vector>();
    EXPECT_EQ(odd, (Numbers{1, 3}));
}

TEST(IterInspect, SeesEveryItemOnceAndChangesNone) {
    std::atomic<std::int64_t> seen{0};
    same_as_sequential(
        [&](const Input& in) {
            seen = 0;
            Numbers result = in.par().inspect([&](const std::int64_t& x) { seen += x; }).collect<Numbers>();
            result.push_back(seen);
            return result;
        },
        [](const Numbers& n) {
            Numbers result = n;
            std::int64_t sum = 0;
            for (auto x : n) sum += x;
            result.push_back(sum);
            return result;
        });
}

TEST(IterUpdate, ChangesItemsOnTheirWay) {
    same_as_sequential(
        [](const Input& in) {
            Numbers own = in.numbers;
            Numbers result =
                in.cuts(into_par_iter(std::move(own))).update([](std::int64_t& x) { x += 5; }).collect<Numbers>();
            EXPECT_EQ(in.par().map([](auto x) { return x; }).update([](auto& x) { x += 5; }).collect<Numbers>(),
                      result);
            return result;
        },
        [](const Numbers& n) { return mapped(n, [](auto x) { return x + 5; }); });
}

TEST(IterCloned, MakesValuesOfReferences) {
    const std::vector<std::string> words{"a", "b"};
    auto copies = par_iter(words).cloned();
    static_assert(std::is_same_v<decltype(copies)::Item, std::string>);
    EXPECT_EQ(copies.collect<std::vector<std::string>>(), words);
    EXPECT_EQ(par_iter(words).copied().collect<std::vector<std::string>>(), words);
}

TEST(IterPositions, AreTheIndicesOfWhatThePredicateLikes) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .positions(is_odd)
                .map([](std::size_t i) { return static_cast<std::int64_t>(i); })
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result;
            for (std::size_t i = 0; i < n.size(); ++i)
                if (is_odd(n[i])) result.push_back(static_cast<std::int64_t>(i));
            return result;
        });
}

TEST(IterClosures, TakeAPairAsTwoParameters) {
    const Numbers numbers{5, 6, 7};
    const auto pairs = par_iter(numbers).enumerate();
    EXPECT_EQ(pairs.map([](std::size_t i, std::int64_t x) { return static_cast<std::int64_t>(i) * x; }).sum(), 6 + 14);
    EXPECT_EQ(pairs.filter([](std::size_t i, std::int64_t) { return i > 0; }).count(), 2U);
    EXPECT_EQ(
        pairs.filter_map([](std::size_t i, std::int64_t x) { return i > 0 ? std::optional(x) : std::nullopt; }).sum(),
        13);
    std::atomic<std::size_t> seen{0};
    pairs.inspect([&](std::size_t i, std::int64_t) { seen += i; }).for_each([&](std::size_t i, std::int64_t) {
        seen += i;
    });
    EXPECT_EQ(seen, 6U);
    EXPECT_TRUE(pairs.any([](std::size_t i, std::int64_t x) { return i == 2 && x == 7; }));
}

TEST(IterPipelines, AreValuesThatMayBeUsedTwice) {
    const Numbers numbers = numbers_of(1000);
    const auto odd = par_iter(numbers).filter(is_odd);
    const auto copy = odd;
    EXPECT_EQ(odd.count(), copy.map([](auto x) { return x; }).count());
    EXPECT_EQ(odd.collect<Numbers>(), copy.collect<Numbers>());
}

TEST(IterPipelines, RunNothingBeforeTheyAreConsumed) {
    const Numbers numbers = numbers_of(100);
    std::atomic<int> calls{0};
    const auto pipeline = par_iter(numbers).map([&](auto x) { return ++calls, x; }).filter(is_odd).panic_fuse();
    EXPECT_EQ(calls, 0);
    static_cast<void>(pipeline.count());
    EXPECT_EQ(calls, 100);
}

}  // namespace
}  // namespace grainscope
