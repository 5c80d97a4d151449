#include <grainscope/trace/clock_map.h>

#include <algorithm>

namespace grainscope::trace {

void ClockMap::add(const platform::ClockPair& pair) {
    if (knots_.empty()) {
        first_monotonic_ns_ = pair.monotonic_ns;
        knots_.push_back({pair.ticks, 0, 1.0});
        return;
    }
    Knot& last = knots_.back();
    if (pair.ticks <= last.ticks) return;
    const std::uint64_t since_first =
        pair.monotonic_ns > first_monotonic_ns_ ? pair.monotonic_ns - first_monotonic_ns_ : 0;
    const auto ns = std::max(last.ns, static_cast<Nanoseconds>(std::min<std::uint64_t>(since_first, latest)));
    last.slope = static_cast<double>(ns - last.ns) / static_cast<double>(pair.ticks - last.ticks);
    knots_.push_back({pair.ticks, ns, last.slope});
}

Nanoseconds ClockMap::at(platform::Ticks ticks) const noexcept {
    if (knots_.empty() || ticks <= knots_.front().ticks) return 0;
    auto knot = knots_.end() - 1;
    if (ticks < knot->ticks) {
        --knot;  // most events fall between the last two pairs
        if (ticks < knot->ticks) {
            knot = std::upper_bound(knots_.begin(), knot, ticks,
                                    [](platform::Ticks t, const Knot& k) { return t < k.ticks; }) -
                   1;
        }
    }
    const Nanoseconds bound = knot + 1 == knots_.end() ? latest : (knot + 1)->ns;
    const double offset = static_cast<double>(ticks - knot->ticks) * knot->slope + 0.5;
    if (offset >= static_cast<double>(bound - knot->ns)) return bound;
    return knot->ns + static_cast<Nanoseconds>(offset);
}

double ClockMap::ns_per_tick(platform::Ticks from, platform::Ticks to) const noexcept {
    if (to <= from) return 0;
    return static_cast<double>(at(to) - at(from)) / static_cast<double>(to - from);
}

}  // namespace grainscope::trace
