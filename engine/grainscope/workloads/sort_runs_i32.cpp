#include <cstdint>

#include <grainscope/workloads/sort_runs_of.h>

namespace grainscope::workloads {

template void run_quicksort(backends::Backend&, std::span<std::int32_t>, QuicksortOptions<>&,
                            TaskObserver<std::int32_t>&);
template void run_merge_sort(backends::Backend&, std::span<std::int32_t>, MergeSortOptions<>&,
                             TaskObserver<std::int32_t>&);

}  // namespace grainscope::workloads
