// The definitions of par_sort_runs.h, for the files that instantiate them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#ifdef GRAINSCOPE_HAS_OPENMP
#include <parallel/algorithm>
#endif
#ifdef GRAINSCOPE_HAS_TBB
#include <oneapi/tbb/parallel_sort.h>
#endif

#include <grainscope/backends/loop.h>
#include <grainscope/backends/run_on.h>
#include <grainscope/sort/sort.h>
#include <grainscope/workloads/par_sort_runs.h>
#include <grainscope/workloads/sort_runs.h>

namespace grainscope::workloads {

namespace detail {

/// One call of somebody else's sort, watched from outside.
template <class T, class Sort>
void as_one_task(std::span<T> data, TaskObserver<T>& observer, Sort&& sort) {
    observer.poll();
    const auto stamp = observer.begin();
    sort();
    observer.poll();
    observer.end_by_many(stamp, data.data(), 0, data.size());
}

template <class T>
void sort_slice(T* first, T* last, bool stable) {
    if (stable)
        std::stable_sort(first, last);
    else
        std::sort(first, last);
}

template <class T>
void par_sort_on(backends::GrainscopeBackend& backend, std::span<T> data, bool stable, TaskObserver<T>& observer) {
    std::less<> less;
    std::identity whole;
    backend.pool().install([&] {
        if (stable)
            sorting::sort_range(data, less, whole, observer);
        else
            sorting::detail::sort_unstable_range(data, less, whole, observer);
    });
}

#ifdef GRAINSCOPE_HAS_OPENMP
template <class T>
void par_sort_on(backends::OpenMpBackend& backend, std::span<T> data, bool stable, TaskObserver<T>& observer) {
    backend.run_team([] {});  // the library's own regions run on the same threads,
                              // which have a row each from now on
    const __gnu_parallel::default_parallel_tag team(static_cast<__gnu_parallel::_ThreadIndex>(backend.threads()));
    as_one_task(data, observer, [&] {
        if (stable)
            __gnu_parallel::stable_sort(data.data(), data.data() + data.size(), std::less<>(), team);
        else
            __gnu_parallel::sort(data.data(), data.data() + data.size(), std::less<>(), team);
    });
}
#endif

#ifdef GRAINSCOPE_HAS_TBB
template <class T>
void par_sort_on(backends::TbbBackend& backend, std::span<T> data, bool stable, TaskObserver<T>& observer) {
    if (stable) {
        MergeSortOptions<> options;
        options.leaf_sort = LeafSort::std_sort;  // std::stable_sort there
        run_merge_sort(backend, data, options, observer);
        return;
    }
    backend.run([&](backends::TbbFork&) {
        as_one_task(data, observer,
                    [&] { oneapi::tbb::parallel_sort(data.data(), data.data() + data.size(), std::less<>()); });
    });
}
#endif

template <class T>
void par_sort_on(backends::ThreadsBackend& backend, std::span<T> data, bool stable, TaskObserver<T>& observer) {
    const std::size_t slices = std::min(backend.threads(), std::max<std::size_t>(1, data.size()));
    const auto cut = [&](std::size_t slice) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::size_t>(Wide{data.size()} * std::min(slice, slices) / slices);
    };
    const auto task = [&](std::size_t from, std::size_t to, sorting::Step step, auto&& work) {
        observer.poll();
        const auto stamp = observer.begin();
        work();
        observer.end(stamp, step, data.data() + from, from, to - from);
    };
    backends::for_blocks(backend, slices, 1, [&](std::size_t slice, std::size_t) {
        const std::size_t from = cut(slice), to = cut(slice + 1);
        task(from, to, sorting::Step::leaf, [&] { sort_slice(data.data() + from, data.data() + to, stable); });
    });
    for (std::size_t width = 1; width < slices; width *= 2) {
        backends::for_blocks(backend, (slices + 2 * width - 1) / (2 * width), 1, [&](std::size_t pair, std::size_t) {
            const std::size_t slice = 2 * width * pair;
            const std::size_t from = cut(slice), middle = cut(slice + width), to = cut(slice + 2 * width);
            task(from, to, sorting::Step::merge,
                 [&] { std::inplace_merge(data.data() + from, data.data() + middle, data.data() + to); });
        });
    }
}

template <class T>
void par_sort_on(backends::SequentialBackend& backend, std::span<T> data, bool stable, TaskObserver<T>& observer) {
    backend.run([&](backends::SequentialFork&) {
        observer.poll();
        const auto stamp = observer.begin();
        sort_slice(data.data(), data.data() + data.size(), stable);
        observer.end(stamp, sorting::Step::leaf, data.data(), 0, data.size());
    });
}

}  // namespace detail

template <class T>
void run_par_sort(backends::Backend& backend, std::span<T> data, bool stable, TaskObserver<T>& observer) {
    backends::visit(backend, [&](auto& concrete) { detail::par_sort_on(concrete, data, stable, observer); });
}

}  // namespace grainscope::workloads
