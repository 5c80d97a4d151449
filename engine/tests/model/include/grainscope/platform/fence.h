// Stands in for engine/grainscope/platform/fence.h in the model program. Whether fences are asymmetric is the case's
// choice (Options::asymmetric_fences).
#pragma once

#include <grainscope/platform/atomic.h>

namespace grainscope::platform {

inline constexpr bool fences_can_be_asymmetric = true;

[[nodiscard]] inline bool fences_are_asymmetric() noexcept { return model::fences_are_asymmetric(); }

/// Holds back the compiler alone; the model executes each thread's operations in the order of the program.
inline void light_fence() noexcept {}

/// membarrier(2): every thread that runs passes a full fence between two of its instructions.
inline void heavy_fence(model::Where where = model::Where::current()) noexcept {
    if (fences_are_asymmetric()) model::heavy_fence(where);
}

}  // namespace grainscope::platform
