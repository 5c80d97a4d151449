// A few long runs, up or down, as in an organ pipe or in sorted data that more was appended to: merged rather than
// sorted anew.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>

#include <grainscope/sort/element.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/parallel_merge.h>
#include <grainscope/sort/parallel_partition.h>
#include <grainscope/sort/raw_buffer.h>
#include <grainscope/sort/runs.h>

namespace grainscope::sorting {

namespace detail {

struct LongRuns {
    static constexpr std::size_t most = 8;

    std::array<std::size_t, most + 1> bounds{};  // run i is [bounds[i], bounds[i + 1])
    std::array<bool, most> falls{};
    std::size_t count = 0;
};

// Nothing unless the data are few runs, each but the last not much shorter than an equal share. Looks no further than
// the first short one.
template <class T, class Less>
std::optional<LongRuns> find_long_runs(std::span<const T> data, Less less) {
    const T* const first = data.data();
    const T* const last = first + data.size();
    const auto is_long = [&](const T* begin, const T* end) {
        return end == last || static_cast<std::size_t>(end - begin) >= data.size() / (2 * LongRuns::most);
    };
    LongRuns runs;
    for (const T* begin = first; begin != last;) {
        if (runs.count == LongRuns::most) return std::nullopt;
        const T* end = run_end(begin, last, [less](const T& earlier, const T& later) { return less(later, earlier); });
        if (!is_long(begin, end)) {
            end = run_end(begin, last, [less](const T& earlier, const T& later) { return less(earlier, later); });
            if (!is_long(begin, end)) return std::nullopt;
            runs.falls[runs.count] = true;
        }
        runs.bounds[++runs.count] = static_cast<std::size_t>(end - first);
        begin = end;
    }
    return runs;
}

template <class Less, class ForkT, class ObserverT>
struct RunTools {
    Less less;
    ForkT& fork;
    ObserverT& observer;
    std::size_t grain;  // a stretch of the result that one task merges
};

// Merges neighbours until one run is left, from the data to the buffer and back.
template <class T, class Tools>
class RunMerger {
  public:
    RunMerger(T* data, T* buffer, LongRuns runs, const Tools& tools)
        : data_(data), buffer_(buffer), from_(data), to_(buffer), runs_(runs), tools_(tools) {}

    // When it throws, every element is in the data, exactly once.
    void run() {
        while (runs_.count > 1) {
            try {
                round();
            } catch (...) {
                if (to_ == buffer_) std::uninitialized_copy_n(to_, merged_, data_);
                if (from_ == buffer_) std::uninitialized_copy(from_ + merged_, from_ + size(), data_ + merged_);
                throw;
            }
            std::swap(from_, to_);
        }
        if (from_ == buffer_) copy(buffer_, data_, 0, size());
    }

  private:
    [[nodiscard]] std::size_t size() const { return runs_.bounds[runs_.count]; }

    void round() {
        merged_ = 0;
        LongRuns next;
        for (std::size_t i = 0; i < runs_.count; i += 2) {
            const std::size_t begin = runs_.bounds[i];
            const std::size_t middle = runs_.bounds[i + 1];
            const bool is_single = i + 1 == runs_.count;
            merged_ = is_single ? middle : runs_.bounds[i + 2];  // these are in `to_`, also if it throws
            if (is_single)
                copy(from_, to_, begin, middle);
            else
                merge_in_parallel(from_ + begin, middle - begin, from_ + middle, merged_ - middle, to_ + begin, tools_,
                                  begin);
            next.bounds[++next.count] = merged_;
        }
        runs_ = next;
    }

    void copy(const T* from, T* to, std::size_t begin, std::size_t end) {
        fork_over(tools_.fork, begin, end, tools_.grain, [&](std::size_t first, std::size_t last) {
            std::uninitialized_copy(from + first, from + last, to + first);
        });
    }

    T* data_;
    T* buffer_;
    T* from_;
    T* to_;
    LongRuns runs_;
    const Tools& tools_;
    std::size_t merged_ = 0;
};

template <class T>
std::optional<RawBuffer<T>> buffer_if_there_is_memory(std::size_t size) {
    try {
        return RawBuffer<T>(size);
    } catch (const std::bad_alloc&) {
        return std::nullopt;
    }
}

}  // namespace detail

/// Sorts data that are a few long runs; false, with nothing done, if they are not, or if there is no memory for a
/// buffer of as many elements. When less throws, each element is there exactly once.
template <class T, class Less, Fork ForkT, Observer<T> ObserverT>
requires is_plain<T>
bool merge_long_runs(std::span<T> data, Less less, ForkT& fork, ObserverT& observer, std::size_t workers) {
    using Tools = detail::RunTools<Less, ForkT, ObserverT>;
    constexpr std::size_t least = 1024;
    if (data.size() < least) return false;
    const std::optional<detail::LongRuns> runs = detail::find_long_runs(std::span<const T>(data), less);
    if (!runs) return false;
    const std::optional<RawBuffer<T>> buffer = detail::buffer_if_there_is_memory<T>(data.size());
    if (!buffer) return false;
    for (std::size_t i = 0; i < runs->count; ++i) {
        if (!runs->falls[i]) continue;
        const std::size_t begin = runs->bounds[i];
        reverse_parallel(data.data() + begin, data.data() + runs->bounds[i + 1], fork, observer, begin);
    }
    const Tools tools{less, fork, observer, std::max(std::size_t{1} << 14, data.size() / (8 * workers))};
    detail::RunMerger<T, Tools>(data.data(), buffer->data(), *runs, tools).run();
    return true;
}

}  // namespace grainscope::sorting
