// Merge sort against std::sort: every type, distribution, knob and size.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/merge_sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

// One instance of the sort for each type, whatever the knobs.
template <class T>
[[gnu::noinline]] void merge_sort(std::vector<T>& data, const MergeSortOptions<>& options) {
    parallel_merge_sort(data, options);
}

template <class T>
class MergeSortReference : public ::testing::Test {};

using Types = ::testing::Types<std::int32_t, double, std::string>;
TYPED_TEST_SUITE(MergeSortReference, Types);

TYPED_TEST(MergeSortReference, SortsEverySmallSizeWithEveryKnob) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const std::size_t size : small_sizes)
            for (const std::size_t threshold : {0, 1, 32, 500})
                for (const Merge merge : {Merge::sequential, Merge::parallel})
                    for (const std::size_t merge_threshold : {0, 1, 100})
                        for (const LeafSort leaf : leaves)
                            compare_with_reference<T>(distribution, size, [&](std::vector<T>& data) {
                                merge_sort<T>(data, MergeSortOptions{.threshold = threshold,
                                                                     .merge = merge,
                                                                     .merge_threshold = merge_threshold,
                                                                     .leaf_sort = leaf});
                            });
}

TYPED_TEST(MergeSortReference, SortsLargeDataWithEitherMerge) {
    using T = TypeParam;
    for (const std::string& distribution : distributions)
        for (const Merge merge : {Merge::sequential, Merge::parallel})
            compare_with_reference<T>(distribution, 100'003, [&](std::vector<T>& data) {
                merge_sort<T>(data, MergeSortOptions{.merge = merge});
            });
}

}  // namespace
}  // namespace grainscope
