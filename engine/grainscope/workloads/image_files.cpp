#include <grainscope/workloads/image_files.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <grainscope/workloads/memory_check.h>

namespace grainscope::workloads {

namespace {

namespace fs = std::filesystem;

std::string in_lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

bool is_called_like_an_image(const fs::path& path) {
    constexpr std::array<std::string_view, 3> endings{".jpg", ".jpeg", ".png"};
    return std::ranges::count(endings, in_lower_case(path.extension().string())) != 0;
}

struct Candidate {
    fs::path path;
    std::uint64_t bytes = 0;
    std::string error;
};

Candidate looked_at(const fs::directory_entry& entry) {
    std::error_code error;
    const bool is_file = entry.is_regular_file(error);
    if (error) return {entry.path(), 0, "cannot be read: " + error.message()};
    // To open a pipe is to wait for who writes to it.
    if (!is_file) return {entry.path(), 0, "is no file: a folder, a pipe, a socket or a device"};
    const std::uint64_t bytes = entry.file_size(error);
    return {entry.path(), error ? 0 : bytes, {}};
}

std::expected<std::vector<Candidate>, Failure> candidates_in(const std::string& folder) {
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (!fs::exists(status))
        return file_failure(error && error != std::errc::no_such_file_or_directory
                                ? fmt::format("{} cannot be read: {}", folder, error.message())
                                : fmt::format("there is no folder {}", folder));
    if (!fs::is_directory(status)) return file_failure(fmt::format("{} is a file, not a folder of images", folder));
    std::vector<Candidate> found;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (is_called_like_an_image(entry->path())) found.push_back(looked_at(*entry));
    if (error) return file_failure(fmt::format("{} cannot be read: {}", folder, error.message()));
    if (found.empty()) return file_failure(fmt::format("{} holds no image: no *.jpg, *.jpeg or *.png", folder));
    std::ranges::sort(found, {}, &Candidate::path);
    return found;
}

// The message of a failure without the path that it begins with: the item names it already.
std::string without_path(std::string message, const std::string& path) {
    if (message.starts_with(path + ' ')) message.erase(0, path.size() + 1);
    return message;
}

EncodedImage read_one(const Candidate& candidate) {
    EncodedImage image{.name = candidate.path.string(), .bytes = {}, .error = candidate.error};
    if (!image.error.empty()) return image;
    const std::expected<Bytes, Failure> content = read_file(image.name, "an image");
    if (content)
        image.bytes = content->view();
    else
        image.error = without_path(content.error().message, image.name);
    return image;
}

}  // namespace

std::expected<std::vector<EncodedImage>, Failure> read_images(const std::string& folder) {
    auto candidates = candidates_in(folder);
    if (!candidates) return std::unexpected(std::move(candidates.error()));
    double bytes = 0, largest = 0;
    for (const Candidate& each : *candidates) {
        bytes += static_cast<double>(each.bytes) + sizeof(EncodedImage) + 64;
        largest = std::max(largest, static_cast<double>(each.bytes));
    }
    // The largest is held twice while it is read.
    if (auto fits = check_memory(bytes + largest, fmt::format("{} with {} images", folder, candidates->size())); !fits)
        return std::unexpected(std::move(fits.error()));
    std::vector<EncodedImage> images;
    images.reserve(candidates->size());
    for (const Candidate& candidate : *candidates) images.push_back(read_one(candidate));
    return images;
}

std::expected<void, Failure> check_output_folder(const std::string& output, const std::string& input) {
    std::error_code error;
    const fs::path folder(output);
    const fs::file_status status = fs::status(folder, error);
    if (fs::exists(status) && !fs::is_directory(status))
        return file_failure(fmt::format("{} is a file: the thumbnails need a folder", output));
    if (!input.empty() && fs::exists(status) && fs::equivalent(folder, input, error)) {
        return std::unexpected(
            Failure{Failure::Kind::command_line,
                    fmt::format("input and output are the same folder, {}: thumbnails need one of their own", output)});
    }
    if (fs::exists(status)) return {};
    const fs::path clean = folder.has_filename() ? folder : folder.parent_path();  // "a/b/" lies in "a"
    const fs::path parent = clean.has_parent_path() ? clean.parent_path() : fs::path(".");
    if (!fs::is_directory(parent, error))
        return file_failure(fmt::format("{} cannot be made: there is no folder {}", output, parent.string()));
    return {};
}

std::vector<std::string> thumbnail_names(std::span<const EncodedImage> images) {
    std::unordered_set<std::string> taken;
    std::vector<std::string> names;
    names.reserve(images.size());
    for (const EncodedImage& image : images) {
        const fs::path path(image.name);
        std::string name = path.stem().string() + ".jpg";
        if (!taken.insert(in_lower_case(name)).second) {
            name = path.filename().string() + ".jpg";
            for (int number = 2; !taken.insert(in_lower_case(name)).second; ++number)
                name = fmt::format("{}.{}.jpg", path.filename().string(), number);
        }
        names.push_back(std::move(name));
    }
    return names;
}

}  // namespace grainscope::workloads
