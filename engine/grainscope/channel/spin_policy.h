// How long a channel operation looks for its other side before it parks its thread.
#pragma once

#include <cstddef>
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

    /// Before the look with this index. 1, 2, 4, … 64 pauses, but no fewer than `patience`.
    static void pause_before_look(std::uint32_t look, std::uint32_t patience) noexcept {
        for (std::uint32_t i = 0; i < pauses_before_look(look, patience); ++i) platform::cpu_relax();
    }
    [[nodiscard]] static constexpr std::uint32_t pauses_before_look(std::uint32_t look,
                                                                    std::uint32_t patience) noexcept {
        const std::uint32_t pauses = std::uint32_t{1} << (look < 6 ? look : 6);
        return pauses > patience ? pauses : patience;
    }
    /// For a channel of that many messages. A thread that comes back for every single message fetches the cache lines
    /// of both ends each time; one that lets a third of a ring fill up, or empty, first does so once for all of them.
    [[nodiscard]] static constexpr std::uint32_t patience_for(std::size_t depth) noexcept {
        const std::size_t third = depth / 3;
        return third < 1 ? 1 : third > 64 ? 64 : static_cast<std::uint32_t>(third);
    }

    friend bool operator==(const SpinPolicy&, const SpinPolicy&) = default;
};

}  // namespace grainscope
