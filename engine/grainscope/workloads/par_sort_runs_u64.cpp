#include <cstdint>

#include <grainscope/workloads/par_sort_runs_of.h>

namespace grainscope::workloads {

template void run_par_sort(backends::Backend&, std::span<std::uint64_t>, bool, TaskObserver<std::uint64_t>&);

}  // namespace grainscope::workloads
