// How finely a pipeline is cut, and what stops it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include <grainscope/platform/atomic.h>

namespace grainscope {

/// For with_grain: the grain is found by a short probe of what the items cost.
struct AutoGrain {};
inline constexpr AutoGrain auto_grain{};

}  // namespace grainscope

namespace grainscope::detail {

/// What one run of a pipeline shares among all its pieces. On the stack of the consumer's call.
class RunControl {
  public:
    /// `outer`: the run that this one is a part of (flat_map); what stops that one stops this one.
    template <class Pipeline>
    explicit RunControl(const Pipeline& pipeline, RunControl* outer = nullptr) noexcept
        : outer_(outer),
          pipeline_(&pipeline),
          is_cancelled_([](const void* p) { return static_cast<const Pipeline*>(p)->is_cancelled(); }) {}

    /// A closure has thrown: what has not begun does not begin, in the outer run either, where the exception goes: it
    /// may be long on its way, since who waits for the pieces inside helps with others. Relaxed: it orders nothing, the
    /// joins do.
    void stop() noexcept {
        stopped_.store(true, relaxed);
        if (outer_ != nullptr) outer_->stop();
    }
    [[nodiscard]] bool should_stop() const noexcept {
        return stopped_.load(relaxed) || is_cancelled_(pipeline_) || (outer_ != nullptr && outer_->should_stop());
    }
    [[nodiscard]] bool is_cancelled() const noexcept { return is_cancelled_(pipeline_); }

  private:
    Atomic<bool> stopped_{false};
    RunControl* outer_;
    const void* pipeline_;
    bool (*is_cancelled_)(const void*);
};

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
