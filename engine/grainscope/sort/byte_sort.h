// Sorting one-byte numbers: count each of the 256 values, then write them in their order.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>

#include <grainscope/platform/atomic.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/parallel_partition.h>

namespace grainscope::sorting {

/// bool, char and their like.
template <class T>
concept ByteKey = std::integral<T> && sizeof(T) == 1;

/// O(n), by all workers, in place.
template <ByteKey T, Fork ForkT, Observer<T> ObserverT>
void byte_sort_on(ForkT& fork, std::span<T> data, bool descending, ObserverT& observer) {
    constexpr std::size_t grain = std::size_t{1} << 16;
    constexpr std::size_t values = 256;
    // A value's place in the ascending order; the shift brings the negative ones before the others.
    constexpr unsigned shift = static_cast<unsigned char>(std::numeric_limits<T>::min());
    auto* const bytes = reinterpret_cast<unsigned char*>(data.data());

    std::array<Atomic<std::size_t>, values> total{};
    detail::fork_over(fork, 0, data.size(), grain, [&](std::size_t begin, std::size_t end) {
        observer.poll();
        const auto stamp = observer.begin();
        // Four counts a value: equal neighbours do not wait for one another.
        std::array<std::array<std::size_t, values>, 4> counts{};
        for (std::size_t i = begin; i < end; ++i) ++counts[i % 4][bytes[i] ^ shift];
        for (std::size_t value = 0; value < values; ++value) {
            const std::size_t count = counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
            if (count > 0) total[value].fetch_add(count, relaxed);  // relaxed: the joins order it before its reader
        }
        observer.end(stamp, Step::partition, data.data() + begin, begin, end - begin);
    });

    std::array<std::size_t, values + 1> begins{};  // where the i-th value of the result begins
    const auto value_of = [&](std::size_t i) { return descending ? values - 1 - i : i; };
    for (std::size_t i = 0; i < values; ++i)
        begins[i + 1] = begins[i] + total[value_of(i)].load(relaxed);  // relaxed: see above
    detail::fork_over(fork, 0, data.size(), grain, [&](std::size_t begin, std::size_t end) {
        const auto stamp = observer.begin();
        auto i = static_cast<std::size_t>(std::ranges::upper_bound(begins, begin) - begins.begin()) - 1;
        for (std::size_t at = begin; at < end; ++i) {
            const std::size_t stop = std::min(end, begins[i + 1]);
            std::memset(bytes + at, static_cast<int>(value_of(i) ^ shift), stop - at);
            at = stop;
        }
        observer.end(stamp, Step::leaf, data.data() + begin, begin, end - begin);
    });
}

}  // namespace grainscope::sorting
