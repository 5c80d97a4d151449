// Comparators that throw or contradict themselves, moves that throw, and cancellation: no element is lost, none is
// touched out of bounds.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

struct Thrown : std::runtime_error {
    Thrown() : std::runtime_error("thrown by the test") {}
};

// Counts the objects that are alive and, when asked to, throws from a move.
class Tracked {
  public:
    explicit Tracked(std::uint32_t value) : value_(std::make_unique<std::uint32_t>(value)) { ++alive; }
    Tracked(Tracked&& other) : value_((maybe_throw(), std::move(other.value_))) { ++alive; }
    Tracked& operator=(Tracked&& other) {
        maybe_throw();
        value_ = std::move(other.value_);
        return *this;
    }
    ~Tracked() { --alive; }
    /// Nothing for an element that has been moved from: the sorts never compare those.
    [[nodiscard]] std::uint32_t value() const { return *value_; }
    [[nodiscard]] bool holds_value() const { return value_ != nullptr; }

    static inline std::atomic<long> alive = 0;
    static inline std::atomic<long> moves_until_throw = -1;  // never

  private:
    static void maybe_throw() {
        if (moves_until_throw >= 0 && moves_until_throw-- == 0) throw Thrown();
    }
    std::unique_ptr<std::uint32_t> value_;
};

// The same without the chance of a throwing move: this takes the other paths.
class Handle {
  public:
    explicit Handle(std::uint32_t value) : value_(std::make_unique<std::uint32_t>(value)) {}
    [[nodiscard]] std::uint32_t value() const { return *value_; }
    [[nodiscard]] bool holds_value() const { return value_ != nullptr; }

  private:
    std::unique_ptr<std::uint32_t> value_;
};

// Copies freely.
class Plain {
  public:
    explicit Plain(std::uint32_t value) : value_(value) {}
    [[nodiscard]] std::uint32_t value() const { return value_; }
    [[nodiscard]] bool holds_value() const { return true; }

  private:
    std::uint32_t value_;
};

template <class T>
std::vector<T> make(std::size_t size) {
    std::vector<T> data;
    data.reserve(size);
    for (const std::uint32_t key : make_keys("random", size, 77)) data.emplace_back(key % 1000);
    return data;
}

template <class T>
std::vector<std::uint32_t> sorted_values(const std::vector<T>& data) {
    std::vector<std::uint32_t> values;
    for (const T& element : data) {
        if (element.holds_value()) values.push_back(element.value());
    }
    std::ranges::sort(values);
    return values;
}

template <class T>
using Compare =
    std::function<bool(const T&, const T&)>;  // one type, so that each sort is compiled once an element type
template <class T>
using Sort = std::function<void(std::vector<T>&)>;

// Calls check with every sort that promises to keep every element, with knobs that reach each part of it at small
// sizes.
template <class T>
void for_each_safe_sort(const Compare<T>& compare, const std::function<void(const Sort<T>&)>& check) {
    for (const LeafSort leaf : safe_leaves) {
        for (const std::size_t threshold : {std::size_t{8}, std::size_t{200}}) {
            check([&, leaf, threshold](std::vector<T>& data) {
                parallel_quicksort(data,
                                   QuicksortOptions{.threshold = threshold, .leaf_sort = leaf, .comparator = compare});
            });
            for (const Merge merge : {Merge::sequential, Merge::parallel}) {
                check([&, leaf, threshold, merge](std::vector<T>& data) {
                    parallel_merge_sort(data, MergeSortOptions{.threshold = threshold,
                                                               .merge = merge,
                                                               .merge_threshold = 32,
                                                               .leaf_sort = leaf,
                                                               .comparator = compare});
                });
            }
        }
    }
}

template <class T>
class SortFailure : public ::testing::Test {};
using Types = ::testing::Types<Tracked, Handle, Plain>;
TYPED_TEST_SUITE(SortFailure, Types);

TYPED_TEST(SortFailure, AComparatorThatThrowsLosesAndDoublesNoElement) {
    using T = TypeParam;
    constexpr std::size_t size = 1500;
    std::atomic<long> comparisons_left = 0;
    const Compare<T> compare = [&](const T& a, const T& b) {
        if (comparisons_left-- <= 0) throw Thrown();
        return a.value() < b.value();
    };
    for_each_safe_sort<T>(compare, [&](const Sort<T>& sort) {
        for (const long comparisons : {0L, 1L, 40L, 900L, 3000L, 6000L, 10'000L, 12'000L}) {
            std::vector<T> data = make<T>(size);
            const std::vector<std::uint32_t> before = sorted_values(data);
            comparisons_left = comparisons;
            try {
                sort(data);
                EXPECT_TRUE(std::ranges::is_sorted(data, {}, [](const T& element) { return element.value(); }));
            } catch (const Thrown&) {
            }
            ASSERT_EQ(sorted_values(data), before) << "threw at comparison " << comparisons;
        }
    });
    EXPECT_EQ(Tracked::alive, 0);
}

TYPED_TEST(SortFailure, ALargePartitionInParallelKeepsEveryElementToo) {
    using T = TypeParam;
    constexpr std::size_t size = 300'000;
    std::atomic<long> comparisons_left = 0;
    const Compare<T> compare = [&](const T& a, const T& b) {
        if (comparisons_left-- <= 0) throw Thrown();
        return a.value() < b.value();
    };
    for (const long comparisons : {100L, 150'000L, 299'000L}) {
        std::vector<T> data = make<T>(size);
        const std::vector<std::uint32_t> before = sorted_values(data);
        comparisons_left = comparisons;
        EXPECT_THROW(parallel_quicksort(data, QuicksortOptions{.comparator = compare}), Thrown);
        EXPECT_EQ(sorted_values(data), before);
    }
}

TEST(ThrowingMoves, LeaveNoObjectAliveOrDestroyedTwice) {
    constexpr std::size_t size = 600;
    const Compare<Tracked> compare = [](const Tracked& a, const Tracked& b) {
        return a.holds_value() && b.holds_value() && a.value() < b.value();
    };
    for_each_safe_sort<Tracked>(compare, [&](const Sort<Tracked>& sort) {
        for (const long moves : {0L, 5L, 300L, 599L, 600L, 601L, 1500L, 3000L}) {
            {
                std::vector<Tracked> data = make<Tracked>(size);
                ASSERT_EQ(Tracked::alive, static_cast<long>(size));
                Tracked::moves_until_throw = moves;
                try {
                    sort(data);
                } catch (const Thrown&) {
                }
                Tracked::moves_until_throw = -1;
                ASSERT_EQ(Tracked::alive, static_cast<long>(size)) << "after " << moves << " moves";
            }
            ASSERT_EQ(Tracked::alive, 0);
        }
    });
}

// Not one of these is a strict weak order.
template <class T>
std::vector<std::pair<std::string, Compare<T>>> invalid_comparators() {
    return {{"always true", [](const T&, const T&) { return true; }},
            {"always false", [](const T&, const T&) { return false; }},
            {"less or equal", [](const T& a, const T& b) { return a.value() <= b.value(); }},
            {"by a hash of both",
             [](const T& a, const T& b) { return sorting::mix64(a.value() * 2'654'435'761U + b.value()) % 2 == 0; }},
            {"rock, paper, scissors", [](const T& a, const T& b) { return (a.value() + 1) % 3 == b.value() % 3; }}};
}

TYPED_TEST(SortFailure, AnInvalidComparatorGivesSomeOrderOfTheSameElements) {
    using T = TypeParam;
    for (const auto& [name, compare] : invalid_comparators<T>()) {
        for (const std::size_t size : {2U, 3U, 8U, 9U, 32U, 33U, 777U, 5000U}) {
            for_each_safe_sort<T>(compare, [&](const Sort<T>& sort) {
                std::vector<T> data = make<T>(size);
                const std::vector<std::uint32_t> before = sorted_values(data);
                sort(data);
                ASSERT_EQ(sorted_values(data), before) << name << ", " << size << " elements";
            });
        }
        std::vector<T> data = make<T>(200'000);
        const std::vector<std::uint32_t> before = sorted_values(data);
        parallel_quicksort(data, QuicksortOptions{.threshold = 5000, .comparator = compare});
        ASSERT_EQ(sorted_values(data), before) << name << ", partitioned in parallel";
    }
}

TEST(SortCancellation, ACancelledTokenEndsTheSortAndKeepsEveryElement) {
    const CancellationToken cancelled;
    cancelled.cancel();
    std::vector<std::string> data = make_data<std::string>("random", 10'000, 3);
    const std::vector<std::string> before = data;
    EXPECT_THROW(parallel_quicksort(data, cancelled), Cancelled);
    EXPECT_TRUE(std::is_permutation(before.begin(), before.end(), data.begin()) || data == before);
    EXPECT_THROW(parallel_merge_sort(data, MergeSortOptions{.threshold = 100}, cancelled), Cancelled);
    std::vector<std::string> expected = before;
    std::ranges::sort(expected);
    std::ranges::sort(data);
    EXPECT_EQ(data, expected);
}

TEST(SortCancellation, AComparatorThatCancelsStopsTheSortSoonAfter) {
    const CancellationToken token;
    std::atomic<long> comparisons = 0;
    const auto compare = [&](std::uint64_t a, std::uint64_t b) {
        if (++comparisons == 50'000) token.cancel();
        return a < b;
    };
    std::vector<std::uint64_t> data = make_data<std::uint64_t>("random", 1'000'000, 3);
    std::vector<std::uint64_t> expected = data;
    std::ranges::sort(expected);
    EXPECT_THROW(parallel_merge_sort(data, MergeSortOptions{.comparator = compare}, token), Cancelled);
    EXPECT_LT(comparisons, 2'000'000) << "a whole sort takes about 19 million";
    std::ranges::sort(data);
    EXPECT_EQ(data, expected);
}

TEST(SortCancellation, ATokenThatNobodyCancelsChangesNothing) {
    std::vector<std::uint64_t> data = make_data<std::uint64_t>("random", 10'000, 3);
    parallel_quicksort(data, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data));
    data = make_data<std::uint64_t>("random", 10'000, 4);
    parallel_merge_sort(data, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data));
}

}  // namespace
}  // namespace grainscope
