#include <grainscope/workloads/temporary_folder.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include <grainscope/workloads/file_bytes.h>

namespace grainscope::workloads {

std::expected<TemporaryFolder, std::string> TemporaryFolder::make(const std::string& prefix) {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) return std::unexpected(fmt::format("there is no folder for temporary files: {}", error.message()));
    std::string pattern = (parent / (prefix + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr)
        return std::unexpected(
            fmt::format("no temporary folder can be made in {}: {}", parent.string(), reason(errno)));
    return TemporaryFolder(pattern);
}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
    }
    return *this;
}

TemporaryFolder::~TemporaryFolder() { remove(); }

void TemporaryFolder::remove() noexcept {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace grainscope::workloads
