#include <grainscope/workloads/par_sort_runs_of.h>

namespace grainscope::workloads {

template void run_par_sort(backends::Backend&, std::span<double>, bool, TaskObserver<double>&);

}  // namespace grainscope::workloads
