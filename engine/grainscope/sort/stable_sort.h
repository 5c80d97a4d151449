// The stable sort behind par_sort, for plain elements.
//
// One part a worker is sorted by itself: natural runs merged, the rest by a quicksort that forks (so that a part that
// is slower than the others is shared out). Then the parts are merged, two and two, every merge by all workers. Parts
// that turn out to be in order already, or to be one descending run, are only looked at. The parts are sorted into the
// data or into the buffer, whichever makes the last merge end in the data.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

#include <grainscope/sort/fork.h>
#include <grainscope/sort/natural_runs.h>
#include <grainscope/sort/parallel_merge.h>
#include <grainscope/sort/parallel_partition.h>
#include <grainscope/sort/raw_buffer.h>
#include <grainscope/sort/stable_quicksort.h>

namespace grainscope::sorting {

/// One run of the stable sort over `data` with `buffer`, both of the same size. When a member function throws, the
/// elements of its range stand in the data, each exactly once.
template <class T, class Tools>
class StableSort {
  public:
    StableSort(T* data, T* buffer, std::size_t size, const Tools& tools)
        : data_(data), buffer_(buffer), size_(size), tools_(tools) {}

    /// Sorts by 2^levels parts.
    void run(unsigned levels) {
        Part all = sort(0, size_, Place::data, levels);
        if (all.order == Trend::strictly_descending) reverse(all);
        bring_to_data(all);
    }

  private:
    enum class Place : bool { data, buffer };
    struct Part {
        std::size_t first;
        std::size_t last;
        Place place = Place::data;
        Trend order = Trend::ascending;
        [[nodiscard]] std::size_t size() const { return last - first; }
    };

    [[nodiscard]] static Place other(Place place) { return place == Place::data ? Place::buffer : Place::data; }
    [[nodiscard]] T* at(Place place, std::size_t index) const {
        return (place == Place::data ? data_ : buffer_) + index;
    }
    [[nodiscard]] T& front(const Part& part) const { return *at(part.place, part.first); }
    [[nodiscard]] T& back(const Part& part) const { return *at(part.place, part.last - 1); }

    // Sorts [first, last), to `wanted` unless order in the data makes another end cheaper.
    Part sort(std::size_t first, std::size_t last, Place wanted, unsigned levels) {
        if (levels == 0) return sort_part(first, last, wanted);
        const std::size_t middle = first + (last - first) / 2;
        Part left{first, middle}, right{middle, last};
        try {
            tools_.fork.join([&] { left = sort(first, middle, other(wanted), levels - 1); },
                             [&] { right = sort(middle, last, other(wanted), levels - 1); });
        } catch (...) {
            bring_to_data(left);
            bring_to_data(right);
            throw;
        }
        return merge(left, right, wanted);
    }

    Part sort_part(std::size_t first, std::size_t last, Place wanted) {
        const std::size_t size = last - first;
        T* const data = at(Place::data, first);
        T* const buffer = at(Place::buffer, first);
        const auto stamp = tools_.observer.begin();
        const Trend order = NaturalRuns<T, Tools>(data, buffer, size, false, tools_).merge();
        if (order != Trend::unknown) {
            tools_.observer.end(stamp, Step::leaf, data, first, size);
            return {first, last, Place::data, order};
        }
        // To the buffer, the data are the work space, and reading that from its back reads them mirrored.
        const bool stays = wanted == Place::data;
        const TwoStacks<T> range{stays ? data : buffer, stays ? buffer : data, size, !stays, !stays};
        try {
            stable_quicksort(range, static_cast<const T*>(nullptr), split_limit(size), tools_);
        } catch (...) {
            if (!stays) std::uninitialized_copy_n(buffer, size, data);
            throw;
        }
        tools_.observer.end(stamp, Step::leaf, at(wanted, first), first, size);
        return {first, last, wanted};
    }

    Part merge(Part left, Part right, Place wanted) {
        Part both{left.first, right.last};
        try {
            const bool falls = left.order == Trend::strictly_descending && right.order == Trend::strictly_descending;
            if (falls && tools_.less(front(right), back(left))) {
                both.order = Trend::strictly_descending;
                return both;
            }
            if (left.order == Trend::strictly_descending) reverse(left);
            if (right.order == Trend::strictly_descending) reverse(right);
            if (!tools_.less(front(right), back(left))) {
                if (left.place == right.place) {
                    both.place = left.place;
                } else {
                    bring_to_data(left);
                    bring_to_data(right);
                }
                return both;
            }
        } catch (...) {
            bring_to_data(left);
            bring_to_data(right);
            throw;
        }
        if (left.place != right.place) bring(left.place == wanted ? left : right, other(wanted));
        both.place = other(left.place);
        try {
            merge_in_parallel(at(left.place, left.first), left.size(), at(right.place, right.first), right.size(),
                              at(both.place, both.first), tools_, both.first);
        } catch (...) {
            bring_to_data(both);
            throw;
        }
        return both;
    }

    void reverse(Part& part) {
        const std::size_t size = part.size();
        T* const data = at(part.place, part.first);
        const std::size_t offset = part.first;
        detail::fork_over(tools_.fork, 0, size / 2, tools_.grain, [=, this](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) {
                const T low = data[i];
                std::construct_at(data + i, data[size - 1 - i]);
                std::construct_at(data + size - 1 - i, low);
            }
            const auto observed = [&](std::size_t from, std::size_t to) {
                tools_.observer.end(tools_.observer.begin(), Step::merge, data + from, offset + from, to - from);
            };
            observed(first, last);
            observed(size - last, size - first);
        });
        part.order = Trend::ascending;
    }

    void bring(Part& part, Place place) {
        if (part.place == place) return;
        T* const from = at(part.place, part.first);
        T* const to = at(place, part.first);
        detail::fork_over(tools_.fork, 0, part.size(), tools_.grain, [=](std::size_t first, std::size_t last) {
            std::uninitialized_copy(from + first, from + last, to + first);
        });
        part.place = place;
    }
    void bring_to_data(Part& part) { bring(part, Place::data); }

    T* data_;
    T* buffer_;
    std::size_t size_;
    const Tools& tools_;
};

/// Below this, the parts are not worth a task.
inline constexpr std::size_t stable_part_min = 8192;

/// Sorts plain elements, stably, by about `workers` tasks at a time. O(n log n) comparisons, n to find that the data
/// are sorted or reversed; a buffer of n elements, without which std::bad_alloc leaves the data as it was. When `less`
/// throws, every element is in `data` exactly once.
template <class T, class Less, Fork ForkT, class ObserverT>
void stable_sort_on(ForkT& fork, std::size_t workers, T* data, std::size_t size, Less less, ObserverT& observer) {
    observer.poll();
    if (size <= small_sort_max) {
        small_sort(data, data, size, less);
        return;
    }
    const RawBuffer<T> buffer(size);
    const bool alone = size < 2 * stable_part_min || workers == 1;
    const std::size_t grain = alone ? size : std::max(stable_part_min, size / (8 * workers));
    const StableTools<Less, ForkT, ObserverT> tools{less, fork, observer, grain};
    StableSort<T, StableTools<Less, ForkT, ObserverT>> sort(data, buffer.data(), size, tools);
    if (alone) {
        sort.run(0);
        return;
    }
    const unsigned levels = static_cast<unsigned>(std::bit_width(std::min(workers, size / stable_part_min) - 1));
    // A task of its own: a caller from outside the pool enters it once, not at every fork.
    fork.join([&] { sort.run(levels); }, [] {});
}

}  // namespace grainscope::sorting
