// par_sort under comparators that throw or contradict themselves, and under cancellation: each element is still there
// exactly once.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

struct Thrown : std::runtime_error {
    Thrown() : std::runtime_error("thrown by the test") {}
};

using Key = std::uint32_t;
using Box = std::unique_ptr<Key>;  // moves, and is null when it was moved from

Key key_of(Key key) { return key; }
Key key_of(const Box& box) { return *box; }

template <class Data>
Data make(const std::string& distribution, std::size_t size, unsigned seed) {
    Data data;
    for (const Key key : make_keys(distribution, size, seed)) {
        if constexpr (std::is_same_v<typename Data::value_type, Box>)
            data.push_back(std::make_unique<Key>(key % 5000));
        else
            data.push_back(key % 5000);
    }
    return data;
}

template <class Data>
std::vector<Key> sorted_keys(const Data& data) {
    std::vector<Key> keys;
    for (const auto& element : data) {
        if constexpr (std::is_same_v<typename Data::value_type, Box>) {
            if (element == nullptr) continue;
        }
        keys.push_back(key_of(element));
    }
    std::ranges::sort(keys);
    return keys;
}

// One comparator type for all, so that each kind of range is compiled once.
template <class Data>
using Compare = std::function<bool(const typename Data::value_type&, const typename Data::value_type&)>;

template <class Data>
class StableFailure : public ::testing::Test {
  protected:
    // Lets the comparator throw at comparison `at`, and looks what is left.
    static void throw_at(const Data& keys_source, Data data, long at) {
        const std::vector<Key> before = sorted_keys(keys_source);
        Atomic<long> left = at;
        const Compare<Data> less = [&](const auto& a, const auto& b) {
            if (left.fetch_sub(1) <= 0) throw Thrown();
            return key_of(a) < key_of(b);
        };
        try {
            par_sort(data, less);
            EXPECT_GT(left.load(), -1);
            EXPECT_TRUE(std::ranges::is_sorted(data, {}, [](const auto& element) { return key_of(element); }));
        } catch (const Thrown&) {
            EXPECT_LT(left.load(), 0);
        }
        ASSERT_EQ(sorted_keys(data), before) << "threw at comparison " << at;
    }
};
using Ranges = ::testing::Types<std::vector<Key>, std::vector<Box>, std::deque<Key>>;
TYPED_TEST_SUITE(StableFailure, Ranges);

TYPED_TEST(StableFailure, AComparatorMayThrowAtEveryCallOfASmallSort) {
    for (const std::size_t size : {2U, 5U, 17U, 33U, 70U, 130U}) {
        for (const std::string& distribution : distributions) {
            SCOPED_TRACE(distribution + ", " + std::to_string(size) + " elements");
            for (long at = 0; at < static_cast<long>(8 * size); at += size < 40 ? 1 : 7)
                this->throw_at(make<TypeParam>(distribution, size, 3), make<TypeParam>(distribution, size, 3), at);
        }
    }
}

TYPED_TEST(StableFailure, AComparatorMayThrowAnywhereInALargeSort) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(4).build();
    const unsigned seed = 20'261'126;
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    pool.install([&] {
        for (const std::string& distribution : distributions) {
            for (int round = 0; round < 12; ++round) {
                const long at = static_cast<long>(random() % 600'000) >> (random() % 6);
                this->throw_at(make<TypeParam>(distribution, 40'000, 3), make<TypeParam>(distribution, 40'000, 3), at);
            }
        }
    });
}

TYPED_TEST(StableFailure, AComparatorThatIsNoOrderGivesSomeOrderOfTheSameElements) {
    using T = typename TypeParam::value_type;
    Atomic<std::uint64_t> coin = 1;
    const std::vector<std::pair<std::string, Compare<TypeParam>>> comparators{
        {"always true", [](const T&, const T&) { return true; }},
        {"always false", [](const T&, const T&) { return false; }},
        {"less or equal", [](const T& a, const T& b) { return key_of(a) <= key_of(b); }},
        {"random", [&](const T&, const T&) { return sorting::mix64(coin.fetch_add(1)) % 2 == 0; }},
        {"rock, paper, scissors", [](const T& a, const T& b) { return (key_of(a) + 1) % 3 == key_of(b) % 3; }}};
    for (const auto& [name, less] : comparators) {
        for (const std::string& distribution : {std::string("random"), std::string("sorted")}) {
            for (const std::size_t size : {2U, 3U, 31U, 33U, 64U, 65U, 1000U, 5000U, 40'000U}) {
                TypeParam data = make<TypeParam>(distribution, size, 5);
                const std::vector<Key> before = sorted_keys(data);
                par_sort(data, less);
                ASSERT_EQ(sorted_keys(data), before) << name << ", " << distribution << ", " << size << " elements";
            }
        }
    }
}

TYPED_TEST(StableFailure, ACancelledSortKeepsEveryElement) {
    const CancellationToken cancelled;
    cancelled.cancel();
    TypeParam data = make<TypeParam>("random", 20'000, 5);
    const std::vector<Key> before = sorted_keys(data);
    const Compare<TypeParam> less = [](const auto& a, const auto& b) { return key_of(a) < key_of(b); };
    EXPECT_THROW(par_sort(data, less, cancelled), Cancelled);
    EXPECT_EQ(sorted_keys(data), before);
    EXPECT_THROW(par_sort_by_key(data, std::identity{}, less, cancelled), Cancelled);
    EXPECT_EQ(sorted_keys(data), before);

    for (const long after : {1000L, 50'000L, 200'000L}) {
        const CancellationToken token;
        Atomic<long> comparisons = 0;
        const Compare<TypeParam> cancels = [&](const auto& a, const auto& b) {
            if (comparisons.fetch_add(1) == after) token.cancel();
            return key_of(a) < key_of(b);
        };
        EXPECT_THROW(par_sort(data, cancels, token), Cancelled);
        EXPECT_EQ(sorted_keys(data), before);
        data = make<TypeParam>("random", 20'000, 5);
    }
}

TEST(StableCancellation, ATokenThatNobodyCancelsChangesNothing) {
    std::vector<Key> data = make_keys("random", 20'000, 3);
    par_sort(data, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data));
    par_sort_by(data, std::greater<>{}, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data, std::greater<>{}));
    const auto last_digit = [](Key key) { return key % 10; };
    par_sort_by_key(data, last_digit, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data, {}, last_digit));
    par_sort(data, std::greater<>{}, last_digit, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data, std::greater<>{}, last_digit));
}

TEST(StableCancellation, ASortStopsSoonAfterItIsCancelled) {
    const CancellationToken token;
    Atomic<long> comparisons = 0;
    std::vector<Key> data = make_keys("random", 1'000'000, 3);
    const auto less = [&](Key a, Key b) {
        if (comparisons.fetch_add(1) == 50'000) token.cancel();
        return a < b;
    };
    EXPECT_THROW(par_sort(data, less, token), Cancelled);
    EXPECT_LT(comparisons.load(), 4'000'000) << "a whole sort takes about 20 million";
}

// Counts the objects that are alive and, when asked to, throws from a move.
class Tracked {
  public:
    explicit Tracked(Key key) : key_(key) { ++alive; }
    Tracked(Tracked&& other) : key_((maybe_throw(), other.key_)) { ++alive; }
    Tracked& operator=(Tracked&& other) {
        maybe_throw();
        key_ = other.key_;
        return *this;
    }
    ~Tracked() { --alive; }
    [[nodiscard]] Key key() const { return key_; }

    static inline long alive = 0;
    static inline long moves_until_throw = -1;  // never

  private:
    static void maybe_throw() {
        if (moves_until_throw >= 0 && moves_until_throw-- == 0) throw Thrown();
    }
    Key key_;
};

TEST(StableFailures, AMoveThatThrowsLeavesNoObjectAliveOrDestroyedTwice) {
    for (const long moves : {0L, 5L, 399L, 400L, 401L, 799L, 800L}) {
        std::vector<Tracked> data;
        data.reserve(400);
        for (const Key key : make_keys("random", 400, 77)) data.emplace_back(key);
        Tracked::moves_until_throw = moves;
        if (moves < 800)
            EXPECT_THROW(par_sort(data, {}, &Tracked::key), Thrown) << moves;
        else
            par_sort(data, {}, &Tracked::key);
        Tracked::moves_until_throw = -1;
        EXPECT_EQ(Tracked::alive, 400) << "after " << moves << " moves";
    }
    EXPECT_EQ(Tracked::alive, 0);
}

TEST(StableFailures, ASizeThatNoMemoryHoldsIsRefusedBeforeAnythingMoves) {
    EXPECT_THROW(sorting::RawBuffer<Key>(std::size_t{1} << 62), std::bad_alloc);
}

}  // namespace
}  // namespace grainscope
