#include <grainscope/workloads/sort_files.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <grainscope/workloads/file_bytes.h>

namespace grainscope::workloads {

namespace {

template <class T>
std::string type_in_words() {
    if constexpr (std::is_same_v<T, std::uint64_t>)
        return "u64 (a whole number from 0 to 18446744073709551615)";
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return "i64 (a whole number from -9223372036854775808 to 9223372036854775807)";
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return "i32 (a whole number from -2147483648 to 2147483647)";
    else
        return "f64 (a number such as -1.5e3)";
}

// What a line says, short enough to show, with nothing that would upset a terminal.
std::string shown(std::string_view line) {
    constexpr std::size_t most = 40;
    std::string text;
    for (const char c : line.substr(0, most)) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    if (line.size() > most) text += "...";
    return text;
}

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

template <class T>
std::expected<T, std::string> parse_line(std::string_view line) {
    const std::string_view text = without_blanks(line);
    if (text.empty()) return std::unexpected("is empty; it must hold one " + type_in_words<T>());
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end)
        return std::unexpected(fmt::format("\"{}\" is no {}", shown(text), type_in_words<T>()));
    if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(value)) return std::unexpected("nan has no place in an order");
    }
    return value;
}

template <class T>
std::expected<std::vector<T>, Failure> parse_lines(const std::string& path, std::string_view text) {
    std::vector<T> values;
    values.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1);
    for (std::size_t line_number = 1; !text.empty(); ++line_number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if constexpr (std::is_same_v<T, std::string>) {
            values.emplace_back(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
        } else {
            std::expected<T, std::string> value = parse_line<T>(line);
            if (!value) return file_failure(fmt::format("{}, line {}: {}", path, line_number, value.error()));
            values.push_back(*value);
        }
    }
    return values;
}

template <class T>
std::expected<std::vector<T>, Failure> parse_binary(const std::string& path, std::string_view bytes) {
    if constexpr (std::is_same_v<T, std::string>) {
        return std::unexpected(
            Failure{Failure::Kind::command_line, "format=binary is for numbers; text is read with format=lines"});
    } else {
        if (bytes.size() % sizeof(T) != 0)
            return file_failure(
                fmt::format("{} holds {} bytes: not a whole number of values of {} bytes, the last is cut off", path,
                            bytes.size(), sizeof(T)));
        std::vector<T> values(bytes.size() / sizeof(T));
        std::memcpy(values.data(), bytes.data(), bytes.size());
        if constexpr (std::is_floating_point_v<T>) {
            const auto nan = std::ranges::find_if(values, [](T value) { return std::isnan(value); });
            if (nan != values.end())
                return file_failure(
                    fmt::format("{}, value {}: nan has no place in an order", path, nan - values.begin() + 1));
        }
        return values;
    }
}

// Collects small pieces of text into large writes.
class Writer {
  public:
    explicit Writer(int descriptor) : descriptor_(descriptor), buffer_(new char[capacity]) {}

    // False with errno.
    [[nodiscard]] bool add(std::string_view text) {
        if (text.size() > capacity - used_ && !flush()) return false;
        if (text.size() > capacity) return write_out(text);
        std::memcpy(buffer_.get() + used_, text.data(), text.size());
        used_ += text.size();
        return true;
    }
    [[nodiscard]] bool flush() { return write_out({buffer_.get(), std::exchange(used_, 0)}); }

  private:
    static constexpr std::size_t capacity = std::size_t{1} << 18;

    bool write_out(std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = ::write(descriptor_, text.data(), text.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return false;
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }

    int descriptor_;
    std::unique_ptr<char[]> buffer_;
    std::size_t used_ = 0;
};

template <class T>
bool write_values(Writer& writer, FileFormat format, const std::vector<T>& values) {
    if constexpr (std::is_same_v<T, std::string>) {
        for (const std::string& value : values)
            if (!writer.add(value) || !writer.add("\n")) return false;
    } else if (format == FileFormat::binary) {
        if (!writer.add({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)})) return false;
    } else {
        std::array<char, 40> text{};  // the shortest form that reads back as the same number
        for (const T value : values) {
            char* const end = std::to_chars(text.data(), text.data() + text.size() - 1, value).ptr;
            *end = '\n';
            if (!writer.add({text.data(), static_cast<std::size_t>(end + 1 - text.data())})) return false;
        }
    }
    return writer.flush();
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

// A pipe or a device is written to as it is; only a file can be replaced as a whole.
bool is_replaceable(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

// fill(writer) writes the content and returns false, with errno, where it cannot.
template <class Fill>
std::expected<void, Failure> write_file(const std::string& path, Fill&& fill) {
    const bool replace = is_replaceable(path);
    const std::string target = replace ? fmt::format("{}.{}.part", path, ::getpid()) : path;
    const auto failed = [&](int error) {
        if (replace) ::unlink(target.c_str());
        return file_failure(fmt::format("{} cannot be written: {}", path, reason(error)));
    };
    File file(target, O_WRONLY | (replace ? O_CREAT | O_TRUNC : 0));
    if (!file.is_open()) return failed(errno);
    Writer writer(file.descriptor());
    if (!fill(writer)) return failed(errno);
    if (!file.close()) return failed(errno);
    if (replace && ::rename(target.c_str(), path.c_str()) != 0) return failed(errno);
    return {};
}

}  // namespace

template <class T>
std::expected<std::vector<T>, Failure> read_values(const std::string& path, FileFormat format) {
    if (format == FileFormat::binary && std::is_same_v<T, std::string>) return parse_binary<T>(path, {});
    const std::expected<Bytes, Failure> bytes = read_file(path, "a file of values");
    if (!bytes) return std::unexpected(bytes.error());
    if (bytes->size == 0)
        return file_failure(fmt::format("{} is empty: there is no line 1 to read a value from", path));
    try {
        return format == FileFormat::lines ? parse_lines<T>(path, bytes->view()) : parse_binary<T>(path, bytes->view());
    } catch (const std::bad_alloc&) {
        return too_large(path, bytes->size);
    }
}

template std::expected<std::vector<std::uint64_t>, Failure> read_values(const std::string&, FileFormat);
template std::expected<std::vector<std::int64_t>, Failure> read_values(const std::string&, FileFormat);
template std::expected<std::vector<std::int32_t>, Failure> read_values(const std::string&, FileFormat);
template std::expected<std::vector<double>, Failure> read_values(const std::string&, FileFormat);
template std::expected<std::vector<std::string>, Failure> read_values(const std::string&, FileFormat);

std::expected<Elements, Failure> read_elements(const std::string& path, FileFormat format, std::size_t type) {
    switch (type) {
        case 0:
            return read_values<std::uint64_t>(path, format);
        case 1:
            return read_values<std::int32_t>(path, format);
        case 2:
            return read_values<double>(path, format);
        default:
            return read_values<std::string>(path, format);
    }
}

std::expected<void, Failure> check_writable(const std::string& path) {
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        return file_failure(fmt::format("{} is a directory: the output needs the name of a file", path));
    const std::string folder = folder_of(path);
    if (::access(exists && !S_ISREG(status.st_mode) ? path.c_str() : folder.c_str(), W_OK) != 0)
        return file_failure(fmt::format("{} cannot be written: {}", path, reason(errno)));
    return {};
}

std::expected<void, Failure> write_elements(const std::string& path, FileFormat format, const Elements& elements) {
    return write_file(path, [&](Writer& writer) {
        return std::visit([&](const auto& values) { return write_values(writer, format, values); }, elements);
    });
}

std::expected<void, Failure> write_bytes(const std::string& path, std::string_view bytes) {
    return write_file(path, [&](Writer& writer) { return writer.add(bytes) && writer.flush(); });
}

}  // namespace grainscope::workloads
