// An asymmetric pair of fences: the frequent side pays a compiler barrier, the rare side pays for both.
//
// Dice, Huang, Yang: "Asymmetric Dekker Synchronization" (2001); membarrier(2), PRIVATE_EXPEDITED.
#pragma once

#include <grainscope/platform/atomic.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GRAINSCOPE_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define GRAINSCOPE_TSAN 1
#endif

namespace grainscope::platform {

#if defined(GRAINSCOPE_TSAN)
inline constexpr bool fences_can_be_asymmetric = false;
#else
inline constexpr bool fences_can_be_asymmetric = true;
#endif

namespace detail {
/// Set once, before main: whether the kernel has membarrier. False also with GRAINSCOPE_NO_MEMBARRIER in the
/// environment.
extern bool has_membarrier;
void membarrier() noexcept;
}  // namespace detail

/// Whether light_fence costs nothing (true) or callers must use sequentially consistent operations (false).
[[nodiscard]] inline bool fences_are_asymmetric() noexcept {
    if constexpr (!fences_can_be_asymmetric) return false;
    return detail::has_membarrier;
}

/// Pairs with heavy_fence in another thread: of two threads that each store, fence and load, at least one sees the
/// other's store. Only where fences_are_asymmetric().
inline void light_fence() noexcept { std::atomic_signal_fence(seq_cst); }

/// The other half: 0.4 to 14 µs (an interrupt to every core that runs this process).
inline void heavy_fence() noexcept {
    if (fences_are_asymmetric()) detail::membarrier();
}

}  // namespace grainscope::platform
