// enumerate, take, skip, step_by, rev, intersperse: pipelines looked at by position, against the sequential answer.
#include <limits>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// The items at the positions first, first + step, ... below last.
Numbers at(const Numbers& numbers, std::size_t first, std::size_t last, std::size_t step = 1) {
    Numbers result;
    for (std::size_t i = first; i < std::min(last, numbers.size()); i += step) result.push_back(numbers[i]);
    return result;
}
Numbers reversed(Numbers numbers) {
    std::ranges::reverse(numbers);
    return numbers;
}
std::int64_t with_index(std::size_t i, std::int64_t x) { return 1'000'000 * static_cast<std::int64_t>(i) + x; }
Numbers indexed(const Numbers& numbers) {
    Numbers result;
    for (std::size_t i = 0; i < numbers.size(); ++i) result.push_back(with_index(i, numbers[i]));
    return result;
}

TEST(IterEnumerate, CountsFromZeroWhateverTheCuts) {
    same_as_sequential([](const Input& in) { return in.par().enumerate().map(with_index).collect<Numbers>(); },
                       indexed);
}

TEST(IterEnumerate, CountsWhatIsThereBehindEveryOtherWindow) {
    same_as_sequential(
        [](const Input& in) { return in.par().skip(2).rev().enumerate().skip(1).map(with_index).collect<Numbers>(); },
        [](const Numbers& n) { return at(indexed(reversed(at(n, 2, n.size()))), 1, n.size()); });
    same_as_sequential(
        [](const Input& in) { return in.par().enumerate().rev().take(50).map(with_index).collect<Numbers>(); },
        [](const Numbers& n) { return at(reversed(indexed(n)), 0, 50); });
}

TEST(IterEnumerate, GivesPairsWithAReferenceToTheElement) {
    std::vector<int> numbers{1, 2};
    static_assert(std::is_same_v<decltype(par_iter_mut(numbers).enumerate())::Item, std::pair<std::size_t, int&>>);
    par_iter_mut(numbers).enumerate().for_each([](std::size_t i, int& x) { x += static_cast<int>(10 * i); });
    EXPECT_EQ(numbers, (std::vector<int>{1, 12}));
}

TEST(IterTakeAndSkip, CutAtEveryLength) {
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{99}, std::size_t{1'000},
                                std::numeric_limits<std::size_t>::max()}) {
        same_as_sequential([n](const Input& in) { return in.par().take(n).collect<Numbers>(); },
                           [n](const Numbers& all) { return at(all, 0, n); });
        same_as_sequential([n](const Input& in) { return in.par().skip(n).collect<Numbers>(); },
                           [n](const Numbers& all) { return at(all, n, all.size()); });
    }
}

TEST(IterTakeAndSkip, OfEachOther) {
    same_as_sequential([](const Input& in) { return in.par().skip(3).take(500).skip(1).take(100).collect<Numbers>(); },
                       [](const Numbers& n) { return at(at(at(at(n, 3, n.size()), 0, 500), 1, n.size()), 0, 100); });
}

TEST(IterTakeAndSkip, NeverMakeWhatIsNotTaken) {
    std::atomic<int> calls{0};
    const Numbers numbers = numbers_of(1000);
    const auto counted = par_iter(numbers).map([&](auto x) { return ++calls, x; });
    EXPECT_EQ(counted.take(10).count(), 10U);
    EXPECT_EQ(calls.exchange(0), 10);
    EXPECT_EQ(counted.skip(990).count(), 10U);
    EXPECT_EQ(calls.exchange(0), 10);
    EXPECT_EQ(counted.step_by(100).count(), 10U);
    EXPECT_EQ(calls, 10);
}

TEST(IterStepBy, TakesEveryNth) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1'000},
                                   std::numeric_limits<std::size_t>::max()}) {
        same_as_sequential([step](const Input& in) { return in.par().step_by(step).collect<Numbers>(); },
                           [step](const Numbers& n) {
                               Numbers result;
                               for (std::size_t i = 0; i < n.size(); ++i)
                                   if (i % step == 0) result.push_back(n[i]);
                               return result;
                           });
    }
}

TEST(IterRev, GoesFromTheLastToTheFirst) {
    same_as_sequential([](const Input& in) { return in.par().rev().collect<Numbers>(); }, reversed);
    same_as_sequential([](const Input& in) { return in.par().rev().step_by(3).rev().collect<Numbers>(); },
                       [](const Numbers& n) { return reversed(at(reversed(n), 0, n.size(), 3)); });
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .map([](auto x) { return x + 1; })
                .rev()
                .filter([](auto x) { return x % 2 == 0; })
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result;
            for (auto x : reversed(n))
                if ((x + 1) % 2 == 0) result.push_back(x + 1);
            return result;
        });
}

TEST(IterIntersperse, PutsACopyBetweenNeighboursOnly) {
    same_as_sequential([](const Input& in) { return in.par().intersperse(-1).collect<Numbers>(); },
                       [](const Numbers& n) {
                           Numbers result;
                           for (std::size_t i = 0; i < n.size(); ++i) {
                               if (i > 0) result.push_back(-1);
                               result.push_back(n[i]);
                           }
                           return result;
                       });
    const std::vector<std::string> words{"to", "be"};
    EXPECT_EQ(par_iter(words).intersperse(" ").collect<std::string>(), "to be");
}

TEST(IterMapInit, WorksBelowWhatReadsByPosition) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .map_init([] { return std::string("x"); },
                          [](std::string& s, auto x) { return x + static_cast<std::int64_t>(s.size()); })
                .rev()
                .take(777)
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result = at(reversed(n), 0, 777);
            for (auto& x : result) ++x;
            return result;
        });
}

TEST(IterTuning, ChangesNeitherItemsNorOrder) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .with_min_len(0)
                .with_max_len(0)
                .with_grain(auto_grain)
                .with_min_len(3)
                .enumerate()
                .with_grain(2)
                .map(with_index)
                .collect<Numbers>();
        },
        indexed);
}

TEST(IterTuning, MinLenKeepsPiecesTogether) {
    std::atomic<int> pieces{0};
    const Numbers numbers = numbers_of(1000);
    run_in(4, [&] {
        par_iter(numbers)
            .with_min_len(500)
            .with_max_len(1)
            .fold([&] { return ++pieces; }, [](int p, auto) { return p; })
            .for_each([](int) {});
    });
    EXPECT_LE(pieces, 2);
    EXPECT_GE(pieces, 1);
}

TEST(IterTuning, MaxLenSplitsWithoutDemand) {
    std::atomic<int> pieces{0};
    const Numbers numbers = numbers_of(1000);
    run_in(1, [&] {
        par_iter(numbers)
            .with_max_len(100)
            .fold([&] { return ++pieces; }, [](int p, auto) { return p; })
            .for_each([](int) {});
    });
    EXPECT_GE(pieces, 10);
}

}  // namespace
}  // namespace grainscope
