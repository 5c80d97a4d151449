// Turns raw ticks into nanoseconds since a recording began.
#pragma once

#include <vector>

#include <grainscope/platform/clock.h>
#include <grainscope/trace/recording.h>

namespace grainscope::trace {

/// Piecewise linear between the clock pairs of a stream, so that a tick rate that is not constant or not known does no
/// harm. Never falls: a later tick is never an earlier nanosecond. A tick between two pairs maps to the same nanosecond
/// for good; one behind the last pair is extrapolated.
class ClockMap {
  public:
    /// Times beyond it (13 days) are held there, so that sums over all workers of a hostile file cannot overflow.
    static constexpr Nanoseconds latest = Nanoseconds{1} << 50;

    /// A pair that is not later than the last one adds nothing.
    void add(const platform::ClockPair& pair);
    /// 0 for anything before the first pair.
    [[nodiscard]] Nanoseconds at(platform::Ticks ticks) const noexcept;
    /// The time between two ticks, unrounded.
    [[nodiscard]] double ns_per_tick(platform::Ticks from, platform::Ticks to) const noexcept;

  private:
    struct Knot {
        platform::Ticks ticks;
        Nanoseconds ns;
        double
            slope;  ///< nanoseconds a tick from here to the next knot; behind the last one, that of the stretch before
    };
    std::vector<Knot> knots_;
    std::uint64_t first_monotonic_ns_ = 0;
};

}  // namespace grainscope::trace
