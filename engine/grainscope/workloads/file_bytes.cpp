#include <grainscope/workloads/file_bytes.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <grainscope/platform/memory.h>

namespace grainscope::workloads {

File::File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool File::close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

std::unexpected<Failure> file_failure(std::string message) {
    return std::unexpected(Failure{Failure::Kind::file, std::move(message)});
}

std::string reason(int error) { return std::generic_category().message(error); }

std::unexpected<Failure> too_large(const std::string& path, std::uint64_t bytes) {
    return std::unexpected(Failure{Failure::Kind::memory,
                                   fmt::format("{} holds {} bytes: more than the memory that is free", path, bytes)});
}

std::expected<Bytes, Failure> read_file(const std::string& path, std::string_view contents) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return file_failure(errno == ENOENT ? fmt::format("there is no file {}", path)
                                            : fmt::format("{} cannot be read: {}", path, reason(errno)));
    if (S_ISDIR(status.st_mode)) return file_failure(fmt::format("{} is a directory, not {}", path, contents));
    const File file(path, O_RDONLY);
    if (!file.is_open()) return file_failure(fmt::format("{} cannot be read: {}", path, reason(errno)));

    const bool regular = S_ISREG(status.st_mode);
    std::size_t capacity = regular ? static_cast<std::size_t>(status.st_size) + 1 : std::size_t{1} << 16;
    Bytes bytes;
    try {
        // Text, numbers and the copy that is sorted; the exact need is checked when the count is known.
        if (regular && static_cast<std::uint64_t>(status.st_size) > platform::available_memory_bytes() / 2)
            return too_large(path, static_cast<std::uint64_t>(status.st_size));
        bytes.data = std::make_unique_for_overwrite<char[]>(capacity);
        for (;;) {
            if (bytes.size == capacity) {
                if (capacity > platform::available_memory_bytes() / 4) return too_large(path, bytes.size);
                auto larger = std::make_unique_for_overwrite<char[]>(capacity * 2);
                std::memcpy(larger.get(), bytes.data.get(), bytes.size);
                bytes.data = std::move(larger);
                capacity *= 2;
            }
            const ssize_t got = ::read(file.descriptor(), bytes.data.get() + bytes.size, capacity - bytes.size);
            if (got == 0) break;
            if (got < 0) {
                if (errno == EINTR) continue;
                return file_failure(fmt::format("{} cannot be read: {}", path, reason(errno)));
            }
            bytes.size += static_cast<std::size_t>(got);
        }
    } catch (const std::bad_alloc&) {
        return too_large(path, regular ? static_cast<std::uint64_t>(status.st_size) : bytes.size);
    }
    return bytes;
}

}  // namespace grainscope::workloads
