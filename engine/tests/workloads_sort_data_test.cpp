// The data of the sorting workloads: what is made, its picture, and the check of the answer.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/workloads/data_picture.h>
#include <grainscope/workloads/sort_check.h>
#include <grainscope/workloads/sort_data.h>

namespace grainscope::workloads {
namespace {

template <class T>
std::vector<T> made(Distribution distribution, std::size_t count, std::uint64_t seed = 1) {
    const std::size_t type = Elements(std::vector<T>()).index();
    return std::get<std::vector<T>>(make_elements(type, distribution, count, seed));
}

template <class T>
class MadeData : public ::testing::Test {};
using Types = ::testing::Types<std::uint64_t, std::int32_t, double, std::string>;
TYPED_TEST_SUITE(MadeData, Types);

TYPED_TEST(MadeData, IsTheSameForTheSameSeedAndAnotherForAnother) {
    using T = TypeParam;
    EXPECT_EQ(made<T>(Distribution::random, 1000, 5), made<T>(Distribution::random, 1000, 5));
    EXPECT_NE(made<T>(Distribution::random, 1000, 5), made<T>(Distribution::random, 1000, 6));
}

TYPED_TEST(MadeData, HasTheShapeItsDistributionPromises) {
    using T = TypeParam;
    constexpr std::size_t count = 20'000;
    EXPECT_TRUE(std::ranges::is_sorted(made<T>(Distribution::sorted, count)));
    EXPECT_TRUE(std::ranges::is_sorted(made<T>(Distribution::reversed, count), std::ranges::greater()));
    const std::vector<T> pipe = made<T>(Distribution::organ_pipe, count);
    EXPECT_TRUE(std::is_sorted(pipe.begin(), pipe.begin() + count / 2));
    EXPECT_TRUE(std::is_sorted(pipe.begin() + count / 2, pipe.end(), std::greater<>()));

    const std::vector<T> few = made<T>(Distribution::few_uniques, count);
    EXPECT_EQ(std::set<T>(few.begin(), few.end()).size(), 16U);

    const std::vector<T> nearly = made<T>(Distribution::nearly_sorted, count);
    EXPECT_FALSE(std::ranges::is_sorted(nearly));
    std::size_t falls = 0;
    for (std::size_t i = 1; i < count; ++i) falls += nearly[i] < nearly[i - 1];
    EXPECT_LT(falls, count / 20);

    std::vector<T> random = made<T>(Distribution::random, count);
    std::ranges::sort(random);
    EXPECT_GT(std::unique(random.begin(), random.end()) - random.begin(), static_cast<std::ptrdiff_t>(count - 10));
}

TYPED_TEST(MadeData, OfZipfsLawHasAMostFrequentValueOfTheRightShare) {
    using T = TypeParam;
    constexpr std::size_t count = 50'000;
    const std::vector<T> data = made<T>(Distribution::zipf, count);
    const auto times = static_cast<double>(std::ranges::count(data, std::ranges::min(data)));
    const double expected = std::log(2.0) / std::log(count + 1.0);
    EXPECT_NEAR(times / count, expected, 0.01);
}

TYPED_TEST(MadeData, OfOneElementHasOne) {
    using T = TypeParam;
    for (int distribution = 0; distribution < 7; ++distribution)
        EXPECT_EQ(made<T>(static_cast<Distribution>(distribution), 1).size(), 1U);
}

TEST(MadeData, ChoicesReadBackAsWhatTheyName) {
    const std::vector<Choice> choices = distribution_choices();
    ASSERT_EQ(choices.size(), 7U);
    for (std::size_t i = 0; i < choices.size(); ++i)
        EXPECT_EQ(static_cast<std::size_t>(distribution_named(choices[i].name)), i) << choices[i].name;
    EXPECT_EQ(element_type_named("i32"), Elements(std::vector<std::int32_t>()).index());
    EXPECT_EQ(element_type_named("string"), Elements(std::vector<std::string>()).index());
}

TYPED_TEST(MadeData, TheCheckTakesTheRightAnswerAndNoOther) {
    using T = TypeParam;
    std::vector<T> data = made<T>(Distribution::random, 5000);
    const MultisetHash question = hash_multiset(std::span<const T>(data));
    EXPECT_FALSE(check_sorted(std::span<const T>(data), question).has_value()) << "not sorted";
    std::ranges::sort(data);
    EXPECT_TRUE(check_sorted(std::span<const T>(data), question).has_value());

    std::vector<T> doubled = data;
    doubled[17] = doubled[16];  // in order still: one element twice, another lost
    const auto verdict = check_sorted(std::span<const T>(doubled), question);
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error(), "sorted, but not the elements that came in: one is missing, doubled or changed");

    std::vector<T> swapped = data;
    std::swap(swapped[100], swapped[101]);
    const auto fall = check_sorted(std::span<const T>(swapped), question);
    ASSERT_FALSE(fall.has_value());
    EXPECT_EQ(fall.error(), "not sorted: element 101 is greater than element 102, its successor");

    std::vector<T> shorter(data.begin(), data.end() - 1);
    EXPECT_FALSE(check_sorted(std::span<const T>(shorter), question).has_value());
}

TEST(MultisetHash, DoesNotDependOnOrderButOnHowOftenAValueComes) {
    const auto hash = [](std::vector<std::uint64_t> data) {
        return hash_multiset(std::span<const std::uint64_t>(data));
    };
    EXPECT_EQ(hash({1, 2, 3}), hash({3, 1, 2}));
    EXPECT_NE(hash({1, 1, 2, 2}), hash({3, 3, 4, 4})) << "pairs do not cancel out";
    EXPECT_NE(hash({1, 1, 2}), hash({1, 2, 2}));
    EXPECT_NE(hash({0}), hash({0, 0}));
    EXPECT_NE(hash({1, 4}), hash({2, 3})) << "equal sums";
}

TEST(MultisetHash, TellsStringsApartByEveryByteAndByLength) {
    const auto hash = [](const std::string& text) {
        const std::vector<std::string> one{text};
        return hash_multiset(std::span<const std::string>(one));
    };
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    std::size_t texts = 0;
    for (std::size_t size = 0; size < 40; ++size) {
        std::string text(size, '\0');
        seen.insert({hash(text).low, hash(text).high});
        ++texts;
        for (char& c : text) {
            c = 'x';
            seen.insert({hash(text).low, hash(text).high});
            ++texts;
        }
    }
    EXPECT_EQ(seen.size(), texts);
}

TEST(DataPicture, ShowsSortedDataAsARamp) {
    const std::vector<std::uint64_t> data = made<std::uint64_t>(Distribution::sorted, 100'000);
    const RankScale<std::uint64_t> scale{std::span<const std::uint64_t>(data)};
    trace::DataBoard board(256);
    const DataPicture picture(board, scale, data.size());
    picture.publish(data.data(), 0, data.size(), [] { return std::uint16_t{3}; });
    for (std::size_t slot = 0; slot < board.size(); ++slot) {
        EXPECT_NEAR(board.read(slot).value, static_cast<double>(slot) / 256, 0.01);
        EXPECT_EQ(board.read(slot).owner, 3);
    }
}

TEST(DataPicture, PublishesExactlyTheSlotsInsideEveryRange) {
    for (const std::size_t size : {1U, 2U, 255U, 256U, 257U, 1000U, 99'991U}) {
        const std::vector<std::uint64_t> data = made<std::uint64_t>(Distribution::random, size);
        const RankScale<std::uint64_t> scale{std::span<const std::uint64_t>(data)};
        trace::DataBoard board(256);
        const DataPicture picture(board, scale, size);
        // Cover the array by uneven ranges, each with an owner of its own, and see that each slot has the owner of the
        // range that its position lies in.
        std::vector<std::uint16_t> owner_of(size);
        std::uint16_t owner = 0;
        for (std::size_t first = 0; first < size; ++owner) {
            const std::size_t count = std::min<std::size_t>(size - first, 1 + owner * 7 % 61);
            std::fill_n(owner_of.begin() + static_cast<std::ptrdiff_t>(first), count, owner);
            picture.publish(data.data() + first, first, count, [owner] { return owner; });
            first += count;
        }
        for (std::size_t slot = 0; slot < board.size(); ++slot) {
            const std::size_t position = slot * size / 256;
            ASSERT_EQ(board.read(slot).owner, owner_of[position]) << "slot " << slot << " of " << size << " elements";
            ASSERT_EQ(board.read(slot).value, scale.height(data[position]));
        }
    }
}

TEST(DataPicture, AsksForTheOwnerOnlyWhenASlotLiesInside) {
    const std::vector<std::uint64_t> data(1000, 1);
    const RankScale<std::uint64_t> scale{std::span<const std::uint64_t>(data)};
    trace::DataBoard board(10);
    const DataPicture picture(board, scale, data.size());
    int asked = 0;
    picture.publish(data.data() + 101, 101, 99, [&] { return ++asked, std::uint16_t{0}; });
    EXPECT_EQ(asked, 0) << "slots stand at 100 and 200";
    picture.publish(data.data() + 101, 101, 100, [&] { return ++asked, std::uint16_t{0}; });
    EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace grainscope::workloads
