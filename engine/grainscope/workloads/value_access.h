// Reading values that parse_values has checked: names and types are known to be right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// Throws std::out_of_range or std::bad_variant_access for a name or a type that the workload's description lacks.
template <class T>
const T& value_of(const Values& values, std::string_view name) {
    return std::get<T>(values.at(std::string(name)));
}

inline std::int64_t whole_of(const Values& values, std::string_view name) {
    return value_of<std::int64_t>(values, name);
}
inline double real_of(const Values& values, std::string_view name) { return value_of<double>(values, name); }
inline bool flag_of(const Values& values, std::string_view name) { return value_of<bool>(values, name); }
inline const std::string& text_of(const Values& values, std::string_view name) {
    return value_of<std::string>(values, name);
}

}  // namespace grainscope::workloads
