// What does not fit into memory is refused before it is touched.
#pragma once

#include <expected>
#include <string>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// Fails with Failure::Kind::memory if `bytes` are more than the memory that is free, naming `what` needs them:
/// "n = 10000 needs 80 kB of memory, and 12 bytes are free".
[[nodiscard]] std::expected<void, Failure> check_memory(double bytes, const std::string& what);

/// The failure for a std::bad_alloc that came all the same.
[[nodiscard]] std::unexpected<Failure> out_of_memory();

}  // namespace grainscope::workloads
