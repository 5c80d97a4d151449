#include <grainscope/workloads/url_list.h>

#include <string_view>

#include <fmt/format.h>

#include <grainscope/workloads/file_bytes.h>

namespace grainscope::workloads {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\v\f";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::expected<std::vector<std::string>, Failure> read_urls(const std::string& path) {
    const auto bytes = read_file(path, "a file of URLs");
    if (!bytes) return std::unexpected(bytes.error());
    std::string_view rest = bytes->view();
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    std::vector<std::string> urls;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!line.empty() && !line.starts_with('#')) urls.emplace_back(line);
    }
    if (urls.empty())
        return file_failure(
            fmt::format("{} has no URL in it: one a line is expected, such as http://localhost/", path));
    return urls;
}

}  // namespace grainscope::workloads
