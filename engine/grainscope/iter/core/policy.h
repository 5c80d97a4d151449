// How finely a pipeline is cut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace grainscope {

/// For with_grain: the grain is found by a short probe of what the items cost.
struct AutoGrain {};
inline constexpr AutoGrain auto_grain{};

}  // namespace grainscope

namespace grainscope::detail {

class RunControl;

/// The limits that a pipeline carries to its driver.
struct Policy {
    std::size_t min_length = 1;                                        ///< no piece is split below this many items
    std::size_t max_length = std::numeric_limits<std::size_t>::max();  ///< longer pieces are split in any case
    std::size_t grain = 0;                                             ///< items between two looks; 0: by probing
    RunControl* control = nullptr;

    /// For a pipeline made of two: the stricter of both.
    [[nodiscard]] Policy stricter(const Policy& other) const noexcept {
        Policy both = *this;
        both.min_length = std::max(min_length, other.min_length);
        both.max_length = std::min(max_length, other.max_length);
        both.grain = std::max(grain, other.grain);
        return both;
    }
};

}  // namespace grainscope::detail
