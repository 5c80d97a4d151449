// A folder that goes with its owner.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <utility>

namespace grainscope::workloads {

class TemporaryFolder {
  public:
    /// In the system's folder for such things, readable by its owner alone. The error is one line.
    [[nodiscard]] static std::expected<TemporaryFolder, std::string> make(const std::string& prefix);
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
    void remove() noexcept;

    std::filesystem::path path_;
};

}  // namespace grainscope::workloads
