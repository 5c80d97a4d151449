// reproducible_sum: the same bits whatever the number of threads.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <grainscope/iter/adaptors/chunks.h>
#include <grainscope/iter/consumers/collect.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/referred.h>

namespace grainscope::detail {

/// Adds blocks of a fixed length, each as four quarters side by side: an order that does not depend on who adds.
/// Quarters and not every fourth item: of four sums of neighbours that are loaded on a condition (`x > 0 ? y : 0`), GCC
/// 12 makes wrong code at -O3 for AVX2.
template <class T>
struct BlockSum {
    using Value = T;
    template <class Reader>
    T operator()(Reader& reader, std::size_t first, std::size_t last) const {
        const std::size_t quarter = (last - first) / 4;
        T a = T(), b = T(), c = T(), d = T();
        for (std::size_t i = first; i < first + quarter; ++i) {
            a += static_cast<T>(reader.at(i));
            b += static_cast<T>(reader.at(i + quarter));
            c += static_cast<T>(reader.at(i + 2 * quarter));
            d += static_cast<T>(reader.at(i + 3 * quarter));
        }
        for (std::size_t i = first + 4 * quarter; i < last; ++i) a += static_cast<T>(reader.at(i));
        return (a + b) + (c + d);
    }
};

template <class D>
struct ReproducibleStep {
    /// The sum of all items, with the same bits for any number of threads and in every run: blocks of 4,096 items are
    /// added in a fixed order, their sums pairwise (Higham, "The Accuracy of Floating Point Summation", 1993), which
    /// also keeps the error at O(log n). Needs an indexed pipeline; memory for n/4096 sums.
    template <class T = void, class Self = D>
    [[nodiscard]] auto reproducible_sum() const {
        static_assert(D::is_indexed, "grainscope: reproducible_sum needs an indexed pipeline");
        using Sum = OrKept<T, typename Self::Item>;
        constexpr std::size_t block = 4096;
        const D& self = static_cast<const D&>(*this);
        auto sums =
            Chunked<Referred<D>, BlockSum<Sum>>(Referred<D>(self), block, {}).template collect<std::vector<Sum>>();
        for (std::size_t width = 1; width < sums.size(); width *= 2)
            for (std::size_t i = 0; i + width < sums.size(); i += 2 * width) sums[i] += sums[i + width];
        return sums.empty() ? Sum() : sums.front();
    }
};

}  // namespace grainscope::detail
