#include <cstdint>

#include <grainscope/workloads/sort_runs_of.h>

namespace grainscope::workloads {

template void run_quicksort(backends::Backend&, std::span<std::uint64_t>, QuicksortOptions<>&,
                            TaskObserver<std::uint64_t>&);
template void run_merge_sort(backends::Backend&, std::span<std::uint64_t>, MergeSortOptions<>&,
                             TaskObserver<std::uint64_t>&);

}  // namespace grainscope::workloads
