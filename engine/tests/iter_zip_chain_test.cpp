// zip, zip_eq, chain, interleave, interleave_shortest against the sequential answer.
#include <atomic>
#include <memory>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// A second range whose length differs from the input's by a few.
Numbers other_than(const Numbers& numbers, std::ptrdiff_t longer_by) {
    const std::ptrdiff_t length = std::max<std::ptrdiff_t>(0, std::ssize(numbers) + longer_by);
    Numbers other;
    for (std::ptrdiff_t i = 0; i < length; ++i) other.push_back(-7 * i);
    return other;
}
constexpr std::ptrdiff_t differences[] = {-60, -1, 0, 1, 60};

Numbers joined(Numbers a, const Numbers& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
Numbers by_turns(const Numbers& a, const Numbers& b, bool shortest) {
    Numbers result;
    std::size_t i = 0;
    std::size_t j = 0;
    for (bool first = true; i < a.size() || j < b.size(); first = !first) {
        const bool is_there = first ? i < a.size() : j < b.size();
        if (is_there)
            result.push_back(first ? a[i++] : b[j++]);
        else if (shortest)
            break;
    }
    return result;
}

TEST(IterZip, PairsAsManyAsTheShorterHas) {
    for (const auto longer_by : differences) {
        same_as_sequential(
            [=](const Input& in) {
                const Numbers other = other_than(in.numbers, longer_by);
                return in.par().zip(other).map([](auto a, auto b) { return a - 3 * b; }).collect<Numbers>();
            },
            [=](const Numbers& n) {
                const Numbers other = other_than(n, longer_by);
                Numbers result;
                for (std::size_t i = 0; i < std::min(n.size(), other.size()); ++i)
                    result.push_back(n[i] - 3 * other[i]);
                return result;
            });
    }
}

TEST(IterZip, OfThreeOneOfThemReversed) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .rev()
                .zip(par_range(std::size_t{0}, in.size()).zip(in.par().map([](auto x) { return 2 * x; })))
                .map([](auto x, const auto& rest) { return x + static_cast<std::int64_t>(rest.first) * rest.second; })
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result;
            for (std::size_t i = 0; i < n.size(); ++i)
                result.push_back(n[n.size() - 1 - i] + static_cast<std::int64_t>(i) * 2 * n[i]);
            return result;
        });
}

TEST(IterZip, GivesReferencesThroughWhichToWrite) {
    std::vector<int> to(100);
    const std::vector<int> from(100, 3);
    par_iter_mut(to).zip(from).for_each([](int& t, const int& f) { t = f; });
    EXPECT_EQ(to, from);
}

TEST(IterZip, TakesOverWhatIsGivenAway) {
    std::vector<std::unique_ptr<int>> left;
    std::vector<std::unique_ptr<int>> right;
    for (int i = 0; i < 100; ++i)
        left.push_back(std::make_unique<int>(i)), right.push_back(std::make_unique<int>(2 * i));
    auto sums = into_par_iter(std::move(left))
                    .zip(std::move(right))
                    .map([](std::unique_ptr<int> a, std::unique_ptr<int> b) { return *a + *b; })
                    .collect<std::vector>();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)], 3 * i);
}

TEST(IterZipEq, IsZipForEqualLengths) {
    same_as_sequential(
        [](const Input& in) {
            return in.par().zip_eq(in.numbers).map([](auto a, auto b) { return a + b; }).collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers result = n;
            for (auto& x : result) x *= 2;
            return result;
        });
}

TEST(IterChain, GivesTheSecondAfterTheFirst) {
    for (const auto longer_by : differences) {
        same_as_sequential(
            [=](const Input& in) {
                const Numbers other = other_than(in.numbers, longer_by);
                return in.par().chain(other).collect<Numbers>();
            },
            [=](const Numbers& n) { return joined(n, other_than(n, longer_by)); });
    }
}

TEST(IterChain, IsIndexedIfBothSidesAre) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .chain(in.par().rev())
                .skip(2)
                .rev()
                .enumerate()
                .map([](std::size_t i, auto x) { return x + static_cast<std::int64_t>(i); })
                .collect<Numbers>();
        },
        [](const Numbers& n) {
            Numbers both = joined(n, Numbers(n.rbegin(), n.rend()));
            both.erase(both.begin(), both.begin() + std::min<std::ptrdiff_t>(2, std::ssize(both)));
            std::ranges::reverse(both);
            for (std::size_t i = 0; i < both.size(); ++i) both[i] += static_cast<std::int64_t>(i);
            return both;
        });
    const Numbers numbers;
    const auto unindexed = par_iter(numbers).filter([](auto) { return true; });
    static_assert(IndexedPipeline<decltype(par_iter(numbers).chain(numbers))>);
    static_assert(!IndexedPipeline<decltype(par_iter(numbers).chain(unindexed))>);
}

TEST(IterChain, KeepsOrderWhereOneSideIsUnindexed) {
    const auto is_even = [](std::int64_t x) { return x % 2 == 0; };
    same_as_sequential(
        [&](const Input& in) {
            return in.par().filter(is_even).chain(in.par().rev()).chain(in.par().filter(is_even)).collect<Numbers>();
        },
        [&](const Numbers& n) {
            Numbers even;
            std::ranges::copy_if(n, std::back_inserter(even), is_even);
            return joined(joined(even, Numbers(n.rbegin(), n.rend())), even);
        });
}

TEST(IterChain, FindsTheFirstOnTheLeftThoughTheRightHasItToo) {
    for_every_input([](const Input& in) {
        const auto left = in.par().enumerate().filter([](std::size_t i, auto) { return i % 2 == 1; });
        const auto right = in.par().enumerate().map(
            [](std::size_t i, const auto& x) { return std::pair<std::size_t, const std::int64_t&>(i + 1'000'000, x); });
        const auto found = left.chain(right).find_first([](std::size_t, auto) { return true; });
        ASSERT_EQ(found.has_value(), in.size() > 0);
        EXPECT_EQ(found ? found->first : 1, in.size() == 1 ? 1'000'000U : 1U) << in;
    });
}

TEST(IterInterleave, TakesTurnsAndThenTheRest) {
    for (const auto longer_by : differences) {
        same_as_sequential(
            [=](const Input& in) {
                const Numbers other = other_than(in.numbers, longer_by);
                return in.par().interleave(other).collect<Numbers>();
            },
            [=](const Numbers& n) { return by_turns(n, other_than(n, longer_by), false); });
        same_as_sequential(
            [=](const Input& in) {
                const Numbers other = other_than(in.numbers, longer_by);
                return in.par().interleave_shortest(other).collect<Numbers>();
            },
            [=](const Numbers& n) { return by_turns(n, other_than(n, longer_by), true); });
    }
}

TEST(IterInterleave, GivesTheCommonTypeOfBoth) {
    const std::vector<int> a{1, 2};
    const std::vector<long> b{3, 4, 5};
    EXPECT_EQ(par_iter(a).interleave(b).collect<std::vector>(), (std::vector<long>{1, 3, 2, 4, 5}));
    EXPECT_EQ(par_iter(a).chain(b).collect<std::vector>(), (std::vector<long>{1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace grainscope
