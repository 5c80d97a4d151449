// Whole files in and out, with failures in one line.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// An open file, closed at the end.
class File {
  public:
    /// flags: those of open(2).
    File(const std::string& path, int flags);
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// Some filesystems report a full disk only now. False with errno.
    [[nodiscard]] bool close();

  private:
    int descriptor_;
};

struct Bytes {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
    [[nodiscard]] std::string_view view() const { return {data.get(), size}; }
};

/// A file's (or a pipe's) content. contents: what a directory should have been instead: "a file of values".
[[nodiscard]] std::expected<Bytes, Failure> read_file(const std::string& path, std::string_view contents);

/// What the system says about an error number.
[[nodiscard]] std::string reason(int error);
/// Failure::Kind::file.
[[nodiscard]] std::unexpected<Failure> file_failure(std::string message);
/// Failure::Kind::memory.
[[nodiscard]] std::unexpected<Failure> too_large(const std::string& path, std::uint64_t bytes);

}  // namespace grainscope::workloads
