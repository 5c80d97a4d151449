#include <grainscope/platform/memory.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <sys/resource.h>

namespace grainscope::platform {

namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

std::optional<std::uint64_t> parse(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return std::nullopt;
    std::uint64_t number = 0;
    const auto result = std::from_chars(text.data() + begin, text.data() + text.size(), number);
    if (result.ec != std::errc()) return std::nullopt;  // "max", too
    return number;
}

std::optional<std::uint64_t> read_number(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    return parse(line);
}

// The value of "Name:  123 kB" in a file of such lines, in bytes.
std::optional<std::uint64_t> read_kilobytes(const std::string& path, std::string_view name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name)) {
            if (const auto number = parse(std::string_view(line).substr(name.size()))) return *number * 1024;
        }
    }
    return std::nullopt;
}

// The value of "name 123" in a file of such lines.
std::uint64_t read_entry(const std::string& path, std::string_view name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ' ')
            return parse(std::string_view(line).substr(name.size())).value_or(0);
    }
    return 0;
}

// What is left of the limit of one control group. Pages of files that the kernel can drop do not count as used.
std::uint64_t left_in_group(const std::string& folder, const char* limit_file, const char* usage_file,
                            std::string_view droppable) {
    const auto limit = read_number(folder + limit_file);
    const auto usage = read_number(folder + usage_file);
    if (!limit || !usage) return unlimited;
    const std::uint64_t used = *usage - std::min(*usage, read_entry(folder + "/memory.stat", droppable));
    return *limit - std::min(*limit, used);
}

// The same for every group from `path` up to the root of the hierarchy.
std::uint64_t left_in_hierarchy(const std::string& root, std::string path, const char* limit_file,
                                const char* usage_file, std::string_view droppable) {
    std::uint64_t left = unlimited;
    for (;;) {
        left = std::min(left, left_in_group(root + path, limit_file, usage_file, droppable));
        const std::size_t slash = path.rfind('/');
        if (slash == std::string::npos || path.empty()) return left;
        path.erase(slash);
    }
}

std::uint64_t left_in_control_groups() {
    std::uint64_t left = unlimited;
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {  // "hierarchy:controllers:path"
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
        std::string path = line.substr(second + 1);
        if (path == "/") path.clear();
        if (controllers.empty()) {
            left = std::min(
                left, left_in_hierarchy("/sys/fs/cgroup", path, "/memory.max", "/memory.current", "inactive_file"));
        } else if (controllers == "memory") {
            left = std::min(left, left_in_hierarchy("/sys/fs/cgroup/memory", path, "/memory.limit_in_bytes",
                                                    "/memory.usage_in_bytes", "total_inactive_file"));
        }
    }
    return left;
}

}  // namespace

std::uint64_t available_memory_bytes() noexcept {
    try {
        std::uint64_t available = read_kilobytes("/proc/meminfo", "MemAvailable:").value_or(unlimited);
        available = std::min(available, left_in_control_groups());
        rlimit limit{};
        if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
            const std::uint64_t used = read_kilobytes("/proc/self/status", "VmSize:").value_or(0);
            available =
                std::min<std::uint64_t>(available, limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, used));
        }
        return available;
    } catch (...) {
        return unlimited;
    }
}

void prefer_huge_pages([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(MADV_HUGEPAGE)
    constexpr std::uintptr_t huge = std::uintptr_t{2} << 20;
    if (bytes < 2 * huge) return;
    const auto first = (reinterpret_cast<std::uintptr_t>(begin) + huge - 1) / huge * huge;
    const auto last = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / huge * huge;
    // A wish: where it fails, the pages are small ones.
    if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

std::optional<std::uint64_t> peak_memory_bytes() noexcept try {
    return read_kilobytes("/proc/self/status", "VmHWM:");
} catch (...) {
    return std::nullopt;
}

bool restart_peak_memory() noexcept try {
    std::ofstream file("/proc/self/clear_refs");
    file << "5" << std::flush;  // proc(5): the peak resident set size
    return file.good();
} catch (...) {
    return false;
}

}  // namespace grainscope::platform
