// The parts of par_sort_unstable: the partition and the small sort by vectors, the look for order, the defence against
// adversaries.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/par_sort_unstable.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

struct Thrown {};

template <class T>
T labelled(std::uint32_t key, std::uint32_t label);
template <>
std::uint32_t labelled(std::uint32_t key, std::uint32_t) {
    return key;
}
template <>
Labelled labelled(std::uint32_t key, std::uint32_t label) {
    return {key, label};
}
struct Wide {
    std::uint64_t key, origin;
    friend bool operator==(const Wide&, const Wide&) = default;
};
template <>
Wide labelled(std::uint32_t key, std::uint32_t label) {
    return {key, label};
}
std::uint64_t key_of(std::uint32_t element) { return element; }
std::uint64_t key_of(const Labelled& element) { return element.key; }
std::uint64_t key_of(const Wide& element) { return element.key; }

// What is there, whatever its order.
template <class T>
std::vector<std::pair<std::uint64_t, std::uint64_t>> content(const std::vector<T>& data) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> result;
    for (const T& element : data) {
        if constexpr (std::is_same_v<T, std::uint32_t>)
            result.emplace_back(element, 0);
        else
            result.emplace_back(element.key, element.origin);
    }
    std::ranges::sort(result);
    return result;
}

template <class T>
std::vector<T> make(std::size_t size, std::uint32_t keys, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<T> data;
    for (std::size_t i = 0; i < size; ++i)
        data.push_back(labelled<T>(static_cast<std::uint32_t>(random() % keys), static_cast<std::uint32_t>(i)));
    return data;
}

template <class T>
class VectorParts : public ::testing::Test {};
using Types = ::testing::Types<std::uint32_t, Labelled, Wide>;  // 4, 8 and 16 bytes
TYPED_TEST_SUITE(VectorParts, Types);

TYPED_TEST(VectorParts, ThePartitionSplitsRangesOfAnyLengthAnywhere) {
    using T = TypeParam;
    for (std::size_t size = 0; size <= 420; ++size) {
        for (const std::uint32_t bound : {0U, 1U, 50U, 97U, 100U}) {
            std::vector<T> data = make<T>(size, 100, static_cast<unsigned>(size));
            const auto before = content(data);
            const auto left = [=](const T& x) { return key_of(x) < bound; };
            const std::ptrdiff_t expected = std::ranges::count_if(data, left);
            T* const cut = sorting::partition_blocks(data.data(), data.data() + size, left);
            ASSERT_EQ(cut - data.data(), expected) << size << " elements, " << bound;
            ASSERT_TRUE(std::all_of(data.data(), cut, left));
            ASSERT_TRUE(std::none_of(cut, data.data() + size, left));
            ASSERT_EQ(content(data), before);
        }
    }
}

TYPED_TEST(VectorParts, ThePartitionKeepsEveryElementWhenItsPredicateThrows) {
    using T = TypeParam;
    for (const std::size_t size : {1U, 7U, 70U, 200U, 300U}) {
        for (std::size_t call = 0; call < size; ++call) {
            std::vector<T> data = make<T>(size, 100, 5);
            const auto before = content(data);
            std::size_t calls_left = call;
            const auto left = [&](const T& x) {
                if (calls_left-- == 0) throw Thrown();
                return key_of(x) < 50;
            };
            ASSERT_THROW(sorting::partition_blocks(data.data(), data.data() + size, left), Thrown);
            ASSERT_EQ(content(data), before) << size << " elements, call " << call;
        }
    }
}

// A comparator that holds nothing, which is what the small sort by columns is for. What it answers is set outside.
struct Switchable {
    enum Mode { less, always, never, at_random, throwing };
    static inline Mode mode = less;
    static inline std::atomic<long> calls_left = 0;

    template <class T>
    bool operator()(const T& a, const T& b) const {
        if (mode == always || mode == never) return mode == always;
        if (mode == at_random) return sorting::mix64(key_of(a) * 2'654'435'761U + key_of(b)) % 2 == 0;
        if (mode == throwing && calls_left-- <= 0) throw Thrown();
        return key_of(a) < key_of(b);
    }
};

TYPED_TEST(VectorParts, AFewElementsAreSortedWithEquivalentOnesAmongThem) {
    using T = TypeParam;
    for (std::size_t size = 0; size <= 300; ++size) {
        for (const std::uint32_t keys : {1U, 2U, 5U, 100U, 1'000'000U}) {
            std::vector<T> data = make<T>(size, keys, static_cast<unsigned>(size + keys));
            const auto before = content(data);
            Switchable::mode = Switchable::less;
            par_sort_unstable_by(data, Switchable{});
            ASSERT_TRUE(std::ranges::is_sorted(data, {}, [](const T& x) { return key_of(x); }))
                << size << " elements, " << keys << " keys";
            ASSERT_EQ(content(data), before) << size << " elements, " << keys << " keys";
        }
    }
}

TYPED_TEST(VectorParts, InvalidComparatorsLoseNothing) {
    using T = TypeParam;
    for (std::size_t size = 0; size <= 300; ++size) {
        for (const std::uint32_t keys : {3U, 1'000'000U}) {
            const auto before = content(make<T>(size, keys, 9));
            std::vector<T> data = make<T>(size, keys, 9);
            for (const auto mode : {Switchable::always, Switchable::never, Switchable::at_random}) {
                Switchable::mode = mode;
                par_sort_unstable_by(data, Switchable{});
                ASSERT_EQ(content(data), before) << size << " elements, mode " << mode;
            }
        }
    }
}

TYPED_TEST(VectorParts, AThrowAtAnyComparisonLosesNothing) {
    using T = TypeParam;
    for (const std::size_t size : {3U, 9U, 17U, 33U, 40U, 64U, 100U}) {
        const auto before = content(make<T>(size, 50, 9));
        bool thrown = true;
        for (long call = 0; thrown; ++call) {
            std::vector<T> data = make<T>(size, 50, 9);
            Switchable::mode = Switchable::throwing;
            Switchable::calls_left = call;
            try {
                par_sort_unstable_by(data, Switchable{});
                thrown = false;
            } catch (const Thrown&) {
            }
            ASSERT_EQ(content(data), before) << size << " elements, call " << call;
        }
    }
}

TEST(Order, IsFoundWhereTheWholeRangeHasOne) {
    sorting::SequentialFork fork;
    for (const std::size_t size : {2U, 3U, 65U, 66U, 1024U, 1025U, 40'000U}) {
        std::vector<std::uint64_t> data(size);
        std::iota(data.begin(), data.end(), 0U);
        const auto order = [&] { return sorting::find_order(data.data(), data.data() + size, std::less<>{}, fork); };
        EXPECT_EQ(order(), sorting::Arrangement::ascending);
        std::ranges::reverse(data);
        EXPECT_EQ(order(), sorting::Arrangement::descending);
        if (size < 3) continue;
        for (const std::size_t place : {std::size_t{0}, size / 2, size - 2}) {
            std::swap(data[place], data[place + 1]);
            EXPECT_EQ(order(), sorting::Arrangement::unsorted) << size << " elements, " << place;
            std::swap(data[place], data[place + 1]);
        }
    }
}

// McIlroy, "A Killer Adversary for Quicksort" (1999): decides what the elements are while they are compared.
class Adversary {
  public:
    explicit Adversary(std::size_t size) : values_(size, size), gas_(size) {}
    bool less(std::size_t a, std::size_t b) {
        ++comparisons;
        if (values_[a] == gas_ && values_[b] == gas_) values_[a == candidate_ ? a : b] = solid_++;
        if (values_[a] == gas_)
            candidate_ = a;
        else if (values_[b] == gas_)
            candidate_ = b;
        return values_[a] < values_[b];
    }
    std::uint64_t comparisons = 0;

  private:
    std::vector<std::size_t> values_;
    std::size_t gas_, solid_ = 0, candidate_ = 0;
};

TEST(SortUnstableAdversary, CannotMakeItQuadratic) {
    constexpr std::size_t size = 60'000;
    Adversary adversary(size);
    std::vector<std::size_t> data(size);
    std::iota(data.begin(), data.end(), std::size_t{0});
    sorting::SequentialFork fork;  // the adversary is no thread-safe comparator
    sorting::NoObserver observer;
    const std::function<bool(std::size_t, std::size_t)> less = [&](std::size_t a, std::size_t b) {
        return adversary.less(a, b);
    };
    sorting::unstable_sort_on(fork, std::span(data), less, observer, 2);
    EXPECT_LT(static_cast<double>(adversary.comparisons), 5 * size * std::log2(size));
    EXPECT_TRUE(std::is_sorted(data.begin(), data.end(), less));
}

TEST(StringOrder, KeepsEqualStringsInTheirOrderWhenAskedTo) {
    constexpr std::size_t size = 20'000;
    std::mt19937 random(4);
    std::vector<std::string> texts(size);
    for (std::string& text : texts)
        text = std::string(random() % 40, 'a') + std::string(random() % 2, '\0') + std::string(random() % 3, 'b');
    std::vector<sorting::detail::StringEntry> entries(size);
    sorting::SequentialFork fork;
    sorting::NoObserver observer;
    const auto text_of = [&](std::uint64_t i) { return std::string_view(texts[i]); };
    const auto element_of = [&](const auto& entry) -> const std::string& { return texts[entry.index]; };
    sorting::StringOrder<decltype(text_of), sorting::Stability::stable, sorting::SequentialFork, decltype(element_of),
                         sorting::NoObserver>(text_of, fork, element_of, observer, 1)
        .run(entries);
    for (std::size_t i = 1; i < size; ++i) {
        const std::string &a = texts[entries[i - 1].index], &b = texts[entries[i].index];
        ASSERT_TRUE(a < b || (a == b && entries[i - 1].index < entries[i].index)) << i;
    }
}

}  // namespace
}  // namespace grainscope
