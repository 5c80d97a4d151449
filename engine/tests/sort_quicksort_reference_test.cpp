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

// One instance of the sort for each type, whatever the knobs.
template <class T>
[[gnu::noinline]] void quicksort(std::vector<T>& data, const QuicksortOptions<>& options) {
    parallel_quicksort(data, options);
}

template <class T>
class QuicksortReference : public ::testing::Test {};

// Split by vectors of four bytes, by vectors of eight, by swaps.
using Types = ::testing::Types<std::int32_t, double, std::string>;
TYPED_TEST_SUITE(QuicksortReference, Types);

TYPED_TEST(QuicksortReference, SortsEverySmallSizeWithEveryKnob) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const std::size_t size : small_sizes)
            for (const std::size_t threshold : {0, 1, 32, 500})
                for (const Pivot pivot : pivots)
                    for (const LeafSort leaf : leaves)
                        compare_with_reference<T>(distribution, size, [&](std::vector<T>& data) {
                            quicksort<T>(data,
                                         QuicksortOptions{
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
                        quicksort<T>(data,
                                     QuicksortOptions{
                                         .threshold = 64, .pivot = pivot, .parallel_partition = parallel_partition});
                    });
}

}  // namespace
}  // namespace grainscope
