// Blocking a thread until another one wakes it: one futex word.
#pragma once

#include <cstdint>

#include <grainscope/platform/atomic.h>

namespace grainscope::platform {

/// Blocks while `word` holds `expected`; may return early. No time limit.
void futex_wait(const Atomic<std::uint32_t>& word, std::uint32_t expected) noexcept;
/// As futex_wait, until CLOCK_MONOTONIC reads `deadline_ns` at the latest. Whoever calls it looks at the clock: waking
/// early, being woken and running out of time return alike.
void futex_wait_until(const Atomic<std::uint32_t>& word, std::uint32_t expected, std::uint64_t deadline_ns) noexcept;
/// Wakes at most one thread that waits on `word`. The word is not touched, so it may already be gone.
void futex_wake_one(const Atomic<std::uint32_t>& word) noexcept;

/// A pause between two looks at a word that another thread is about to change.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Offers the core to another thread.
void yield_thread() noexcept;

}  // namespace grainscope::platform
