// SkipMap under many threads, under failures, and how much it keeps from being freed.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/collections/skip_map.h>

namespace grainscope {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int scale = 10;
#else
constexpr int scale = 1;
#endif

/// A value that counts its objects.
struct Counted {
    static inline std::atomic<std::int64_t> alive = 0;
    std::uint64_t value = 0;
    Counted(std::uint64_t v) : value(v) { ++alive; }  // NOLINT: as a number
    Counted(const Counted& other) : value(other.value) { ++alive; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { --alive; }
    bool operator<(const Counted& other) const { return value < other.value; }
};

TEST(SkipMapStress, every_successful_insertion_is_removed_exactly_once) {
    SkipMap<std::uint64_t, std::uint64_t> map;
    constexpr std::uint64_t keys = 500;
    std::atomic<std::int64_t> balance = 0;
    {
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                std::mt19937 random(t);
                for (int i = 0; i < 50'000 / scale; ++i) {
                    const std::uint64_t key = random() % keys;
                    const std::uint64_t mine = (std::uint64_t{t} << 32) + static_cast<unsigned>(i);
                    if (random() % 2 == 0) {
                        balance += map.get_or_insert(key, mine).value() == mine;
                    } else {
                        balance -= map.remove(key).has_value();
                    }
                }
            });
        }
    }
    EXPECT_EQ(static_cast<std::int64_t>(map.len()), balance);
    std::size_t counted = 0;
    for (const auto& entry : map) counted += entry.key() < keys;
    EXPECT_EQ(counted, map.len());
}

TEST(SkipMapStress, iteration_sees_all_that_stays_in_order_while_others_come_and_go) {
    SkipMap<std::uint64_t, std::uint64_t> map;
    for (std::uint64_t key = 0; key < 1000; key += 10) map.insert(key, key);
    std::atomic<bool> done = false;
    std::jthread writer([&] {
        std::mt19937 random(7);
        while (!done) {
            const std::uint64_t key = random() % 1000;
            if (key % 10 == 0) continue;
            if (random() % 2 == 0) {
                map.insert(key, key);
            } else {
                map.remove(key);
            }
        }
    });
    for (int round = 0; round < 100 / scale + 1; ++round) {
        std::uint64_t staying = 0;
        std::int64_t last = -1;
        for (const auto& entry : map) {
            ASSERT_GT(static_cast<std::int64_t>(entry.key()), last);
            last = static_cast<std::int64_t>(entry.key());
            staying += entry.key() % 10 == 0;
        }
        ASSERT_EQ(staying, 100U);
        staying = 0;
        auto backwards = map.iter();
        while (const auto entry = backwards.next_back()) staying += entry->key() % 10 == 0;
        ASSERT_EQ(staying, 100U);
    }
    done = true;
}

TEST(SkipMapStress, the_largest_of_all_compare_inserts_stays) {
    SkipMap<int, int> map;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 2000 / scale; ++i) {
                    const int mine = i * 4 + t;
                    map.compare_insert(1, mine, [&](int present) { return present < mine; });
                }
            });
        }
    }
    EXPECT_EQ(map.get(1)->value(), 2000 / scale * 4 - 1);
}

TEST(SkipMapStress, a_key_that_is_always_replaced_is_always_there) {
    SkipMap<int, int> map{{0, 0}};
    std::jthread writer([&] {
        for (int i = 0; i < 20'000 / scale; ++i) map.insert(0, i);
    });
    for (int i = 0; i < 20'000 / scale; ++i) ASSERT_TRUE(map.get(0));
}

TEST(SkipMapMemory, all_is_freed_with_the_map_and_the_last_entry) {
    Counted::alive = 0;
    {
        std::optional<SkipMap<Counted, Counted>::Entry> kept;
        {
            SkipMap<Counted, Counted> map;
            for (std::uint64_t i = 0; i < 2000; ++i) map.insert(i * 7919 % 1000, i);
            for (std::uint64_t i = 0; i < 1000; i += 3) map.remove(Counted(i));
            kept = map.get(Counted(1));
        }
        EXPECT_EQ(Counted::alive, 2);  // a key and a value
        EXPECT_EQ(kept->key().value, 1U);
    }
    EXPECT_EQ(Counted::alive, 0);
}

TEST(SkipMapMemory, churn_of_moving_keys_keeps_nothing_behind) {
    Counted::alive = 0;
    SkipMap<std::uint64_t, Counted> map;
    std::size_t most = 0;
    for (std::uint64_t i = 0; i < 100'000 / static_cast<std::uint64_t>(scale); ++i) {
        map.insert(i, i);
        if (i >= 100) map.remove(i - 100);
        most = std::max(most, map.garbage());
    }
    EXPECT_EQ(map.len(), 100U);
    EXPECT_LE(most, 1000U);
    EXPECT_LE(Counted::alive, 1100);
}

/// Less-than that can be made to wait in the middle of a lookup.
struct Stalling {
    static inline std::atomic<bool> stall = false;
    static inline std::atomic<bool> stalled = false;
    static inline thread_local bool is_the_reader = false;
    bool operator()(std::uint64_t a, std::uint64_t b) const {
        if (is_the_reader && stall) {
            stalled = true;
            stalled.notify_all();
            stall.wait(true);
        }
        return a < b;
    }
};

TEST(SkipMapMemory, a_stalled_reader_keeps_no_more_than_what_was_there_when_it_stalled) {
    Counted::alive = 0;
    SkipMap<std::uint64_t, Counted, Stalling> map;
    constexpr std::uint64_t keys = 1000;
    for (std::uint64_t i = 0; i < keys; ++i) map.insert(i, i);
    Stalling::stall = true;
    std::jthread reader([&] {
        Stalling::is_the_reader = true;
        (void)map.get(17U);
    });
    Stalling::stalled.wait(false);
    // In epoch-based reclamation every one of these would wait for the reader.
    std::size_t most = 0;
    for (std::uint64_t i = 0; i < 200'000 / static_cast<std::uint64_t>(scale); ++i) {
        map.insert(i * 7919 % keys, i);
        most = std::max(most, map.garbage());
    }
    // At most: the entries, leaves and blocks of the stall; their double and 128 before the next look; twice, because
    // what was born in the era of the stall counts as there.
    EXPECT_LE(most, 2 * (2 * (keys + 200) + 128));
    EXPECT_LE(Counted::alive, static_cast<std::int64_t>(keys + 2 * (2 * (keys + 200) + 128)));
    RecordProperty("most_garbage", std::to_string(most));
    Stalling::stall = false;
    Stalling::stall.notify_all();
    reader.join();
    for (std::uint64_t i = 0; i < 10'000; ++i) map.insert(i % keys, i);
    EXPECT_LE(map.garbage(), 1000U);
}

/// A key whose copies and comparisons throw when they are told to.
struct Fragile {
    static inline std::atomic<std::int64_t> alive = 0;
    static inline std::atomic<int> copies_left = -1;
    static inline std::atomic<int> comparisons_left = -1;
    int value;
    explicit Fragile(int v) : value(v) { ++alive; }
    Fragile(const Fragile& other) : value(other.value) {
        if (copies_left.fetch_sub(1) == 0) throw std::runtime_error("this copy fails");
        ++alive;
    }
    ~Fragile() { --alive; }
    bool operator<(const Fragile& other) const {
        if (comparisons_left.fetch_sub(1) == 0) throw std::runtime_error("this comparison fails");
        return value < other.value;
    }
};

TEST(SkipMapFailures, copies_and_comparisons_that_throw_leave_the_map_as_it_was) {
    Fragile::alive = 0;
    std::mt19937 random(3);
    {
        SkipMap<Fragile, Fragile> map;
        std::vector<bool> present(400);
        std::size_t failures = 0;
        for (int i = 0; i < 20'000 / scale; ++i) {
            const int key = static_cast<int>(random() % 400);
            const bool inserts = i / 2000 % 2 == 0 ? random() % 4 != 0 : random() % 4 == 0;
            const Fragile lookup(key);
            (random() % 2 == 0 ? Fragile::copies_left : Fragile::comparisons_left) = static_cast<int>(random() % 40);
            try {
                if (inserts) {
                    map.insert(lookup, lookup);
                } else {
                    map.remove(lookup);
                }
                present[static_cast<std::size_t>(key)] = inserts;
            } catch (const std::runtime_error&) {
                ++failures;
            }
            Fragile::copies_left = Fragile::comparisons_left = -1;
        }
        EXPECT_GT(failures, 100U);
        for (int key = 0; key < 400; ++key) {
            ASSERT_EQ(map.contains_key(Fragile(key)), present[static_cast<std::size_t>(key)]) << key;
        }
    }
    EXPECT_EQ(Fragile::alive, 0);
}

struct ThrowingEnd {
    static inline std::atomic<int> ended = 0;
    bool armed = true;
    ThrowingEnd() = default;
    ThrowingEnd(ThrowingEnd&& other) noexcept : armed(std::exchange(other.armed, false)) {}
    ~ThrowingEnd() noexcept(false) {
        if (!armed) return;
        ++ended;
        throw std::runtime_error("this destructor fails");
    }
};
TEST(SkipMapFailures, destructors_that_throw_run_once_each) {
    ThrowingEnd::ended = 0;
    {
        SkipMap<int, ThrowingEnd> map;
        for (int i = 0; i < 500; ++i) map.insert(i % 300, ThrowingEnd());
    }
    EXPECT_EQ(ThrowingEnd::ended, 500);
}

}  // namespace
}  // namespace grainscope
