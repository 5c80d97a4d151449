// collect, collect_into, extend: every container, results and strings.
#include <array>
#include <atomic>
#include <deque>
#include <expected>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

const auto is_odd = [](std::int64_t x) { return x % 2 != 0; };

TEST(IterCollect, KeepsTheOrderInSequencesIndexedOrNot) {
    for_every_input([](const Input& in) {
        Numbers odd;
        std::ranges::copy_if(in.numbers, std::back_inserter(odd), is_odd);
        EXPECT_EQ(in.par().collect<Numbers>(), in.numbers) << in;
        EXPECT_EQ(in.par().filter(is_odd).collect<Numbers>(), odd) << in;
        EXPECT_TRUE(std::ranges::equal(in.par().collect<std::deque>(), in.numbers)) << in;
        EXPECT_TRUE(std::ranges::equal(in.par().filter(is_odd).collect<std::list<std::int64_t>>(), odd)) << in;
    });
}

TEST(IterCollect, FillsSetsAndMaps) {
    for_every_input([](const Input& in) {
        if (in.size() > 1'000) return;  // the pieces are the same; the trees would take the time
        EXPECT_EQ(in.par().collect<std::set>(), std::set(in.numbers.begin(), in.numbers.end())) << in;
        EXPECT_EQ(in.par().collect<std::unordered_multiset<std::int64_t>>().size(), in.size()) << in;
        std::map<std::int64_t, std::size_t> last_place;
        for (std::size_t i = 0; i < in.size(); ++i) last_place[in.numbers[i]] = i;
        const auto pairs = in.par().enumerate().map([](std::size_t i, std::int64_t x) { return std::pair(x, i); });
        EXPECT_EQ((pairs.collect<std::map>()), last_place) << in << ": of equal keys the last stays";
        EXPECT_EQ((pairs.collect<std::unordered_map<std::int64_t, std::size_t>>().size()), last_place.size()) << in;
        EXPECT_EQ((pairs.collect<std::multimap<std::int64_t, std::size_t>>().size()), in.size()) << in;
    });
}

TEST(IterCollect, FillsQueues) {
    const Numbers numbers{3, 1, 2};
    auto queue = par_iter(numbers).collect<std::priority_queue<std::int64_t>>();
    EXPECT_EQ(queue.top(), 3);
    EXPECT_EQ(par_iter(numbers).collect<std::queue<std::int64_t>>().back(), 2);
}

TEST(IterCollect, MakesVectorsOfTruthsAndOfOtherTypes) {
    for_every_input([](const Input& in) {
        const auto truths = in.par().map(is_odd).collect<std::vector<bool>>();
        ASSERT_EQ(truths.size(), in.size()) << in;
        for (std::size_t i = 0; i < in.size(); ++i) ASSERT_EQ(truths[i], is_odd(in.numbers[i])) << in;
    });
    const std::vector<const char*> words{"to", "be"};
    EXPECT_EQ(par_iter(words).collect<std::vector<std::string>>(), (std::vector<std::string>{"to", "be"}));
    const std::vector<std::pair<int, int>> pairs{{1, 2}};
    EXPECT_EQ(par_iter(pairs).enumerate().collect<std::vector>()[0].second.second, 2);
}

TEST(IterCollect, TakesStringsOfCharactersAndOfStrings) {
    for_every_input([](const Input& in) {
        std::string expected;
        for (auto x : in.numbers) expected += static_cast<char>('a' + (x + 5) % 26);
        const auto letters = in.par().map([](auto x) { return static_cast<char>('a' + (x + 5) % 26); });
        EXPECT_EQ(letters.collect<std::string>(), expected) << in;
        EXPECT_EQ(letters.filter([](char) { return true; }).collect<std::string>(), expected) << in;
        EXPECT_EQ(letters.map([](char c) { return std::string(1, c); }).collect<std::string>(), expected) << in;
        EXPECT_EQ(
            letters.map([](char c) { return c == 'a' ? std::string_view("") : "xy"; }).collect<std::string>().size(),
            2 * (in.size() - static_cast<std::size_t>(std::ranges::count(expected, 'a'))))
            << in;
    });
}

TEST(IterCollect, OfItemsThatOnlyMove) {
    in_every_pool([] {
        const auto owners = par_range(0, 1000).with_max_len(9).map([](int i) { return std::make_unique<int>(i); });
        const auto all = owners.collect<std::vector>();
        const auto some = owners.filter([](const auto& p) { return *p % 2 == 0; }).collect<std::deque>();
        ASSERT_EQ(all.size(), 1000U);
        ASSERT_EQ(some.size(), 500U);
        EXPECT_EQ(*all[999], 999);
        EXPECT_EQ(*some[499], 998);
    });
}

TEST(IterCollectInto, ReplacesAndUsesTheRoom) {
    std::vector<std::int64_t> to(1000, 7);
    const auto* const room = to.data();
    par_range(std::int64_t{0}, std::int64_t{500}).collect_into(to);
    ASSERT_EQ(to.size(), 500U);
    EXPECT_EQ(to[499], 499);
    EXPECT_EQ(to.data(), room);
    std::set<int> set{7};
    par_range(0, 3).collect_into(set);
    EXPECT_EQ(set, (std::set{0, 1, 2}));
    std::string text = "old";
    par_iter(std::string_view("new")).collect_into(text);
    EXPECT_EQ(text, "new");
}

TEST(IterExtend, Appends) {
    for_every_input([](const Input& in) {
        Numbers to{1, 2, 3};
        in.par().extend(to);
        in.par().filter(is_odd).extend(to);
        Numbers expected{1, 2, 3};
        expected.insert(expected.end(), in.numbers.begin(), in.numbers.end());
        std::ranges::copy_if(in.numbers, std::back_inserter(expected), is_odd);
        EXPECT_EQ(to, expected) << in;
    });
    std::string text = "to ";
    par_iter(std::string_view("be")).extend(text);
    EXPECT_EQ(text, "to be");
}

TEST(IterExtend, LeavesTheVectorAsItWasIfAClosureThrows) {
    in_every_pool([] {
        std::vector<std::string> to{"kept"};
        const auto failing = par_range(0, 1000).with_max_len(10).map([](int i) {
            if (i == 777) throw std::runtime_error("777");
            return std::string(50, 'x');
        });
        EXPECT_THROW(failing.extend(to), std::runtime_error);
        EXPECT_THROW(failing.filter([](const auto&) { return true; }).extend(to), std::runtime_error);
        EXPECT_EQ(to, (std::vector<std::string>{"kept"}));
    });
}

using Checked = std::expected<std::int64_t, std::string>;

TEST(IterCollect, GathersValuesOrTheFailure) {
    for_every_input([](const Input& in) {
        const auto good =
            in.par().map([](auto x) { return Checked(x + 1); }).collect<std::expected<Numbers, std::string>>();
        ASSERT_TRUE(good.has_value());
        EXPECT_EQ(good->size(), in.size()) << in;
        EXPECT_TRUE(std::ranges::equal(*good, in.numbers, {}, {}, [](auto x) { return x + 1; })) << in;
        const auto bad = in.par()
                             .map([](auto x) { return x == 3 ? Checked(std::unexpect, "three") : Checked(x); })
                             .collect<std::expected<Numbers, std::string>>();
        const bool has_three = std::ranges::count(in.numbers, 3) > 0;
        EXPECT_EQ(bad.has_value(), !has_three) << in;
        EXPECT_EQ(has_three ? bad.error() : "three", "three");
        const auto none = in.par()
                              .map([](auto x) { return x == 3 ? std::nullopt : std::optional(x); })
                              .collect<std::optional<std::set<std::int64_t>>>();
        EXPECT_EQ(none.has_value(), !has_three) << in;
    });
}

TEST(IterCollect, StopsAtTheFirstFailureSoon) {
    std::atomic<int> made{0};
    run_in(1, [&] {
        const auto bad = par_range(0, 1'000'000).map([&](int x) {
            return ++made, x == 100 ? Checked(std::unexpect, "") : Checked(x);
        });
        EXPECT_FALSE((bad.collect<std::expected<Numbers, std::string>>()));
    });
    EXPECT_EQ(made, 101);
    in_every_pool([] {
        const auto endless =
            par_range(std::int64_t{0}, std::int64_t{1} << 60).map([](auto x) -> std::expected<void, int> {
                if (x == 100) return std::unexpected(1);
                return {};
            });
        EXPECT_FALSE((endless.collect<std::expected<void, int>>()));
    });
}

TEST(IterCollect, RefusesMoreThanAVectorCanHold) {
    EXPECT_THROW(static_cast<void>(par_range(std::size_t{0}, std::size_t{1} << 62).collect<std::vector>()),
                 std::length_error);
}

}  // namespace
}  // namespace grainscope
