// How long a channel operation looks for its other side before it parks its thread.
#pragma once

#include <cstdint>

namespace grainscope {

/// What a thread does that finds its channel not ready: it looks again `spins` times with a few pauses between, then
/// offers its core to others `yields` times, then parks (a futex; no CPU time until somebody wakes it). A round trip
/// through a park costs 5 to 50 µs, a spin 20 to 100 ns.
///
///     auto [tx, rx] = grainscope::bounded<int>(16, grainscope::SpinPolicy::park_at_once());
struct SpinPolicy {
    std::uint32_t spins = 0;
    std::uint32_t yields = 0;

    /// For this process: spins only if two of its threads can run at once (platform::usable_cores(), read once).
    [[nodiscard]] static SpinPolicy standard() noexcept;
    /// Parks without looking twice: for channels that wait long.
    [[nodiscard]] static constexpr SpinPolicy park_at_once() noexcept { return {}; }

    friend bool operator==(const SpinPolicy&, const SpinPolicy&) = default;
};

}  // namespace grainscope
