#include <grainscope/workloads/memory_check.h>

#include <iterator>

#include <fmt/format.h>

#include <grainscope/platform/memory.h>

namespace grainscope::workloads {

namespace {

std::string in_words(double bytes) {
    constexpr const char* units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
    std::size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < std::size(units); ++unit) bytes /= 1000;
    return fmt::format("{:.3g} {}", bytes, units[unit]);
}

}  // namespace

std::expected<void, Failure> check_memory(double bytes, const std::string& what) {
    const auto available = static_cast<double>(platform::available_memory_bytes());
    if (bytes <= 0.95 * available) return {};
    return std::unexpected(Failure{Failure::Kind::memory, fmt::format("{} needs {} of memory, and {} are free", what,
                                                                      in_words(bytes), in_words(available))});
}

std::unexpected<Failure> out_of_memory() {
    return std::unexpected(
        Failure{Failure::Kind::memory, "the system has no memory left for the data; a smaller n would fit"});
}

}  // namespace grainscope::workloads
