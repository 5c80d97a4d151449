// Before a queue is called empty or full.
#pragma once

#include <grainscope/platform/parking.h>

namespace grainscope::detail {

/// Before a queue is found empty or full for good: a few pauses, 100 to 225 ns. Who empties a queue as fast
/// as another fills it would else take every element's cache line away the moment it is written; so they come in
/// bursts, and two threads get three times as many through (README.md).
inline void let_others_get_on() noexcept {
    for (int i = 0; i < 4; ++i) platform::cpu_relax();
}

}  // namespace grainscope::detail
