#include <string>

#include <grainscope/workloads/sort_runs_of.h>

namespace grainscope::workloads {

template void run_quicksort(backends::Backend&, std::span<std::string>, QuicksortOptions<>&,
                            TaskObserver<std::string>&);
template void run_merge_sort(backends::Backend&, std::span<std::string>, MergeSortOptions<>&,
                             TaskObserver<std::string>&);

}  // namespace grainscope::workloads
