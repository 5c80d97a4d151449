// The user's own data: read from a file, and the answer written to one.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/workloads/sort_data.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// lines: one value a line, the last with or without its end; blanks around a number are no part of it. binary: the
/// numbers as this machine keeps them, nothing between.
enum class FileFormat { lines, binary };

/// Reads a file (or a pipe) of the type with this index in `Elements`. What cannot be opened, is empty or malformed
/// gives Failure::Kind::file, naming the line (or the number's place in a binary file); NaN is refused, for it has no
/// place in an order; what does not fit into memory gives Failure::Kind::memory.
[[nodiscard]] std::expected<Elements, Failure> read_elements(const std::string& path, FileFormat format,
                                                             std::size_t type);

/// The same for one type known when compiled: std::uint64_t, std::int64_t, std::int32_t, double or std::string.
template <class T>
[[nodiscard]] std::expected<std::vector<T>, Failure> read_values(const std::string& path, FileFormat format);

/// Whether the answer could be written there, as far as one can tell before: asked before the work, not after it.
[[nodiscard]] std::expected<void, Failure> check_writable(const std::string& path);

/// Writes in the same formats. A file of that name is replaced once the new one is whole; a full disk leaves it as it
/// was.
[[nodiscard]] std::expected<void, Failure> write_elements(const std::string& path, FileFormat format,
                                                          const Elements& elements);
/// Writes these bytes, likewise.
[[nodiscard]] std::expected<void, Failure> write_bytes(const std::string& path, std::string_view bytes);

}  // namespace grainscope::workloads
