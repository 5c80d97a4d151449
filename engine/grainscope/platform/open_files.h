// How many files and sockets this process may have open.
#pragma once

#include <cstddef>

namespace grainscope::platform {

/// Raises the soft limit to the hard one, where it is lower. Returns the limit that holds now.
std::size_t raise_open_files() noexcept;

}  // namespace grainscope::platform
