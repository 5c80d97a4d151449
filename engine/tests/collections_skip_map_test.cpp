// What one thread sees of SkipMap and SkipSet: the behaviour of crossbeam-skiplist, with std::map's bounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/collections/skip_map.h>
#include <grainscope/collections/skip_set.h>

namespace grainscope {
namespace {

template <class Range>
std::vector<int> keys_of(Range&& range) {
    std::vector<int> keys;
    for (const auto& entry : range) keys.push_back(entry.key());
    return keys;
}
SkipMap<int, int>& fill(SkipMap<int, int>& map) {
    for (int x : {4, 2, 12, 8, 7, 11, 5}) map.insert(x, x * 10);
    return map;
}

TEST(SkipMap, a_present_key_is_replaced_and_the_old_entry_stays_readable) {
    SkipMap<int, int> map;
    const auto old = map.insert(1, 10);
    EXPECT_EQ(map.insert(1, 20).value(), 20);
    EXPECT_EQ(map.get(1)->value(), 20);
    EXPECT_EQ(map.len(), 1U);
    EXPECT_TRUE(old.is_removed());
    EXPECT_EQ(old.value(), 10);
    EXPECT_FALSE(old.remove());
    EXPECT_EQ(map.len(), 1U);
}

TEST(SkipMap, compare_insert_replaces_only_where_it_is_told_to) {
    SkipMap<int, int> map;
    fill(map);
    EXPECT_EQ(map.compare_insert(4, 20, [](int present) { return present < 20; }).value(), 40);
    EXPECT_EQ(map.compare_insert(4, 60, [](int present) { return present < 60; }).value(), 60);
    EXPECT_EQ(map.compare_insert(3, 30, [](int) { return false; }).value(), 30);
    EXPECT_EQ(map.len(), 8U);
}

TEST(SkipMap, get_or_insert_keeps_what_is_there) {
    SkipMap<int, int> map;
    fill(map);
    EXPECT_EQ(map.get_or_insert(4, 400).value(), 40);
    EXPECT_EQ(map.get_or_insert(6, 600).value(), 600);
    EXPECT_EQ(map.get_or_insert_with(7, []() -> int { throw std::logic_error("not asked for"); }).value(), 70);
    EXPECT_THROW((void)map.get_or_insert_with(9, []() -> int { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_FALSE(map.contains_key(9));
    EXPECT_EQ(map.get_or_insert_with(9, [] { return 90; }).value(), 90);
}

TEST(SkipMap, a_key_inserted_while_its_value_is_made_wins) {
    SkipMap<int, int> map;
    const auto entry = map.get_or_insert_with(7, [&] {
        map.insert(7, 700);
        return 70;
    });
    EXPECT_EQ(entry.value(), 700);
}

TEST(SkipMap, removal_hands_the_entry_out_once) {
    SkipMap<int, int> map;
    fill(map);
    EXPECT_FALSE(map.remove(3));
    EXPECT_EQ(map.remove(12)->value(), 120);
    EXPECT_FALSE(map.remove(12));
    const auto entry = *map.get(7);
    EXPECT_TRUE(entry.remove());
    EXPECT_FALSE(entry.remove());
    EXPECT_TRUE(entry.is_removed());
    EXPECT_EQ(keys_of(map), (std::vector{2, 4, 5, 8, 11}));
    EXPECT_EQ(map.len(), 5U);
}

TEST(SkipMap, ends_can_be_seen_and_taken) {
    SkipMap<int, int> map;
    EXPECT_FALSE(map.front() || map.back() || map.pop_front() || map.pop_back());
    fill(map);
    EXPECT_EQ(map.front()->key(), 2);
    EXPECT_EQ(map.back()->key(), 12);
    EXPECT_EQ(map.pop_front()->key(), 2);
    EXPECT_EQ(map.pop_back()->key(), 12);
    EXPECT_EQ(keys_of(map), (std::vector{4, 5, 7, 8, 11}));
    while (map.pop_back()) {
    }
    EXPECT_TRUE(map.is_empty() && map.empty());
    EXPECT_EQ(map.size(), 0U);
}

TEST(SkipMap, bounds_are_those_of_the_standard_map) {
    SkipMap<int, int> map;
    for (int x : {30, 50, 10, 40, 20}) map.insert(x, x);
    EXPECT_EQ(map.lower_bound(20)->key(), 20);
    EXPECT_EQ(map.lower_bound(21)->key(), 30);
    EXPECT_EQ(map.upper_bound(20)->key(), 30);
    EXPECT_EQ(map.upper_bound(7)->key(), 10);
    EXPECT_FALSE(map.upper_bound(50));
    EXPECT_FALSE(map.lower_bound(51));
    EXPECT_EQ(map.last_below(20)->key(), 10);
    EXPECT_EQ(map.last_at_most(20)->key(), 20);
    EXPECT_EQ(map.last_at_most(97)->key(), 50);
    EXPECT_FALSE(map.last_below(10));
    EXPECT_FALSE(map.last_at_most(9));
}

TEST(SkipMap, an_entry_walks_both_ways_also_after_its_removal) {
    SkipMap<int, int> map;
    fill(map);
    auto entry = *map.front();
    EXPECT_FALSE(entry.prev());
    EXPECT_FALSE(entry.move_prev());
    EXPECT_TRUE(entry.move_next());
    EXPECT_EQ(entry.key(), 4);
    entry = *map.get(7);
    entry.remove();
    EXPECT_EQ(entry.next()->key(), 8);
    EXPECT_EQ(entry.prev()->key(), 5);
    map.insert(7, 700);
    EXPECT_TRUE(entry.move_prev() && entry.move_next());
    EXPECT_EQ(entry.value(), 700);
    entry = *map.back();
    EXPECT_FALSE(entry.move_next());
    EXPECT_EQ(entry.key(), 12);
}

TEST(SkipMap, iteration_follows_what_happens_meanwhile) {
    SkipMap<int, int> map;
    fill(map);
    auto entries = map.iter();
    map.remove(2);
    EXPECT_EQ(entries.next()->key(), 4);
    map.remove(7);
    EXPECT_EQ(entries.next()->key(), 5);
    map.remove(5);
    map.insert(6, 60);
    EXPECT_EQ(entries.next()->key(), 6);
    EXPECT_EQ(entries.next()->key(), 8);
    map.remove(12);
    EXPECT_EQ(entries.next()->key(), 11);
    EXPECT_FALSE(entries.next());
}

TEST(SkipMap, iteration_from_both_ends_meets_and_goes_on_with_what_comes) {
    SkipMap<int, int> map{{1, 1}};
    auto entries = map.iter();
    auto range = map.range_from(0);
    for (auto* both : {&entries}) {
        EXPECT_TRUE(both->next());
        EXPECT_FALSE(both->next());
    }
    EXPECT_TRUE(range.next());
    map.insert(2, 2);
    EXPECT_EQ(entries.next()->key(), 2);
    EXPECT_EQ(range.next()->key(), 2);
    EXPECT_FALSE(entries.next());
    for (int x : {3, 4, 5}) map.insert(x, x);
    EXPECT_EQ(entries.next_back()->key(), 5);
    EXPECT_EQ(entries.next()->key(), 3);
    EXPECT_EQ(entries.next_back()->key(), 4);
    EXPECT_FALSE(entries.next());
    EXPECT_FALSE(entries.next_back());
}

TEST(SkipMap, ranges_are_half_open) {
    SkipMap<int, int> map;
    for (int x = 0; x < 100; x += 10) map.insert(x, x);
    EXPECT_EQ(keys_of(map.range(25, 60)), (std::vector{30, 40, 50}));
    EXPECT_EQ(keys_of(map.range(30, 30)), std::vector<int>());
    EXPECT_EQ(keys_of(map.range(60, 30)), std::vector<int>());
    EXPECT_EQ(keys_of(map.range_from(75)), (std::vector{80, 90}));
    EXPECT_EQ(keys_of(map.range_below(20)), (std::vector{0, 10}));
    auto range = map.range(25, 60);
    EXPECT_EQ(range.next_back()->key(), 50);
    EXPECT_EQ(range.next_back()->key(), 40);
    EXPECT_EQ(range.next()->key(), 30);
    EXPECT_FALSE(range.next_back());
}

TEST(SkipMap, iterators_go_both_ways) {
    SkipMap<int, int> map;
    for (int i = 0; i < 500; ++i) map.insert(i, i);
    auto place = map.end();
    for (int i = 499; i >= 0; --i) ASSERT_EQ((--place)->key(), i);
    EXPECT_EQ(place, map.begin());
    for (int i = 0; i < 500; ++i) ASSERT_EQ((place++)->key(), i);
    EXPECT_EQ(place, map.end());
}

TEST(SkipMap, entries_outlive_clear_and_the_map) {
    std::optional<SkipMap<std::string, std::string>::Entry> entry;
    {
        SkipMap<std::string, std::string> map;
        for (int i = 0; i < 200; ++i) map.insert(std::to_string(i), "value");
        entry = map.get("117");
        map.clear();
        EXPECT_TRUE(map.is_empty());
        EXPECT_TRUE(entry->is_removed());
        map.insert("a", "b");
    }
    EXPECT_EQ(entry->key(), "117");
    EXPECT_EQ(entry->value(), "value");
    auto moved = std::move(*entry);
    EXPECT_THROW((void)entry->key(), std::logic_error);  // NOLINT: that is the point
    EXPECT_EQ(moved.key(), "117");
}

TEST(SkipMap, strings_are_looked_up_by_what_compares_with_them) {
    SkipMap<std::string, int> map;
    map.insert("one", 1);
    EXPECT_TRUE(map.contains_key("one"));
    EXPECT_TRUE(map.contains_key(std::string_view("one")));
    EXPECT_EQ(map.range("a", std::string("z")).next()->value(), 1);
    EXPECT_TRUE(map.remove(std::string_view("one")));
}

struct IgnoringCase {
    static std::string folded(std::string text) {
        for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        return text;
    }
    bool operator()(const std::string& a, const std::string& b) const { return folded(a) < folded(b); }
};

TEST(SkipMap, the_comparator_decides_which_keys_are_one) {
    SkipMap<std::string, int, IgnoringCase> map;
    map.insert("abc", 1);
    map.insert("ABC", 2);
    EXPECT_EQ(map.len(), 1U);
    EXPECT_EQ(map.get("aBc")->value(), 2);
    EXPECT_EQ(map.remove("AbC")->key(), "ABC");
}

TEST(SkipMap, keys_and_values_may_be_move_only) {
    SkipMap<std::unique_ptr<int>, std::unique_ptr<int>> map;
    std::vector<const int*> keys;
    for (int i = 0; i < 300; ++i) {
        auto key = std::make_unique<int>(i);
        keys.push_back(key.get());
        EXPECT_EQ(*map.insert(std::move(key), std::make_unique<int>(i)).value(), i);
    }
    std::ranges::sort(keys, std::less<>());
    auto key = keys.begin();
    for (const auto& entry : map) ASSERT_EQ(entry.key().get(), *key++);
}

TEST(SkipSet, has_keys_that_are_also_called_values) {
    SkipSet<int> set{5, 1, 3, 3};
    EXPECT_EQ(set.len(), 3U);
    EXPECT_TRUE(set.contains(3));
    EXPECT_EQ(set.get(3)->value(), 3);
    EXPECT_EQ(set.upper_bound(3)->key(), 5);
    EXPECT_EQ(keys_of(set.range(1, 5)), (std::vector{1, 3}));
    EXPECT_TRUE(set.remove(3));
    EXPECT_FALSE(set.contains(3));
    EXPECT_EQ(set.pop_front()->key(), 1);
    EXPECT_EQ(set.back()->key(), 5);
    set.clear();
    EXPECT_TRUE(set.is_empty());
}

template <class Key, class MakeKey>
void agrees_with_the_standard_map(MakeKey make_key) {
    const unsigned seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    SkipMap<Key, int> map;
    std::map<Key, int> model;
    const auto same = [&](const auto& entry, auto place) {
        return entry ? place != model.end() && entry->key() == place->first && entry->value() == place->second
                     : place == model.end();
    };
    for (int i = 0; i < 20'000; ++i) {
        const Key key = make_key(random() % 1500);
        const bool shrinks = i / 4000 % 2 != 0;
        switch (random() % (shrinks ? 12 : 7)) {
            case 0:
            case 1:
                model.insert_or_assign(key, i), map.insert(key, i);
                break;
            case 2:
                ASSERT_TRUE(same(std::optional(map.get_or_insert(key, i)), model.try_emplace(key, i).first));
                break;
            case 3:
                ASSERT_TRUE(same(map.get(key), model.find(key)));
                break;
            case 4:
                ASSERT_TRUE(same(map.lower_bound(key), model.lower_bound(key)));
                break;
            case 5:
                ASSERT_TRUE(same(map.upper_bound(key), model.upper_bound(key)));
                break;
            case 6: {
                const auto place = model.lower_bound(key);
                ASSERT_TRUE(same(map.last_below(key), place == model.begin() ? model.end() : std::prev(place)));
                break;
            }
            case 7: {
                ASSERT_TRUE(same(map.front(), model.begin()));
                map.pop_front();
                if (!model.empty()) model.erase(model.begin());
                break;
            }
            default:
                ASSERT_EQ(map.remove(key).has_value(), model.erase(key) == 1);
        }
        ASSERT_EQ(map.len(), model.size());
    }
    auto place = model.begin();
    for (const auto& entry : map) {
        ASSERT_TRUE(place != model.end() && entry.key() == place->first && entry.value() == place->second);
        ++place;
    }
    EXPECT_EQ(place, model.end());
}

TEST(SkipMap, agrees_with_the_standard_map_on_numbers) {
    agrees_with_the_standard_map<std::uint64_t>([](std::uint64_t x) { return x; });
}
TEST(SkipMap, agrees_with_the_standard_map_on_strings) {
    agrees_with_the_standard_map<std::string>([](std::uint64_t x) { return std::to_string(x); });
}

}  // namespace
}  // namespace grainscope
