// Every source over every container: all items, in order where there is one.
#include <array>
#include <atomic>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

TEST(IterRanges, OfEveryContainerInItsOrder) {
    for_every_input([](const Input& in) {
        if (in.size() > 1'000) return;  // sets and maps would take the time, and are walked by one thread
        const Numbers& n = in.numbers;
        const auto is_copy = [&](const auto& container) {
            const auto got = in.cuts(par_iter(container))
                                 .map([](const auto& x) { return static_cast<std::int64_t>(x); })
                                 .template collect<Numbers>();
            EXPECT_TRUE(std::ranges::equal(got, container)) << in;
        };
        is_copy(n);
        is_copy(std::deque(n.begin(), n.end()));
        is_copy(std::list(n.begin(), n.end()));
        is_copy(std::set(n.begin(), n.end()));
        is_copy(std::unordered_multiset(n.begin(), n.end()));
        is_copy(std::span(n));
        is_copy(std::string(n.size(), 'x'));
        is_copy(std::vector<bool>(n.size(), true));
        is_copy(std::views::iota(std::size_t{0}, n.size()));
        std::map<std::int64_t, std::int64_t> squares;
        for (auto x : n) squares[x] = x * x;
        EXPECT_EQ((in.cuts(par_iter(squares)).collect<std::map<std::int64_t, std::int64_t>>()), squares) << in;
    });
}

TEST(IterRanges, GiveReferencesToTheElementsThemselves) {
    std::list<int> list{1, 2, 3};
    static_assert(std::is_same_v<decltype(par_iter(list))::Item, const int&>);
    static_assert(std::is_same_v<decltype(par_iter_mut(list))::Item, int&>);
    static_assert(std::is_same_v<decltype(into_par_iter(std::move(list)))::Item, int&&>);
    par_iter_mut(list).for_each([](int& x) { x *= 2; });
    EXPECT_EQ(list, (std::list{2, 4, 6}));
    std::map<std::string, int> map{{"a", 1}, {"b", 2}};
    par_iter_mut(map).for_each([](const std::string&, int& value) { value += 10; });
    EXPECT_EQ(map["b"], 12);
    int array[] = {1, 2, 3};
    par_iter_mut(array).for_each([](int& x) { ++x; });
    EXPECT_EQ(par_iter(array).sum(), 9);
    std::vector<int> vector{1, 2};
    par_iter_mut(std::span(vector)).for_each([](int& x) { ++x; });
    EXPECT_EQ(vector[1], 3);
}

TEST(IterRanges, OptionalsHoldOneItemOrNone) {
    std::optional<int> value = 3;
    par_iter_mut(value).for_each([](int& x) { ++x; });
    EXPECT_EQ(par_iter(value).sum(), 4);
    const std::optional<int> none;
    EXPECT_EQ(par_iter(none).count(), 0U);
    EXPECT_EQ(
        into_par_iter(std::optional(std::make_unique<int>(7))).map([](std::unique_ptr<int> p) { return *p; }).sum(), 7);
}

TEST(IterRanges, ContainersAreTakenOverWithItemsThatOnlyMove) {
    in_every_pool([] {
        const auto unwrap = [](std::unique_ptr<int> p) { return *p; };
        std::deque<std::unique_ptr<int>> deque;
        std::list<std::unique_ptr<int>> list;
        std::set<std::unique_ptr<int>> set;
        std::unordered_map<int, std::unique_ptr<int>> map;
        for (int i = 0; i < 100; ++i) {
            deque.push_back(std::make_unique<int>(i));
            list.push_back(std::make_unique<int>(i));
            set.insert(std::make_unique<int>(i));
            map.emplace(i, std::make_unique<int>(i));
        }
        EXPECT_EQ(into_par_iter(std::move(deque)).with_max_len(3).map(unwrap).sum(), 4950);
        EXPECT_EQ(into_par_iter(std::move(list)).with_max_len(3).map(unwrap).sum(), 4950);
        EXPECT_EQ(into_par_iter(std::move(set)).with_max_len(3).map(unwrap).sum(), 4950);
        EXPECT_EQ(into_par_iter(std::move(map))
                      .with_max_len(3)
                      .map([](int key, std::unique_ptr<int> p) { return key + *p; })
                      .sum(),
                  9900);
        std::array<std::unique_ptr<int>, 2> array{std::make_unique<int>(1), std::make_unique<int>(2)};
        EXPECT_EQ(into_par_iter(std::move(array)).map(unwrap).sum(), 3);
    });
}

TEST(IterNumbers, OfEveryWidthUpToTheirEnds) {
    for_every_input([](const Input& in) {
        const auto n = static_cast<std::int64_t>(in.size());
        EXPECT_EQ(in.cuts(par_range(std::int64_t{-3}, n - 3)).sum(), n * (n - 7) / 2) << in;
        EXPECT_EQ(in.cuts(repeat_n(std::string("ab"), in.size())).collect<std::string>().size(), 2 * in.size()) << in;
    });
    EXPECT_EQ(par_range(std::int8_t{-128}, std::int8_t{127}).sum<int>(), -255);
    EXPECT_EQ(
        par_range(std::numeric_limits<std::uint64_t>::max() - 3, std::numeric_limits<std::uint64_t>::max()).count(),
        3U);
    EXPECT_EQ(par_range(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()).len(),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(par_range(0, std::size_t{3}).map([](std::size_t i) { return i; }).sum(), 3U);
    EXPECT_EQ(par_range(3, 3).count() + par_range(3, -3).count(), 0U);
}

TEST(IterNumbers, OnceAndEmpty) {
    EXPECT_EQ(once(std::make_unique<int>(5)).map([](std::unique_ptr<int> p) { return *p; }).sum(), 5);
    EXPECT_EQ(par_once(1).chain(par_once(2)).collect<std::vector>(), (std::vector{1, 2}));
    EXPECT_EQ(grainscope::empty<int>().count() + par_empty<std::string>().count(), 0U);
}

TEST(IterBridge, GivesEveryItemOnce) {
    for_every_input([](const Input& in) {
        std::set<std::int64_t> distinct(in.numbers.begin(), in.numbers.end());
        EXPECT_EQ(sorted(in.cuts(par_bridge(distinct)).collect<Numbers>()), Numbers(distinct.begin(), distinct.end()))
            << in;
    });
    in_every_pool([] {
        std::istringstream text("to be or not to be");
        const auto words = par_bridge(std::views::istream<std::string>(text)).collect<std::multiset<std::string>>();
        EXPECT_EQ(words, (std::multiset<std::string>{"be", "be", "not", "or", "to", "to"}));
        EXPECT_EQ(par_bridge(std::vector{1, 2, 3}).sum(), 6);
    });
}

TEST(IterBridge, TakesNothingThatNobodyWants) {
    std::istringstream text("1 2 3 4 5 6 7 8 9");
    run_in(1, [&] { EXPECT_EQ(par_bridge(std::views::istream<int>(text)).find_any([](int x) { return x == 3; }), 3); });
    int next = 0;
    text >> next;
    EXPECT_EQ(next, 4);
}

TEST(IterBridge, EndsForAllWhenTheRangeThrows) {
    in_every_pool([] {
        const auto failing = std::views::iota(0) | std::views::transform([](int x) {
                                 return x == 1'000 ? throw std::runtime_error("range") : x;
                             });
        EXPECT_THROW(par_bridge(failing).for_each([](int) {}), std::runtime_error);
    });
}

TEST(IterWalkTree, VisitsEveryNodeOnce) {
    in_every_pool([] {
        const auto below = [](int n) { return n < 512 ? std::vector{2 * n, 2 * n + 1} : std::vector<int>{}; };
        std::vector<std::atomic<int>> visits(1024);
        walk_tree(1, below).for_each([&](int n) { ++visits[static_cast<std::size_t>(n)]; });
        for (std::size_t n = 1; n < visits.size(); ++n) EXPECT_EQ(visits[n], 1) << n;
        EXPECT_EQ(walk_tree(1, [](int n) { return std::views::iota(n + 1, n < 1000 ? n + 2 : n + 1); }).count(), 1000U);
    });
}

TEST(IterSplit, CutsAsTheSplitterSays) {
    for_every_input([](const Input& in) {
        using Part = std::span<const std::int64_t>;
        const auto halves = [](Part part) -> std::pair<Part, std::optional<Part>> {
            if (part.size() < 2) return {part, std::nullopt};
            return {part.first(part.size() / 2), part.subspan(part.size() / 2)};
        };
        const auto flat = [](Part part) { return Numbers(part.begin(), part.end()); };
        EXPECT_EQ(split(Part(in.numbers), halves).flat_map_iter(flat).collect<Numbers>(), in.numbers) << in;
        EXPECT_EQ(par_split_by(Part(in.numbers), halves).flat_map_iter(flat).count(), in.size()) << in;
    });
}

}  // namespace
}  // namespace grainscope
