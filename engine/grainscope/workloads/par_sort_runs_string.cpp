#include <string>

#include <grainscope/workloads/par_sort_runs_of.h>

namespace grainscope::workloads {

template void run_par_sort(backends::Backend&, std::span<std::string>, bool, TaskObserver<std::string>&);

}  // namespace grainscope::workloads
