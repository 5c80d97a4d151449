// par_sort and par_sort_unstable, and what the users of the other engines would
// call instead. Each type has a file of its own to be compiled in.
#pragma once

#include <span>

#include <grainscope/backends/backend.h>
#include <grainscope/workloads/task_observer.h>

namespace grainscope::workloads {

/// Defined for std::uint64_t, std::int32_t, double and std::string.
///
/// grainscope: par_sort, par_sort_unstable. openmp: the parallel mode of
/// libstdc++. tbb: parallel_sort; it has no stable sort, so that is a merge
/// sort over parallel_invoke. threads: a slice a thread, then merges of
/// neighbours. sequential: std::sort, std::stable_sort.
///
/// Sorts that are a library's own, from within which nobody reports, show
/// themselves when they have ended: in their place, but nobody's. Cancelled
/// crosses to the caller after all tasks have ended.
template <class T>
void run_par_sort(backends::Backend& backend, std::span<T> data, bool stable, TaskObserver<T>& observer);

}  // namespace grainscope::workloads
