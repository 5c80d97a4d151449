#include <grainscope/workloads/upload_store_file.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <grainscope/workloads/file_bytes.h>
#include <grainscope/workloads/sqlite_handles.h>

namespace grainscope::workloads {

namespace {

namespace fs = std::filesystem;
using detail::Connection;
using detail::Statement;

constexpr std::uint32_t application = 0x67726e55;  // "grnU"
constexpr std::uint32_t version = 1;

// What SQLite's file format says of its header.
constexpr std::size_t header_size = 100;
constexpr std::string_view header_magic("SQLite format 3\0", 16);
constexpr std::size_t write_version_at = 18, read_version_at = 19;
constexpr std::byte wal_version{2};
constexpr std::size_t user_version_at = 60, application_at = 68;

// The sealed bytes stand last: what stands before them is read without them. Measured, with 64 KiB and more in an item:
// pages of 16 KiB take a fifth less time than those of 8, and those of 32 are slower for small items.
constexpr const char* schema = R"(
    PRAGMA page_size = 16384;
    CREATE TABLE store (fingerprint BLOB NOT NULL) STRICT;
    CREATE TABLE items (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, plain_size INTEGER NOT NULL, sealed_size INTEGER NOT NULL,
        sha256 BLOB NOT NULL, time_ms INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
)";

struct FreeImage {
    void operator()(unsigned char* image) const { sqlite3_free(image); }
};
struct Image {
    std::unique_ptr<unsigned char, FreeImage> bytes;
    std::size_t size = 0;
};

/// The bytes of an empty store.
Image empty_store(const KeyFingerprint& key) {
    sqlite3* opened = nullptr;
    sqlite3_open_v2(":memory:", &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    const Connection connection(opened);
    const std::string numbers =
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", application, version);
    Image image;
    if (sqlite3_exec(opened, schema, nullptr, nullptr, nullptr) != SQLITE_OK ||
        sqlite3_exec(opened, numbers.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::bad_alloc();
    Statement note(opened, "INSERT INTO store VALUES (?)");
    note.bind(1, key);
    if (note.step() != SQLITE_DONE) throw std::bad_alloc();
    note.reset();
    sqlite3_int64 size = 0;
    image.bytes.reset(sqlite3_serialize(opened, "main", &size, 0));
    if (image.bytes == nullptr) throw std::bad_alloc();
    image.size = static_cast<std::size_t>(size);
    image.bytes.get()[write_version_at] = image.bytes.get()[read_version_at] = static_cast<unsigned char>(wal_version);
    return image;
}

/// A file beside the one that is to be, gone at the end.
class Draft {
  public:
    explicit Draft(const std::string& path)
        : path_(path + '.' + std::string(6, 'X')), descriptor_(::mkostemp(path_.data(), O_CLOEXEC)) {}
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        if (descriptor_ < 0) return;
        ::close(descriptor_);
        ::unlink(path_.c_str());
    }
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
    // False with errno, as what follows.
    [[nodiscard]] bool write(std::span<const unsigned char> bytes) const {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno != EINTR) return false;
            if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return ::fsync(descriptor_) == 0;
    }
    /// Gives it a second name, unless that is taken.
    [[nodiscard]] bool publish(const std::string& path) const {
        if (::link(path_.c_str(), path.c_str()) == 0 || errno == EEXIST) return true;
        // Some filesystems know no links.
        if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return false;
        return ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0 || errno == EEXIST;
    }

  private:
    std::string path_;
    int descriptor_;
};

std::string folder_of(const std::string& path) {
    const fs::path folder = fs::path(path).parent_path();
    return folder.empty() ? "." : folder.string();
}

std::unexpected<std::string> not_made(const std::string& path, std::string_view why) {
    return std::unexpected(fmt::format("the store {} cannot be made: {}", path, why));
}
std::unexpected<std::string> not_ours(const std::string& path, std::string_view why) {
    return std::unexpected(
        fmt::format("{} is no store of uploads: {}; it stays as it is, name a new or another file", path, why));
}

bool may(const std::string& path, int mode) { return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0; }

std::uint32_t big_endian(const std::byte* at) {
    std::uint32_t number = 0;
    for (int i = 0; i < 4; ++i) number = number << 8 | std::to_integer<std::uint32_t>(at[i]);
    return number;
}

using Header = std::array<std::byte, header_size>;

// All zeros if the file is shorter. Through SQLite, though no statement runs: to close a descriptor of ours would end
// the locks of any other connection that this process has to the file (sqlite.org/howtocorrupt.html, 2.2).
std::expected<Header, std::string> read_header(const std::string& path) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(detail::as_plain_path(path).c_str(), &opened,
                                     SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    const Connection connection(opened);
    sqlite3_file* file = nullptr;
    if (code != SQLITE_OK || sqlite3_file_control(opened, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file->pMethods == nullptr)
        return std::unexpected(fmt::format("the store {} cannot be read: {}", path, sqlite3_errmsg(opened)));
    Header header;
    const int got = file->pMethods->xRead(file, header.data(), header_size, 0);
    if (got == SQLITE_IOERR_SHORT_READ) return Header{};
    if (got != SQLITE_OK)
        return std::unexpected(fmt::format("the store {} cannot be read: {}", path, sqlite3_errstr(got)));
    return header;
}

std::expected<void, std::string> check_header(const std::string& path, const Header& header) {
    if (std::string_view(reinterpret_cast<const char*>(header.data()), header_magic.size()) != header_magic)
        return not_ours(path, "it is no SQLite database");
    if (big_endian(header.data() + application_at) != application)
        return not_ours(path, "it is the SQLite database of another program");
    if (const std::uint32_t found = big_endian(header.data() + user_version_at); found != version) {
        return std::unexpected(
            fmt::format("the store {} is of version {}; this program knows version {}", path, found, version));
    }
    return {};
}

}  // namespace

std::string detail::as_plain_path(const std::string& path) { return path.starts_with('/') ? path : "./" + path; }

std::expected<void, std::string> detail::make_store_file(const std::string& path, const KeyFingerprint& key) {
    const std::string folder = folder_of(path);
    std::error_code error;
    if (!fs::is_directory(folder, error)) return not_made(path, fmt::format("there is no folder {}", folder));
    if (!may(folder, W_OK | X_OK))
        return not_made(path, fmt::format("the folder {} cannot be written to: {}", folder, reason(errno)));
    const Image image = empty_store(key);
    {
        const Draft draft(path);
        if (!draft.is_open() || !draft.write({image.bytes.get(), image.size}) || !draft.publish(path))
            return not_made(path, reason(errno));
    }
    const File names(folder, O_RDONLY | O_DIRECTORY);
    if (!names.is_open() || (::fsync(names.descriptor()) != 0 && errno != EINVAL)) return not_made(path, reason(errno));
    return {};
}

std::expected<void, std::string> detail::check_store_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return std::unexpected(errno == ENOENT ? fmt::format("there is no store {}", path)
                                               : fmt::format("the store {} cannot be read: {}", path, reason(errno)));
    if (S_ISDIR(status.st_mode))
        return std::unexpected(fmt::format("{} is a folder: the store needs the name of a file", path));
    if (!S_ISREG(status.st_mode)) return not_ours(path, "it is a pipe, a socket or a device");
    if (status.st_size == 0) return not_ours(path, "it is empty");
    if (!may(path, R_OK)) return std::unexpected(fmt::format("the store {} cannot be read: {}", path, reason(errno)));
    auto header = read_header(path);
    if (!header) return std::unexpected(std::move(header.error()));
    if (auto ours = check_header(path, *header); !ours) return ours;
    if (!may(path, W_OK)) {
        return std::unexpected(
            fmt::format("the store {} cannot be written to: {}; it needs to be", path, reason(errno)));
    }
    if (const std::string folder = folder_of(path); !may(folder, W_OK | X_OK)) {
        return std::unexpected(fmt::format(
            "the store {} cannot be used: the folder {} cannot be written to ({}), and two more files go beside it",
            path, folder, reason(errno)));
    }
    return {};
}

}  // namespace grainscope::workloads
