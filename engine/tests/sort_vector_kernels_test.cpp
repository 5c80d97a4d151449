// The kernels for numbers, each that this processor can run, whether or not it is the one that is chosen here.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/vector_kernels.h>

#include "sort_samples.h"

namespace grainscope::sorting {
namespace {

using namespace grainscope::testing;

static_assert(key_kind<unsigned long> == KeyKind::u64 && key_kind<unsigned long long> == KeyKind::u64);
static_assert(key_kind<long> == KeyKind::i64 && key_kind<long long> == KeyKind::i64);
static_assert(key_kind<char16_t> == KeyKind::u16 && key_kind<short> == KeyKind::i16);
static_assert(key_kind<char32_t> == KeyKind::u32 && key_kind<wchar_t> == KeyKind::i32);
static_assert(key_kind<float> == KeyKind::f32 && key_kind<double> == KeyKind::f64);
static_assert(!VectorKey<long double> && !VectorKey<bool> && !VectorKey<char8_t> && !VectorKey<std::string>);

const std::vector<std::pair<VectorUnit, std::string>> units{
    {VectorUnit::any, "any"}, {VectorUnit::avx2, "AVX2"}, {VectorUnit::avx512, "AVX-512"}};

template <class T>
class VectorKernels : public ::testing::Test {
  protected:
    using Less = std::function<bool(T, T)>;

    // Keys between two that stand for what no kernel may touch.
    static std::vector<T> keys(const std::string& distribution, std::size_t size) {
        std::vector<T> result{T{77}};
        std::mt19937_64 random(size);
        for (const std::uint32_t key : make_keys(distribution, size, 3)) {
            if (distribution == "random" && std::is_integral_v<T>)
                result.push_back(static_cast<T>(random()));
            else
                result.push_back(from_key<T>(key));
        }
        if (size > 10) {
            using Limits = std::numeric_limits<T>;
            result[2] = std::is_integral_v<T> ? Limits::lowest() : -Limits::infinity();
            result[7] = std::is_integral_v<T> ? Limits::max() : Limits::infinity();
        }
        if constexpr (std::is_floating_point_v<T>) {
            // Tiny ones, and huge ones: the next number is not an epsilon away.
            if (size % 3 == 1)
                for (T& key : result) key *= size % 2 == 1 ? T{1e-30F} : T{1e30F};
        }
        result.push_back(T{78});
        return result;
    }

    template <class Check>
    static void for_each_unit(const Check& check) {
        for (const auto& [unit, name] : units) {
            for (const bool descending : {false, true}) {
                const KeyKernels* const kernels = key_kernels_of(unit, key_kind<T>, descending);
                if (kernels == nullptr) continue;
                SCOPED_TRACE(name + (descending ? ", descending" : ", ascending"));
                const Less less = descending ? Less(std::greater<>{}) : Less(std::less<>{});
                check(*kernels, less);
            }
        }
    }

    static std::vector<std::size_t> sizes() {
        std::vector<std::size_t> result{1000, 1023, 1025, 5003};
        for (std::size_t size = 0; size <= 70; ++size) result.push_back(size);
        for (std::size_t size = 71; size < 600; size += 13) result.push_back(size);
        return result;
    }
};

using Types = ::testing::Types<std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, std::uint64_t, std::int64_t,
                               float, double>;
TYPED_TEST_SUITE(VectorKernels, Types);

TYPED_TEST(VectorKernels, SortAsStdSortDoesAndTouchNothingElse) {
    using T = TypeParam;
    this->for_each_unit([&](const KeyKernels& kernels, const auto& less) {
        for (const std::string& distribution : distributions) {
            for (const std::size_t size : this->sizes()) {
                std::vector<T> actual = this->keys(distribution, size), expected = actual;
                kernels.sort(actual.data() + 1, size);
                std::sort(expected.begin() + 1, expected.end() - 1, less);
                ASSERT_EQ(actual, expected) << distribution << ", " << size << " keys";
            }
        }
    });
}

TYPED_TEST(VectorKernels, PartitionAboutAnyPivotAndLoseNothing) {
    using T = TypeParam;
    this->for_each_unit([&](const KeyKernels& kernels, const auto& less) {
        for (const std::string& distribution : distributions) {
            for (const std::size_t size : this->sizes()) {
                const std::vector<T> keys = this->keys(distribution, size);
                // The first key is the least of all, or the greatest, in data long enough.
                for (const std::size_t pivot_at : {std::size_t{2}, std::size_t{7}, 1 + size / 2}) {
                    if (pivot_at > size) continue;
                    std::vector<T> actual = keys;
                    const T pivot = keys[pivot_at];
                    const std::size_t left = kernels.partition(actual.data() + 1, size, &pivot);
                    for (std::size_t i = 1; i <= size; ++i)
                        ASSERT_EQ(!less(pivot, actual[i]), i <= left) << distribution << ", " << size << " keys";
                    std::vector<T> expected = keys;
                    ASSERT_EQ(actual.front(), expected.front());
                    ASSERT_EQ(actual.back(), expected.back());
                    std::ranges::sort(actual);
                    std::ranges::sort(expected);
                    ASSERT_EQ(actual, expected) << distribution << ", " << size << " keys";
                }
            }
        }
    });
}

TYPED_TEST(VectorKernels, AreChosenFromThoseThatThisProcessorRuns) {
    for (const bool descending : {false, true}) {
        const KeyKernels* const chosen = &key_kernels(key_kind<TypeParam>, descending);
        EXPECT_TRUE(std::ranges::any_of(units, [&](const auto& unit) {
            return chosen == key_kernels_of(unit.first, key_kind<TypeParam>, descending);
        }));
        EXPECT_NE(key_kernels_of(VectorUnit::any, key_kind<TypeParam>, descending), nullptr);
    }
}

}  // namespace
}  // namespace grainscope::sorting
