// Isolated regions: which work a waiting thread may take.
#pragma once

#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

/// One call of `isolate`. Work pushed inside belongs to the region; a thread that waits inside takes only work of the
/// same region or of one nested in it. Regions live as long as their pool and are reused, so that a thief may always
/// follow `parent`, even of a region that has just ended.
struct Region {
    Atomic<const Region*> parent{nullptr};
};

/// Everything is within no region at all.
[[nodiscard]] inline bool is_within(const Region* inner, const Region* outer) noexcept {
    for (; inner != outer; inner = inner->parent.load(acquire)) {  // pairs with Registry::take_region
        if (inner == nullptr) return false;
    }
    return true;
}

}  // namespace grainscope::detail
