// A workload's picture, diagram and kinds of rows as the programs that show them read them.
#pragma once

#include <string>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::study {

/// On one line: {"shape":"grid","columns":256,"rows":160,"remark":"...","position":"pixel","value":"iterations"}.
[[nodiscard]] std::string picture_json(const workloads::Picture& picture, const workloads::Values& values);

/// On one line: {"stages":[{"name":"parse","first_row":1,"rows":2,"selects":false}],"channels":[{"name":"raw","from":0,
/// "to":1,"capacity":64}],"message":"document"}. from: null where a clock sends; capacity: null where there is no
/// limit.
[[nodiscard]] std::string diagram_json(const workloads::Diagram& diagram);

/// On one line: [{"name":"IO thread","rows":1},{"name":"worker","rows":2}]; all are workers where it is empty.
[[nodiscard]] std::string rows_json(const std::vector<backends::RowGroup>& groups);

}  // namespace grainscope::study
