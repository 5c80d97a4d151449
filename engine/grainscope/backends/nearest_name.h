// What a misspelt name may have meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace grainscope::backends {

/// Insertions, deletions, replacements and swaps of neighbours that turn one string into the other, letters compared
/// without case.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the least edit distance (the first of several), empty if there are none.
[[nodiscard]] std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// "a, b, c"
[[nodiscard]] std::string comma_list(std::span<const std::string> names);

}  // namespace grainscope::backends
