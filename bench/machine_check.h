// Whether the machine gives what it promises.
#pragma once

#include <string>

namespace grainscope::bench {

/// One line: how much more two busy threads get done than one, 2.0 on a quiet machine; and that the machine is busy, if
/// it is below 1.8. Takes about half a second.
[[nodiscard]] std::string machine_check();

}  // namespace grainscope::bench
