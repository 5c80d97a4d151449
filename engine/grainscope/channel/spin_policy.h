// How long a channel operation looks for its other side before it parks its thread.
#pragma once

#include <cstdint>

#include <grainscope/platform/parking.h>

namespace grainscope {

/// What a thread does that finds its channel not ready: it looks again `spins` times, after 1, 2, 4, … 64, 64, … pauses
/// (a look takes cache lines away from the other side, which meanwhile fills or empties more of the channel), then
/// offers its core to others `yields` times, then parks (a futex; no CPU time until somebody wakes it). A round trip
/// through a park costs 5 to 50 µs, a meeting of two running threads 0.1 to 0.3 µs.
///
///     auto [tx, rx] = grainscope::bounded<int>(16, grainscope::SpinPolicy::park_at_once());
struct SpinPolicy {
    std::uint32_t spins = 0;
    std::uint32_t yields = 0;

    /// For this process: spins only if two of its threads can run at once (platform::usable_cores(), read once).
    [[nodiscard]] static SpinPolicy standard() noexcept;
    /// Parks without looking twice: for channels that wait long.
    [[nodiscard]] static constexpr SpinPolicy park_at_once() noexcept { return {}; }

    /// Before the look with this index.
    static void pause_before_look(std::uint32_t look) noexcept {
        for (std::uint32_t i = 0; i < pauses_before_look(look); ++i) platform::cpu_relax();
    }
    [[nodiscard]] static constexpr std::uint32_t pauses_before_look(std::uint32_t look) noexcept {
        return std::uint32_t{1} << (look < 6 ? look : 6);
    }

    friend bool operator==(const SpinPolicy&, const SpinPolicy&) = default;
};

}  // namespace grainscope
