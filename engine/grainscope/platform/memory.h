// How much memory there is to have, and in which pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace grainscope::platform {

/// Bytes that this process can allocate and touch before the machine, or the control group it runs in, has no more: the
/// least of the kernel's estimate (MemAvailable) and what is left of each memory limit above this process. At most a
/// few tens of microseconds. Where nothing can be read: the greatest number there is.
[[nodiscard]] std::uint64_t available_memory_bytes() noexcept;

/// The most bytes of this process that ever lay in memory at once (its resident set), or since restart_peak_memory;
/// none where the kernel does not tell.
[[nodiscard]] std::optional<std::uint64_t> peak_memory_bytes() noexcept;
/// From now on peak_memory_bytes looks no further back. False where the kernel does not allow it.
bool restart_peak_memory() noexcept;

/// For memory that was just allocated and is about to be written: asks the kernel for huge pages under it, so that it
/// faults once every 2 MiB instead of every 4 KiB, which costs more than the writing. Does nothing for less than 4 MiB,
/// and where there are none.
void prefer_huge_pages(void* begin, std::size_t bytes) noexcept;

}  // namespace grainscope::platform
