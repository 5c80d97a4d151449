// par_sort_unstable with comparators that throw or contradict themselves, and cancelled: no element is lost, none is
// touched out of bounds.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/par_sort_unstable.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

struct Thrown {};

// Three kinds of elements, each taking another way through the sort.
struct Wide {  // copies freely, without a vector of its size
    std::uint32_t key;
    std::uint32_t rest[2];
};
using Word = std::uint64_t;  // split by vectors
using Owner = std::unique_ptr<std::uint32_t>;

std::uint32_t key_of(const Wide& element) { return element.key; }
std::uint32_t key_of(const Word& element) { return static_cast<std::uint32_t>(element); }
std::uint32_t key_of(const Owner& element) { return element == nullptr ? ~0U : *element; }

template <class T>
T element_of(std::uint32_t key) {
    if constexpr (std::is_same_v<T, Owner>)
        return std::make_unique<std::uint32_t>(key);
    else if constexpr (std::is_same_v<T, Wide>)
        return {key, {key, key}};
    else
        return key;
}

template <class T>
std::vector<T> elements(const std::string& distribution, std::size_t size) {
    std::vector<T> data;
    for (const std::uint32_t key : make_keys(distribution, size, 77)) data.push_back(element_of<T>(key));
    return data;
}

template <class T>
std::vector<std::uint32_t> keys_of(const std::vector<T>& data) {
    std::vector<std::uint32_t> keys;
    for (const T& element : data) keys.push_back(key_of(element));
    std::ranges::sort(keys);
    return keys;
}

template <class T>
using Compare = std::function<bool(const T&, const T&)>;

template <class T>
class SortUnstableFailure : public ::testing::Test {};
using Types = ::testing::Types<Wide, Word, Owner>;
TYPED_TEST_SUITE(SortUnstableFailure, Types);

// Sorts with a comparator that throws at its n-th call; tells whether it came to that.
template <class T>
bool throws_at(std::vector<T>& data, long call) {
    std::atomic<long> calls_left = call;
    const Compare<T> compare = [&](const T& a, const T& b) {
        if (calls_left-- <= 0) throw Thrown();
        return key_of(a) < key_of(b);
    };
    try {
        par_sort_unstable_by(data, compare);
    } catch (const Thrown&) {
        return true;
    }
    return false;
}

TYPED_TEST(SortUnstableFailure, AThrowAtAnyComparisonOfASmallSortLosesAndDoublesNoElement) {
    for (const std::size_t size : {2U, 9U, 40U, 150U, 420U}) {
        for (const std::string distribution : {"random", "few-uniques"}) {
            std::vector<TypeParam> data = elements<TypeParam>(distribution, size);
            const std::vector<std::uint32_t> before = keys_of(data);
            const long step = size > 300 ? 7 : 1;
            for (long call = 0;; call += step) {
                data = elements<TypeParam>(distribution, size);
                const bool thrown = throws_at(data, call);
                ASSERT_EQ(keys_of(data), before) << size << " elements, " << distribution << ", call " << call;
                if (!thrown) break;
            }
        }
    }
}

TYPED_TEST(SortUnstableFailure, AThrowAnywhereInALargeSortDoesNeither) {
    constexpr std::size_t size = 200'000;
    std::mt19937 random(3);
    for (const std::string distribution : {"random", "reversed"}) {
        const std::vector<std::uint32_t> before = keys_of(elements<TypeParam>(distribution, size));
        for (int round = 0; round < 6; ++round) {
            const auto call = static_cast<long>(random() % (distribution == "random" ? 3'000'000 : size));
            SCOPED_TRACE(::testing::Message() << distribution << ", call " << call);
            std::vector<TypeParam> data = elements<TypeParam>(distribution, size);
            EXPECT_TRUE(throws_at(data, call));
            ASSERT_EQ(keys_of(data), before);
        }
    }
}

// Not one of these is a strict weak order.
template <class T>
std::vector<std::pair<std::string, Compare<T>>> invalid_comparators() {
    return {{"always true", [](const T&, const T&) { return true; }},
            {"always false", [](const T&, const T&) { return false; }},
            {"less or equal", [](const T& a, const T& b) { return key_of(a) <= key_of(b); }},
            {"by a hash of both",
             [](const T& a, const T& b) { return sorting::mix64(key_of(a) * 2'654'435'761U + key_of(b)) % 2 == 0; }},
            {"rock, paper, scissors", [](const T& a, const T& b) { return (key_of(a) + 1) % 3 == key_of(b) % 3; }}};
}

TYPED_TEST(SortUnstableFailure, AnInvalidComparatorGivesSomeOrderOfTheSameElements) {
    using T = TypeParam;
    for (const auto& [name, compare] : invalid_comparators<T>()) {
        for (const std::size_t size : {2U, 3U, 8U, 9U, 33U, 64U, 65U, 129U, 193U, 777U, 20'000U, 150'000U}) {
            std::vector<T> data = elements<T>("random", size);
            const std::vector<std::uint32_t> before = keys_of(data);
            par_sort_unstable_by(data, compare);
            ASSERT_EQ(keys_of(data), before) << name << ", " << size << " elements";
        }
    }
}

TEST(SortUnstableProjectionFailure, AKeyFunctionThatThrowsKeepsEveryElement) {
    std::vector<Word> data = elements<Word>("random", 30'000);
    const std::vector<std::uint32_t> before = keys_of(data);
    std::atomic<long> calls_left = 300'000;
    const auto key = [&](const Word& element) {
        if (calls_left-- <= 0) throw Thrown();
        return element;
    };
    EXPECT_THROW(par_sort_unstable_by_key(data, key), Thrown);
    EXPECT_EQ(keys_of(data), before);
}

TEST(SortUnstableDequeFailure, ElementsComeHomeFromTheBuffer) {
    std::vector<Owner> source = elements<Owner>("random", 20'000);
    const std::vector<std::uint32_t> before = keys_of(source);
    std::deque<Owner> data(std::make_move_iterator(source.begin()), std::make_move_iterator(source.end()));
    std::atomic<long> calls_left = 50'000;
    EXPECT_THROW(par_sort_unstable_by(data,
                                      [&](const Owner& a, const Owner& b) {
                                          if (calls_left-- <= 0) throw Thrown();
                                          return *a < *b;
                                      }),
                 Thrown);
    source.assign(std::make_move_iterator(data.begin()), std::make_move_iterator(data.end()));
    EXPECT_EQ(keys_of(source), before);
}

TEST(SortUnstableCancellation, ACancelledTokenEndsTheSortAndKeepsEveryElement) {
    const CancellationToken cancelled;
    cancelled.cancel();
    std::vector<std::string> strings = make_data<std::string>("random", 50'000, 3);
    std::vector<std::string> expected = strings;
    std::ranges::sort(expected);
    EXPECT_THROW(par_sort_unstable(strings, cancelled), Cancelled);
    EXPECT_THROW(par_sort_unstable_by(strings, std::greater<std::string>{}, cancelled), Cancelled);
    std::ranges::sort(strings);
    EXPECT_EQ(strings, expected);
    std::vector<std::uint64_t> numbers(5, 1);
    EXPECT_THROW(par_sort_unstable(numbers, cancelled), Cancelled);
    EXPECT_THROW(par_sort_unstable_by_key(
                     numbers, [](std::uint64_t x) { return x; }, cancelled),
                 Cancelled);
}

TEST(SortUnstableCancellation, AComparatorThatCancelsStopsTheSortSoonAfter) {
    const CancellationToken token;
    std::atomic<long> comparisons = 0;
    const auto compare = [&](std::uint64_t a, std::uint64_t b) {
        if (++comparisons == 50'000) token.cancel();
        return a < b;
    };
    std::vector<std::uint64_t> data = make_data<std::uint64_t>("random", 1'000'000, 3);
    std::vector<std::uint64_t> expected = data;
    std::ranges::sort(expected);
    EXPECT_THROW(par_sort_unstable_by(data, compare, token), Cancelled);
    EXPECT_LT(comparisons, 3'000'000) << "a whole sort takes about 20 million";
    std::ranges::sort(data);
    EXPECT_EQ(data, expected);
}

TEST(SortUnstableCancellation, ATokenThatNobodyCancelsChangesNothing) {
    std::vector<std::uint64_t> data = make_data<std::uint64_t>("random", 100'000, 3);
    par_sort_unstable(data, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data));
    par_sort_unstable(data, std::greater<>{}, std::identity{}, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data, std::greater<>{}));
}

}  // namespace
}  // namespace grainscope
