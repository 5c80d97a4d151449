// The user's list of URLs.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// One URL a line, blanks around it left out; empty lines and those that begin with # are none. What is no URL stays in
/// the list and fails when it is fetched. A file without any line of its own is Failure::Kind::file.
[[nodiscard]] std::expected<std::vector<std::string>, Failure> read_urls(const std::string& path);

}  // namespace grainscope::workloads
