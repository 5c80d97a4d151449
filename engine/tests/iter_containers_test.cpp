// Sources: which items they give, in which order, and that they end.
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/grainscope.h>

namespace {

using namespace grainscope;
using Texts = std::vector<std::string>;

template <class Pipeline>
Texts texts(const Pipeline& pipeline) {
    return pipeline.map([](const auto& part) { return std::string(part.begin(), part.end()); })
        .template collect<std::vector<std::string>>();
}

TEST(TextSources, SplitAtCharactersAndPredicates) {
    EXPECT_EQ(texts(par_split("a,b,,c,", ',')), (Texts{"a", "b", "", "c", ""}));
    EXPECT_EQ(texts(par_split_terminator("a,b,,c,", ',')), (Texts{"a", "b", "", "c"}));
    EXPECT_EQ(texts(par_split_terminator("", ',')), Texts{});
    EXPECT_EQ(texts(par_split("", ',')), Texts{""});
    EXPECT_EQ(texts(par_split(std::string("a1b2"), [](char c) { return c < 'a'; })), (Texts{"a", "b", ""}));
    EXPECT_EQ(texts(par_matches("to be", [](char c) { return c == 'o' || c == 'e'; })), (Texts{"o", "e"}));
    using Found = std::vector<std::pair<std::size_t, std::string_view>>;
    EXPECT_EQ(par_match_indices("a-b-", '-').collect<std::vector>(), (Found{{1, "-"}, {3, "-"}}));
}

TEST(SliceSources, SplitInclusiveKeepsTheSeparatorsAtTheEnds) {
    const std::vector<int> numbers{1, 0, 2, 3, 0, 0, 4};
    const auto sizes = [](auto slice) { return slice.size(); };
    const auto is_zero = [](int x) { return x == 0; };
    EXPECT_EQ(par_split_inclusive(numbers, is_zero).map(sizes).collect<std::vector>(),
              (std::vector<std::size_t>{2, 3, 1, 1}));
    EXPECT_EQ(par_split_inclusive(std::span(numbers).first(2), is_zero).map(sizes).collect<std::vector>(),
              (std::vector<std::size_t>{2}));
    EXPECT_EQ(par_split_inclusive(std::span(numbers).first(0), is_zero).count(), 0U);
    std::vector<int> copy = numbers;
    par_split_inclusive_mut(copy, is_zero).for_each([](std::span<int> slice) { slice.back() = 9; });
    EXPECT_EQ(copy, (std::vector<int>{1, 9, 2, 3, 9, 9, 9}));
}

TEST(SliceSources, ExactChunksFromTheBackLeaveOutTheFront) {
    std::vector<int> numbers{0, 1, 2, 3, 4};
    const auto fronts = [](std::span<const int> slice) { return slice.front(); };
    EXPECT_EQ(par_rchunks_exact(numbers, 2).map(fronts).collect<std::vector>(), (std::vector<int>{3, 1}));
    par_rchunks_exact_mut(numbers, 2).for_each([](std::span<int> slice) { slice.back() = 7; });
    EXPECT_EQ(numbers, (std::vector<int>{0, 1, 7, 3, 7}));
    EXPECT_THROW(static_cast<void>(par_rchunks_exact(numbers, 0)), std::invalid_argument);
}

TEST(NumberSources, RangesOfMoreThan64BitsEndEarlyForConsumersThatStop) {
    using Limits = std::numeric_limits<std::int64_t>;
    const auto all = par_range_inclusive(Limits::min(), Limits::max());
    EXPECT_TRUE(all.any([](std::int64_t x) { return x > 0; }));
    EXPECT_EQ(all.take_any(1000).count(), 1000U);
    EXPECT_EQ(all.find_first([](std::int64_t) { return true; }), Limits::min());
    __extension__ using Wide = unsigned __int128;
    const auto wide = par_range(Wide{0}, Wide{1} << 100);
    EXPECT_TRUE(wide.find_any([](Wide x) { return x % 12'345 == 1'234; }).has_value());
    EXPECT_EQ(wide.take_any(10).count(), 10U);
    EXPECT_EQ(par_range(Wide{5}, Wide{9}).map([](Wide x) { return static_cast<int>(x); }).sum(), 26);
    EXPECT_EQ(par_range(Wide{9}, Wide{5}).count(), 0U);
}

TEST(NumberSources, InclusiveRangesHoldTheirLastNumber) {
    EXPECT_EQ(par_range_inclusive(3, 7).collect<std::vector>(), (std::vector<int>{3, 4, 5, 6, 7}));
    EXPECT_EQ(par_range_inclusive(7, 3).count(), 0U);
    EXPECT_EQ(par_range_inclusive(std::uint8_t{0}, std::uint8_t{255}).count(), 256U);
    EXPECT_EQ(par_range_inclusive(INT64_MAX - 2, INT64_MAX).collect<std::vector>(),
              (std::vector<std::int64_t>{INT64_MAX - 2, INT64_MAX - 1, INT64_MAX}));
}

TEST(RepeatSources, EndWhereTheyAreTaken) {
    EXPECT_EQ(par_repeat(std::string("x")).take(5).collect<std::string>(), "xxxxx");
    EXPECT_EQ(par_repeat(1).take_any(100).sum(), 100);
    EXPECT_EQ(repeat_n(2, 4).product(), 16);
    const std::vector<int> numbers{1, 2, 3};
    EXPECT_EQ(repeat(10).zip(numbers).map([](int a, int b) { return a * b; }).sum(), 60);
    EXPECT_TRUE(repeat(1).any([](int x) { return x == 1; }));
}

TEST(TreeSources, GoInTheirOrderHoweverTheyAreCut) {
    const auto below = [](int n) { return n < 64 ? std::vector{2 * n, 2 * n + 1} : std::vector<int>{}; };
    std::vector<int> prefix, postfix;
    const auto walk = [&](const auto& self, int n) -> void {
        prefix.push_back(n);
        for (const int child : below(n)) self(self, child);
        postfix.push_back(n);
    };
    walk(walk, 1);
    for (const std::size_t threads : {1U, 2U, 4U}) {
        ThreadPool pool = ThreadPoolBuilder().num_threads(threads).build();
        pool.install([&] {
            EXPECT_EQ(walk_tree_prefix(1, below).with_grain(1).collect<std::vector>(), prefix);
            EXPECT_EQ(walk_tree_postfix(1, below).with_grain(1).collect<std::vector>(), postfix);
            EXPECT_EQ(walk_tree(1, below).count(), prefix.size());
        });
    }
}

TEST(ContainerSources, DrainLeavesTheContainerEmptyWithItsRoom) {
    std::vector<std::string> words{"a", "b", "c"};
    const std::size_t room = words.capacity();
    EXPECT_EQ(par_drain(words).map([](std::string&& word) { return std::move(word); }).collect<std::string>(), "abc");
    EXPECT_TRUE(words.empty());
    EXPECT_EQ(words.capacity(), room);
}

/// par_iter, par_iter_mut and into_par_iter of one container with the elements 1, 2 and 3 in some order.
template <class Container>
void check_container(Container container) {
    EXPECT_EQ(par_iter(container).sum(), 6);
    EXPECT_EQ(par_iter(std::as_const(container)).len(), 3U);
    par_iter_mut(container).for_each([](auto& x) {
        if constexpr (!std::is_const_v<std::remove_reference_t<decltype(x)>>) x += 1;
    });
    const int sum = par_iter(container).sum();
    EXPECT_TRUE(sum == 9 || sum == 6) << "the keys of a set stay";
    EXPECT_EQ(into_par_iter(std::move(container)).map([](int x) { return x; }).sum(), sum);
}

TEST(ContainerSources, TakeTheStandardContainers) {
    check_container(std::vector{1, 2, 3});
    check_container(std::deque{1, 2, 3});
    check_container(std::array{1, 2, 3});
    check_container(std::list{1, 2, 3});
    check_container(std::set{1, 2, 3});
    check_container(std::unordered_set{1, 2, 3});
    int plain[] = {1, 2, 3};
    par_iter_mut(plain).for_each([](int& x) { x *= 2; });
    EXPECT_EQ(par_iter(plain).sum(), 12);
    EXPECT_EQ(par_iter(std::span(plain)).sum(), 12);
    EXPECT_EQ(par_iter(std::string_view("abc")).filter([](char c) { return c > 'a'; }).count(), 2U);
    const std::optional<int> one(1);
    EXPECT_EQ(par_iter(one).sum(), 1);
    const std::vector<bool> bits{true, false, true};
    EXPECT_EQ(par_iter(bits).filter([](bool b) { return b; }).count(), 2U);
    EXPECT_EQ(into_par_iter(std::vector<bool>(bits)).filter([](bool b) { return b; }).count(), 2U);
}

TEST(ContainerSources, TakeMapsAsPairs) {
    std::map<std::string, int> ages{{"a", 1}, {"b", 2}};
    EXPECT_EQ(par_iter(ages).map([](const std::string&, int age) { return age; }).sum(), 3);
    par_iter_mut(ages).for_each([](const std::string&, int& age) { age *= 2; });
    std::unordered_map<std::string, int> copy(ages.begin(), ages.end());
    EXPECT_EQ(par_iter(copy).map([](const std::string&, int age) { return age; }).sum(), 6);
    const auto names = into_par_iter(std::move(ages)).map([](std::string&& name, int) { return std::move(name); });
    EXPECT_EQ(names.collect<std::string>(), "ab");
}

TEST(Lengths, AreKnownToIndexedPipelinesOnly) {
    EXPECT_EQ(par_range(0, 5).opt_len(), 5U);
    EXPECT_EQ(par_range(0, 5).filter([](int) { return true; }).opt_len(), std::nullopt);
    std::size_t items = 0;
    for (const auto& part : par_range(0, 100).filter([](int x) { return x % 2 == 0; }).collect_vec_list())
        items += part.size();
    EXPECT_EQ(items, 50U);
}

}  // namespace
