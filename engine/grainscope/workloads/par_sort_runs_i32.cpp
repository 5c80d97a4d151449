#include <cstdint>

#include <grainscope/workloads/par_sort_runs_of.h>

namespace grainscope::workloads {

template void run_par_sort(backends::Backend&, std::span<std::int32_t>, bool, TaskObserver<std::int32_t>&);

}  // namespace grainscope::workloads
