#include <grainscope/workloads/sort_runs_of.h>

namespace grainscope::workloads {

template void run_quicksort(backends::Backend&, std::span<double>, QuicksortOptions<>&, TaskObserver<double>&);
template void run_merge_sort(backends::Backend&, std::span<double>, MergeSortOptions<>&, TaskObserver<double>&);

}  // namespace grainscope::workloads
