// How much memory there is to have.
#pragma once

#include <cstdint>

namespace grainscope::platform {

/// Bytes that this process can allocate and touch before the machine, or the control group it runs in, has no more: the
/// least of the kernel's estimate (MemAvailable) and what is left of each memory limit above this process. At most a
/// few tens of microseconds. Where nothing can be read: the greatest number there is.
[[nodiscard]] std::uint64_t available_memory_bytes() noexcept;

}  // namespace grainscope::platform
