// par_sort_unstable against std::sort, with comparators that it knows nothing of.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/par_sort_unstable.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

// Around every size at which the sort changes its ways, and every small one.
std::vector<std::size_t> sizes() {
    std::vector<std::size_t> result;
    for (std::size_t size = 0; size <= 300; ++size) result.push_back(size);
    for (const std::size_t size : {1000U, 4095U, 4097U, 16'383U, 16'384U, 100'003U, 300'000U}) result.push_back(size);
    return result;
}

// What std::less answers, without being it: the order of the type is a way of its own.
struct Own {
    template <class T>
    bool operator()(const T& a, const T& b) const {
        return a < b;
    }
};

template <class T>
class SortUnstable : public ::testing::Test {};
// One element at a time, by vectors of four bytes, by vectors of eight.
using Types = ::testing::Types<std::uint8_t, std::int32_t, double>;
TYPED_TEST_SUITE(SortUnstable, Types);

TYPED_TEST(SortUnstable, DoesWhatStdSortDoes) {
    using T = TypeParam;
    for (const std::string& distribution : distributions) {
        for (const std::size_t size : sizes()) {
            std::vector<T> actual = make_data<T>(distribution, size, 7), expected = actual;
            std::ranges::sort(expected);
            par_sort_unstable(actual, Own{});
            ASSERT_EQ(actual, expected) << distribution << ", " << size << " elements";
        }
    }
}

TEST(SortUnstableComparators, MayBeAny) {
    using T = std::uint64_t;
    const std::function<bool(const T&, const T&)> greater = [](const T& a, const T& b) { return b < a; };
    for (const std::string& distribution : distributions) {
        for (const std::size_t size : {0U, 1U, 2U, 31U, 200U, 5000U, 50'000U}) {
            std::vector<T> actual = make_data<T>(distribution, size, 7), expected = actual;
            std::ranges::sort(expected, greater);
            par_sort_unstable_by(actual, greater);
            ASSERT_EQ(actual, expected) << distribution << ", " << size << " elements";
        }
    }
}

}  // namespace
}  // namespace grainscope
