// cmp, eq, ne, lt, le, gt, ge, is_sorted*: two pipelines, or neighbours, compared.
#include <atomic>
#include <compare>
#include <limits>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// Neighbours of a list in lexicographic order: itself, one item changed, one less, one more.
std::vector<Numbers> near(const Numbers& numbers) {
    std::vector<Numbers> result{numbers, {}, numbers};
    result.back().push_back(0);
    if (numbers.empty()) return result;
    for (const std::size_t place : {std::size_t{0}, numbers.size() / 2, numbers.size() - 1}) {
        for (const std::int64_t change : {-1, 1}) {
            result.push_back(numbers);
            result.back()[place] += change;
        }
    }
    result.push_back(numbers);
    result.back().pop_back();
    return result;
}

TEST(IterCompare, IsLexicographic) {
    for_every_input([](const Input& in) {
        for (const Numbers& other : near(in.numbers)) {
            const auto order = in.numbers <=> other;
            EXPECT_EQ(in.par().cmp(other), order) << in;
            EXPECT_EQ(in.par().cmp(in.cuts(par_iter(other))), order) << in;
            EXPECT_EQ(in.par().eq(other), order == 0) << in;
            EXPECT_EQ(in.par().ne(other), order != 0) << in;
            EXPECT_EQ(in.par().lt(other), order < 0) << in;
            EXPECT_EQ(in.par().le(other), order <= 0) << in;
            EXPECT_EQ(in.par().gt(other), order > 0) << in;
            EXPECT_EQ(in.par().ge(other), order >= 0) << in;
        }
    });
}

TEST(IterCompare, OfFloatingPointIsPartial) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> a{1.0, nan, 3.0};
    const std::vector<double> b{1.0, 2.0, 3.0};
    static_assert(std::is_same_v<decltype(par_iter(a).cmp(b)), std::partial_ordering>);
    EXPECT_TRUE(par_iter(a).cmp(b) == std::partial_ordering::unordered);
    EXPECT_FALSE(par_iter(a).eq(a));
    EXPECT_FALSE(par_iter(a).lt(b) || par_iter(a).ge(b));
    EXPECT_TRUE(par_iter(b).eq(b));
}

TEST(IterCompare, OfTypesThatOnlyKnowLessAndEqual) {
    struct Old {
        int value;
        bool operator<(const Old& other) const { return value < other.value; }
    };
    const std::vector<Old> a{{1}, {2}};
    const std::vector<Old> b{{1}, {3}};
    EXPECT_TRUE(par_iter(a).lt(b));
    EXPECT_TRUE(par_iter(a).cmp(a) == 0);
    const std::vector<std::string> words{"a", "b"};
    const std::vector<const char*> letters{"a", "b"};
    EXPECT_TRUE(par_iter(words).eq(letters));
}

TEST(IterCompare, StopsAtTheFirstDifference) {
    constexpr std::int64_t endless = std::int64_t{1} << 60;
    in_every_pool([] {
        const auto numbers = par_range(std::int64_t{0}, endless);
        const auto differ = numbers.map([](std::int64_t x) { return x == 1'000 ? 0 : x; });
        EXPECT_FALSE(numbers.eq(differ));
        EXPECT_TRUE(numbers.cmp(differ) == std::strong_ordering::greater);
    });
    EXPECT_FALSE(par_range(std::int64_t{0}, endless).eq(par_range(std::int64_t{0}, endless - 1)));
}

TEST(IterIsSorted, LooksAtEveryNeighbourhood) {
    for_every_input([](const Input& in) {
        EXPECT_EQ(in.par().is_sorted(), std::ranges::is_sorted(in.numbers)) << in;
        Numbers ordered = sorted(in.numbers);
        EXPECT_TRUE(in.cuts(par_iter(ordered)).is_sorted()) << in;
        EXPECT_TRUE(in.cuts(par_iter(ordered)).rev().is_sorted_by(std::greater<>())) << in;
        EXPECT_TRUE(in.cuts(par_iter(ordered)).map([](auto x) { return -x; }).is_sorted_by_key([](auto x) {
            return -x;
        })) << in;
        for (std::size_t place = 1; place < ordered.size(); place += 1 + ordered.size() / 20) {
            Numbers broken = ordered;
            broken[place] = broken[place - 1] - 1;
            EXPECT_FALSE(in.cuts(par_iter(broken)).is_sorted()) << in << ", place " << place;
            EXPECT_FALSE(in.cuts(par_iter(broken)).map([](auto x) { return std::pair(x, x); }).is_sorted())
                << in << ", place " << place;
        }
    });
}

TEST(IterIsSorted, MakesEveryItemAtMostOnce) {
    std::atomic<int> made{0};
    in_every_pool([&] {
        EXPECT_TRUE(par_range(0, 1000).with_max_len(10).map([&](int x) { return ++made, x; }).is_sorted());
        EXPECT_EQ(made.exchange(0), 1000);
    });
}

TEST(IterIsSorted, StopsSoonAfterItKnows) {
    in_every_pool([] {
        EXPECT_FALSE(
            par_range(std::int64_t{0}, std::int64_t{1} << 60).map([](auto x) { return x == 100 ? 0 : x; }).is_sorted());
    });
}

TEST(IterIsSorted, SurvivesAnOrderThatIsNone) {
    for_every_input([](const Input& in) {
        EXPECT_EQ(in.par().is_sorted_by([](auto, auto) { return true; }), in.size() < 2) << in;
        EXPECT_TRUE(in.par().is_sorted_by([](auto, auto) { return false; })) << in;
    });
}

}  // namespace
}  // namespace grainscope
