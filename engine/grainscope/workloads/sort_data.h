// Arrays to sort, by type and distribution.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// An array of one of the types that the sorts take on the command line.
using Elements =
    std::variant<std::vector<std::uint64_t>, std::vector<std::int32_t>, std::vector<double>, std::vector<std::string>>;

enum class Distribution { random, sorted, reversed, organ_pipe, few_uniques, nearly_sorted, zipf };

/// The choices as the command line and the window name them, in the order of the enumeration and of `Elements`.
[[nodiscard]] std::vector<Choice> distribution_choices();
[[nodiscard]] std::vector<Choice> element_type_choices();

/// From the names above; they come from parse_value, which has checked them.
[[nodiscard]] Distribution distribution_named(std::string_view name);
/// The index of the type in `Elements`.
[[nodiscard]] std::size_t element_type_named(std::string_view name);

/// The same array for the same arguments, on any machine. About 2 ns a number, 30 ns a string or a Zipf number.
[[nodiscard]] Elements make_elements(std::size_t type, Distribution distribution, std::size_t count,
                                     std::uint64_t seed);

/// Bytes of one element, as far as the array itself goes.
[[nodiscard]] std::size_t element_bytes(std::size_t type);

}  // namespace grainscope::workloads
