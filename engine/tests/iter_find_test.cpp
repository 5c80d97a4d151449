// any, all, find_*, find_map_*, position_*: the right item, and nobody searches on for long.
#include <atomic>
#include <optional>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// True for about one number in ten; for some inputs for none.
const auto liked = [](std::int64_t x) { return x % 11 == 7; };
const auto liked_negated = [](std::int64_t x) { return liked(x) ? std::optional(-x) : std::nullopt; };

Numbers places_of_liked(const Numbers& n) {
    Numbers places;
    for (std::size_t i = 0; i < n.size(); ++i)
        if (liked(n[i])) places.push_back(static_cast<std::int64_t>(i));
    return places;
}
Numbers first_and_last(const Numbers& places) {
    return places.empty() ? Numbers{} : Numbers{places.front(), places.back()};
}
Numbers both(const std::optional<std::int64_t>& first, const std::optional<std::int64_t>& last) {
    EXPECT_EQ(first.has_value(), last.has_value());
    return first && last ? Numbers{*first, *last} : Numbers{};
}

TEST(IterFind, FirstAndLastAreTheFirstAndTheLast) {
    same_as_sequential(
        [](const Input& in) {
            const auto pairs = in.par().enumerate();
            const auto is_liked = [](std::size_t, std::int64_t x) { return liked(x); };
            const auto first = pairs.find_first(is_liked);
            const auto last = pairs.find_last(is_liked);
            EXPECT_EQ(first.has_value(), last.has_value()) << in;
            return first && last
                       ? Numbers{static_cast<std::int64_t>(first->first), static_cast<std::int64_t>(last->first)}
                       : Numbers{};
        },
        [](const Numbers& n) { return first_and_last(places_of_liked(n)); });
}

TEST(IterFind, MapFirstAndMapLastToo) {
    same_as_sequential(
        [](const Input& in) {
            return both(in.par().find_map_first(liked_negated), in.par().find_map_last(liked_negated));
        },
        [](const Numbers& n) {
            Numbers result = first_and_last(places_of_liked(n));
            for (auto& place : result) place = -n[static_cast<std::size_t>(place)];
            return result;
        });
}

TEST(IterFind, LastIsTheLastBehindStepsThatMayStop) {
    for_every_input([](const Input& in) {
        const auto all = in.par().map([](auto x) { return std::optional(x); }).while_some();
        EXPECT_EQ(all.find_last(liked), in.par().find_last(liked)) << in;
    });
}

TEST(IterFind, AnyIsOneOfThem) {
    for_every_input([](const Input& in) {
        const bool is_there = std::ranges::any_of(in.numbers, liked);
        const auto found = in.par().find_any(liked);
        const auto made = in.par().find_map_any(liked_negated);
        EXPECT_EQ(found.has_value(), is_there) << in;
        EXPECT_EQ(made.has_value(), is_there) << in;
        EXPECT_TRUE(!found || liked(*found)) << in;
        EXPECT_TRUE(!made || liked(-*made)) << in;
    });
}

TEST(IterPosition, FirstAndLastAreTheFirstAndTheLast) {
    same_as_sequential(
        [](const Input& in) { return both(in.par().position_first(liked), in.par().position_last(liked)); },
        [](const Numbers& n) { return first_and_last(places_of_liked(n)); });
    same_as_sequential(
        [](const Input& in) {
            return both(in.par().skip(5).position_first(liked), in.par().skip(5).position_last(liked));
        },
        [](const Numbers& n) {
            return first_and_last(
                places_of_liked(Numbers(n.begin() + std::min<std::ptrdiff_t>(5, std::ssize(n)), n.end())));
        });
}

TEST(IterPosition, AnyIsOneOfThem) {
    for_every_input([](const Input& in) {
        const auto found = in.par().position_any(liked);
        EXPECT_EQ(found.has_value(), std::ranges::any_of(in.numbers, liked)) << in;
        EXPECT_TRUE(!found || liked(in.numbers[*found])) << in;
    });
}

TEST(IterAnyAndAll, AnswerAsTheLoopDoes) {
    same_as_sequential(
        [](const Input& in) {
            return Numbers{in.par().any(liked), in.par().all(liked), in.par().all([](auto x) { return x > -6; }),
                           in.par().any([](auto) { return false; })};
        },
        [](const Numbers& n) {
            return Numbers{std::ranges::any_of(n, liked), std::ranges::all_of(n, liked), 1, 0};
        });
}

TEST(IterFind, MakesNothingBehindTheHitOnOneThread) {
    std::atomic<int> made{0};
    run_in(1, [&] {
        const auto counted = par_range(0, 1'000'000).with_grain(1'000).map([&](int x) { return ++made, x; });
        const auto hit = [](int x) { return x == 500; };
        EXPECT_TRUE(counted.any(hit));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_FALSE(counted.all([](int x) { return x < 500; }));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_TRUE(counted.find_any(hit));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_TRUE(counted.find_first(hit));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_TRUE(counted.position_first(hit));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_TRUE(counted.filter([](int x) { return x > 100; }).find_first(hit));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_TRUE(counted.find_map_any([](int x) { return x == 500 ? std::optional(x) : std::nullopt; }));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_FALSE(counted.try_for_each([](int x) { return x < 500 ? std::optional(x) : std::nullopt; }));
        EXPECT_EQ(made.exchange(0), 501);
        EXPECT_FALSE(counted.rev().is_sorted());
        EXPECT_LE(made.exchange(0), 2);
    });
}

// What follows would take days if the pieces to the right of the hit did not stop.
constexpr std::int64_t endless = std::int64_t{1} << 60;

TEST(IterFind, StopsTheSiblingsInEveryPool) {
    in_every_pool([] {
        const auto hit = [](std::int64_t x) { return x == 54'321; };
        EXPECT_EQ(par_range(std::int64_t{0}, endless).find_first(hit), 54'321);
        EXPECT_EQ(par_range(std::int64_t{0}, endless).find_any(hit), 54'321);
        EXPECT_EQ(par_range(std::int64_t{0}, endless).position_any(hit), 54'321U);
        EXPECT_TRUE(par_range(std::int64_t{0}, endless).any(hit));
        EXPECT_FALSE(par_range(std::int64_t{0}, endless).all([](std::int64_t x) { return x < 54'321; }));
        EXPECT_FALSE(par_range(std::int64_t{0}, endless).try_for_each([&](std::int64_t x) {
            return hit(x) ? std::nullopt : std::optional(x);
        }));
        EXPECT_EQ(par_range(std::int64_t{0}, endless).take_any(1'000).count(), 1'000U);
        const auto zipped = par_range(std::int64_t{0}, endless).zip(par_range(std::int64_t{0}, endless).rev());
        EXPECT_FALSE(zipped.all([&](std::int64_t x, std::int64_t) { return !hit(x); }));
    });
}

TEST(IterFind, StopsInsideAFlatMap) {
    in_every_pool([] {
        const auto found = par_range(std::int64_t{0}, endless)
                               .flat_map([](std::int64_t x) { return par_range(x, x + endless / 2); })
                               .find_any([](std::int64_t x) { return x % 1'000 == 999; });
        EXPECT_EQ(found.value_or(0) % 1'000, 999);
    });
}

TEST(IterFind, SearchesRangesOfMoreThan64Bits) {
    __extension__ using Wide = __int128;
    in_every_pool([] {
        const Wide huge = Wide{1} << 100;
        const auto found = par_range(-huge, huge).find_first([&](Wide x) { return x == 12'345 - huge; });
        EXPECT_TRUE(found.has_value() && *found == 12'345 - huge);
        EXPECT_TRUE(par_range(Wide{0}, huge).any([](Wide x) { return x % 1'000 == 999; }));
        EXPECT_EQ(par_range(huge, huge + 1'000).count(), 1'000U);
        EXPECT_EQ(par_range(huge, -huge).count(), 0U);
    });
}

TEST(IterFind, KeepsTheItemByValue) {
    const std::vector<std::string> words{"to", "be"};
    static_assert(
        std::is_same_v<decltype(par_iter(words).find_first(&std::string::empty)), std::optional<std::string>>);
    EXPECT_EQ(par_iter(words).find_first([](const auto& w) { return w[0] == 'b'; }), "be");
}

}  // namespace
}  // namespace grainscope
