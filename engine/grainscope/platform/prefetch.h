// Cache lines asked for ahead of their use.
#pragma once

namespace grainscope::platform {

/// Asks for the cache line of this address as a writer, well before it is written: one transfer from another core
/// instead of two, one to read it and one to own it. A hint; several may be under way at once.
inline void prefetch_for_write(const void* address) noexcept {
#if defined(__x86_64__)
    asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));  // whatever the baseline: else a no-op
#else
    __builtin_prefetch(address, 1);
#endif
}

}  // namespace grainscope::platform
