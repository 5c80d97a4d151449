#include <grainscope/workloads/text_source.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <grainscope/workloads/file_bytes.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/random.h>

namespace grainscope::workloads {

namespace {

namespace fs = std::filesystem;

struct Candidate {
    fs::path path;
    std::uint64_t bytes = 0;
};

// The files below a folder, sorted; what cannot be looked into goes to `failures`.
std::vector<Candidate> files_below(const fs::path& folder, std::vector<ItemFailure>& failures) {
    std::vector<Candidate> files;
    std::vector<fs::path> folders{folder};
    while (!folders.empty()) {
        const fs::path here = std::move(folders.back());
        folders.pop_back();
        std::error_code error;
        fs::directory_iterator entry(here, error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
            std::error_code unknown;
            if (entry->is_directory(unknown) && !entry->is_symlink(unknown)) {  // a link may lead back up
                folders.push_back(entry->path());
                continue;
            }
            const bool is_file = entry->is_regular_file(unknown);
            if (unknown) {
                failures.push_back({entry->path().string(), "cannot be read: " + unknown.message()});
            } else if (is_file) {
                files.push_back({entry->path(), entry->file_size(unknown)});
            } else if (!entry->is_directory(unknown)) {
                failures.push_back({entry->path().string(), "is no file: a pipe, a socket or a device"});
            }
        }
        if (error) failures.push_back({here.string(), "cannot be read: " + error.message()});
    }
    std::ranges::sort(files, {}, &Candidate::path);
    return files;
}

// Why it is no text, or nothing.
std::string what_is_wrong_with(std::string_view content) {
    const std::size_t zero = content.find('\0');
    if (zero == std::string_view::npos) return {};
    return fmt::format("is no text: byte {} is zero", zero + 1);
}

// The message of a failure without the path that it begins with: the item names it already.
std::string without_path(std::string message, const std::string& path) {
    if (message.starts_with(path + ' ')) message.erase(0, path.size() + 1);
    return message;
}

void pad(Text& text, std::size_t padding) {
    text.size = text.bytes.size();
    text.bytes.append(padding, ' ');
}

std::expected<Text, Failure> read_one(const std::string& path, std::size_t padding) {
    const std::expected<Bytes, Failure> content = read_file(path, "a text file");
    if (!content) return std::unexpected(content.error());
    if (const std::string wrong = what_is_wrong_with(content->view()); !wrong.empty())
        return file_failure(fmt::format("{} {}", path, wrong));
    Text text;
    text.bytes.reserve(content->size + padding);
    text.bytes = content->view();
    pad(text, padding);
    return text;
}

std::expected<Text, Failure> read_folder(const std::string& path, std::size_t padding) {
    Text text;
    const std::vector<Candidate> files = files_below(path, text.failures);
    std::uint64_t total = 0, largest = 0;
    for (const Candidate& file : files) {
        total += file.bytes + 1;
        largest = std::max(largest, file.bytes);
    }
    if (auto fits = check_memory(static_cast<double>(total + largest), path); !fits)
        return std::unexpected(std::move(fits.error()));
    text.bytes.reserve(total + padding);
    for (const Candidate& file : files) {
        const std::string name = file.path.string();
        const std::expected<Bytes, Failure> content = read_file(name, "a text file");
        if (!content) {
            text.failures.push_back({name, without_path(content.error().message, name)});
        } else if (const std::string wrong = what_is_wrong_with(content->view()); !wrong.empty()) {
            text.failures.push_back({name, wrong});
        } else {
            text.bytes += content->view();
            text.bytes += '\n';
        }
    }
    if (text.bytes.empty()) {
        return file_failure(text.failures.empty()
                                ? fmt::format("{} holds no file", path)
                                : fmt::format("{} holds no text file; the first of {} failures: {} {}", path,
                                              text.failures.size(), text.failures.front().item,
                                              text.failures.front().error));
    }
    pad(text, padding);
    return text;
}

// Draws i from [0, n) with a probability of 1/(i + 1), up to a factor.
class ZipfRanks {
  public:
    explicit ZipfRanks(std::size_t n) : columns_(n) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += weight(i);
        std::vector<double> left(n);  // each rank's share, the mean being 1
        std::vector<std::size_t> small, large;
        for (std::size_t i = 0; i < n; ++i) {
            left[i] = weight(i) * static_cast<double>(n) / sum;
            (left[i] < 1 ? small : large).push_back(i);
        }
        while (!small.empty() && !large.empty()) {
            const std::size_t poor = small.back(), rich = large.back();
            small.pop_back();
            columns_[poor] = {left[poor], rich};
            left[rich] -= 1 - left[poor];
            if (left[rich] < 1) {
                large.pop_back();
                small.push_back(rich);
            }
        }
        for (const auto& rest : {small, large})
            for (const std::size_t i : rest) columns_[i] = {1, i};
    }

    [[nodiscard]] std::size_t draw(std::uint64_t random) const {
        const std::size_t i = scale_to(random, columns_.size());
        return to_unit(mix(random)) < columns_[i].own ? i : columns_[i].other;
    }

  private:
    struct Column {
        double own = 1;
        std::size_t other = 0;
    };
    static double weight(std::size_t i) { return 1 / static_cast<double>(i + 1); }

    std::vector<Column> columns_;
};

}  // namespace

std::expected<Text, Failure> read_text(const std::string& path, std::size_t padding) {
    std::error_code error;
    return fs::is_directory(path, error) ? read_folder(path, padding) : read_one(path, padding);
}

Text make_zipf_text(std::size_t size, std::size_t vocabulary, std::uint64_t seed, std::size_t padding) {
    constexpr std::size_t fewest_letters = 3, most_letters = 10, words_a_line = 12;
    std::vector<std::string> words(vocabulary);
    for (std::size_t i = 0; i < vocabulary; ++i) {
        std::uint64_t letters = random_at(~seed, i);
        words[i].resize(fewest_letters + scale_to(mix(letters), most_letters - fewest_letters + 1));
        for (char& letter : words[i]) {
            letter = static_cast<char>('a' + letters % 26);
            letters /= 26;
        }
    }
    const ZipfRanks ranks(vocabulary);
    Text text;
    text.bytes.reserve(size + most_letters + 1 + padding);
    for (std::uint64_t i = 0; text.bytes.size() < size; ++i) {
        text.bytes += words[ranks.draw(random_at(seed, i))];
        text.bytes += i % words_a_line == words_a_line - 1 ? '\n' : ' ';
    }
    pad(text, padding);
    return text;
}

}  // namespace grainscope::workloads
