// How many files and sockets this process may have open.
#pragma once

#include <cstddef>

namespace grainscope::platform {

/// Raises the soft limit to the hard one, where it is lower. Returns the limit that holds now.
std::size_t raise_open_files() noexcept;

/// Another descriptor of the same open file, not handed on to programs that are started; -1 if there is none to be had.
[[nodiscard]] int duplicate(int descriptor) noexcept;

}  // namespace grainscope::platform
