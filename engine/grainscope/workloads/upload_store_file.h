// The file of a store of uploads: how it comes into being, and how it is known.
#pragma once

#include <expected>
#include <string>

#include <grainscope/workloads/seal.h>

namespace grainscope::workloads::detail {

/// Makes the file of an empty store, unless one is there.
[[nodiscard]] std::expected<void, std::string> make_store_file(const std::string& path, const KeyFingerprint& key);

/// Whether the path names a store that this program can read and write. Changes nothing.
[[nodiscard]] std::expected<void, std::string> check_store_file(const std::string& path);

/// The path as SQLite takes it for nothing but a path.
[[nodiscard]] std::string as_plain_path(const std::string& path);

}  // namespace grainscope::workloads::detail
