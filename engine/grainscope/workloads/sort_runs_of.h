// The definitions of sort_runs.h, for the files that instantiate them.
#pragma once

#include <grainscope/backends/run_on.h>
#include <grainscope/sort/merge_sort.h>
#include <grainscope/sort/quicksort.h>
#include <grainscope/workloads/sort_runs.h>

namespace grainscope::workloads {

template <class T>
void run_quicksort(backends::Backend& backend, std::span<T> data, QuicksortOptions<>& options,
                   TaskObserver<T>& observer) {
    backends::run_on(backend, [&](auto& fork) { sorting::quicksort_on(fork, data, options, observer); });
}

template <class T>
void run_merge_sort(backends::Backend& backend, std::span<T> data, MergeSortOptions<>& options,
                    TaskObserver<T>& observer) {
    backends::run_on(backend, [&](auto& fork) { sorting::merge_sort_on(fork, data, options, observer); });
}

}  // namespace grainscope::workloads
