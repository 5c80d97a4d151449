// The two sorts on a backend chosen at run time. Five forks times four types are much to compile: each type has a file.
#pragma once

#include <span>

#include <grainscope/backends/backend.h>
#include <grainscope/sort/options.h>
#include <grainscope/workloads/task_observer.h>

namespace grainscope::workloads {

/// Defined for std::uint64_t, std::int32_t, double and std::string. Cancelled, and whatever else a task throws, crosses
/// to the caller after all tasks have ended.
template <class T>
void run_quicksort(backends::Backend& backend, std::span<T> data, QuicksortOptions<>& options,
                   TaskObserver<T>& observer);
template <class T>
void run_merge_sort(backends::Backend& backend, std::span<T> data, MergeSortOptions<>& options,
                    TaskObserver<T>& observer);

}  // namespace grainscope::workloads
