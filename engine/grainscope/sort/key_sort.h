// The unstable sort of numbers in the order of their type. Large ranges are split about their median by many tasks, and
// what is short is sorted by one; both by vectors (vector_kernels.h).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <type_traits>

#include <grainscope/sort/fork.h>
#include <grainscope/sort/long_runs.h>
#include <grainscope/sort/parallel_partition.h>
#include <grainscope/sort/pivot.h>
#include <grainscope/sort/runs.h>
#include <grainscope/sort/vector_kernels.h>

namespace grainscope::sorting {

/// Shorter ranges are sorted sooner than another worker wakes.
inline constexpr std::size_t key_fork_min = std::size_t{1} << 14;

namespace detail {

/// The predicate of a split, which answers for whole ranges at once: what does not come after the pivot goes left.
template <VectorKey T, class Less>
struct NotAfterPivot {
    const KeyKernels* kernels;
    T pivot;

    bool operator()(const T& key) const { return !Less{}(pivot, key); }
    T* partition(T* first, T* last) const {
        return first + kernels->partition(first, static_cast<std::size_t>(last - first), &pivot);
    }
};

}  // namespace detail

/// One such sort over any fork-join. In place, O(log n) stack a worker; how it divides depends on the keys alone.
template <VectorKey T, class Less, Fork ForkT, Observer<T> ObserverT>
class KeySort {
  public:
    /// `workers`: how many tasks can run at once.
    KeySort(const KeyKernels& kernels, ForkT& fork, ObserverT& observer, std::size_t workers)
        : kernels_(kernels), fork_(fork), observer_(observer), workers_(workers) {}

    void run(std::span<T> data) {
        T* const first = data.data();
        T* const last = first + data.size();
        observer_.poll();
        base_ = first;
        switch (find_order(first, last, Less{}, fork_)) {
            case Arrangement::ascending:
                return;
            case Arrangement::descending:
                return reverse_parallel(first, last, fork_, observer_);
            case Arrangement::unsorted:
                break;
        }
        if (merge_long_runs(data, Less{}, fork_, observer_, workers_)) return;
        // Few parts, for the kernel does the rest better: as many as even out how far the medians are off, and so many
        // that none is long to wait for when the sort is cancelled.
        leaf_max_ =
            data.size() < key_fork_min ? data.size() : std::clamp(data.size() / (2 * workers_), leaf_least, leaf_most);
        parallel_split_min_ = std::max(parallel_partition_min, data.size() / workers_);
        sort(first, last, 2 * static_cast<int>(std::bit_width(data.size())));
    }

  private:
    static constexpr std::size_t leaf_least = std::size_t{1} << 13;
    static constexpr std::size_t leaf_most = std::size_t{1} << 17;
    static constexpr std::size_t sample_size = 255;

    struct Pivot {
        T key;
        bool is_last;  // no key of the sample comes after it: what equals it goes right
        bool is_only;  // all keys of the sample equal it
    };

    void sort(T* first, T* last, int splits_left) {
        observer_.poll();
        const auto size = static_cast<std::size_t>(last - first);
        const auto stamp = observer_.begin();
        if (size <= leaf_max_ || splits_left == 0) {
            kernels_.sort(first, size);
            return observer_.end(stamp, Step::leaf, first, offset(first), size);
        }
        const Pivot pivot = choose(first, size);
        T* equal = pivot.is_last ? split_before(first, last, pivot.key) : split_after(first, last, pivot.key);
        T* const greater = pivot.is_only ? split_after(equal, last, pivot.key) : equal;
        if (!splits_in_parallel(size)) observer_.end(stamp, Step::partition, first, offset(first), size);
        fork_.join([=, this] { sort(first, equal, splits_left - 1); },
                   [=, this] { sort(greater, last, splits_left - 1); });
    }

    // The median of keys from all over the range.
    Pivot choose(const T* first, std::size_t size) const {
        std::array<T, sample_size> sample;
        const std::size_t stride = size / sample_size;
        for (std::size_t i = 0; i < sample_size; ++i) sample[i] = first[i * stride + mix64(size + i) % stride];
        kernels_.sort(sample.data(), sample_size);
        const T middle = sample[sample_size / 2];
        return {middle, middle == sample.back(), sample.front() == sample.back()};
    }

    // Where the keys begin that come after the pivot.
    T* split_after(T* first, T* last, T pivot) {
        const detail::NotAfterPivot<T, Less> belongs_left{&kernels_, pivot};
        if (splits_in_parallel(static_cast<std::size_t>(last - first)))
            return partition_parallel(first, last, base_, belongs_left, fork_, observer_);
        return belongs_left.partition(first, last);
    }

    // Where the keys begin that equal the pivot or come after it.
    T* split_before(T* first, T* last, T pivot) {
        using Limits = std::numeric_limits<T>;
        constexpr bool ascending = Less{}(T{0}, T{1});
        if constexpr (std::is_floating_point_v<T>) {
            const T end = ascending ? -Limits::infinity() : Limits::infinity();
            return pivot == end ? first : split_after(first, last, std::nextafter(pivot, end));
        } else {
            const T end = ascending ? Limits::min() : Limits::max();
            return pivot == end ? first : split_after(first, last, static_cast<T>(ascending ? pivot - 1 : pivot + 1));
        }
    }

    [[nodiscard]] bool splits_in_parallel(std::size_t size) const { return size > parallel_split_min_; }
    [[nodiscard]] std::size_t offset(const T* at) const { return static_cast<std::size_t>(at - base_); }

    const KeyKernels& kernels_;
    ForkT& fork_;
    ObserverT& observer_;
    std::size_t workers_;
    std::size_t leaf_max_ = 0;
    std::size_t parallel_split_min_ = 0;
    const T* base_ = nullptr;
};

/// Sorts numbers, no NaN and no -0.0 among them, on any fork-join.
template <bool descending, VectorKey T, Fork ForkT, Observer<T> ObserverT>
void key_sort_on(ForkT& fork, std::span<T> data, ObserverT& observer, std::size_t workers) {
    using Less = std::conditional_t<descending, std::greater<>, std::less<>>;
    const KeyKernels& kernels = key_kernels(key_kind<T>, descending);
    KeySort<T, Less, ForkT, ObserverT>(kernels, fork, observer, std::max<std::size_t>(workers, 1)).run(data);
}

}  // namespace grainscope::sorting
