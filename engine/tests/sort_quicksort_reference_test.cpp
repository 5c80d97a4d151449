// Quicksort against std::sort: every type, distribution, knob and size.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/quicksort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

template <class T>
class QuicksortReference : public ::testing::Test {};

using Types = ::testing::Types<std::uint64_t, std::int32_t, double, std::string>;
TYPED_TEST_SUITE(QuicksortReference, Types);

TYPED_TEST(QuicksortReference, SortsEverySmallSizeWithEveryKnob) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const std::size_t size : small_sizes)
            for (const std::size_t threshold : {0, 1, 32, 500})
                for (const Pivot pivot : pivots)
                    for (const LeafSort leaf : leaves)
                        compare_with_reference<T>(distribution, size, [&](std::vector<T>& data) {
                            parallel_quicksort(
                                data, QuicksortOptions{
                                          .threshold = threshold, .pivot = pivot, .leaf_sort = leaf, .seed = 11});
                        });
}

TYPED_TEST(QuicksortReference, SortsLargeDataWithEveryPivotAndPartition) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const Pivot pivot : pivots)
            for (const bool parallel_partition : {false, true})
                compare_with_reference<T>(
                    distribution, parallel_partition ? 150'007 : 50'003, [&](std::vector<T>& data) {
                        parallel_quicksort(
                            data, QuicksortOptions{
                                      .threshold = 64, .pivot = pivot, .parallel_partition = parallel_partition});
                    });
}

}  // namespace
}  // namespace grainscope
