// A workload's picture and diagram as the programs that show them read them.
#pragma once

#include <string>

#include <grainscope/workloads/workload.h>

namespace grainscope::study {

/// On one line: {"shape":"grid","columns":256,"rows":160,"remark":"...","position":"pixel","value":"iterations"}.
[[nodiscard]] std::string picture_json(const workloads::Picture& picture, const workloads::Values& values);

/// On one line: {"stages":[{"name":"parse","first_row":1,"rows":2,"selects":false}],"channels":[{"name":"raw","from":0,
/// "to":1,"capacity":64}],"message":"document"}. from: null where a clock sends; capacity: null where there is no
/// limit.
[[nodiscard]] std::string diagram_json(const workloads::Diagram& diagram);

}  // namespace grainscope::study
