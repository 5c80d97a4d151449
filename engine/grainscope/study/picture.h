// A workload's picture as the programs that show it read it.
#pragma once

#include <string>

#include <grainscope/workloads/workload.h>

namespace grainscope::study {

/// On one line: {"shape":"grid","columns":256,"rows":160,"remark":"...","position":"pixel","value":"iterations"}.
[[nodiscard]] std::string picture_json(const workloads::Picture& picture, const workloads::Values& values);

}  // namespace grainscope::study
