#include <grainscope/workloads/upload_store.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <new>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include <grainscope/workloads/file_bytes.h>
#include <grainscope/workloads/sqlite_handles.h>
#include <grainscope/workloads/upload_store_file.h>

namespace grainscope::workloads {

using detail::Connection;
using detail::Statement;
using detail::StatementUse;

namespace {

constexpr int primary(int code) { return code & 0xff; }

/// Whether SQLite refused no more than the item at hand.
bool is_about_one_item(int code) {
    return primary(code) == SQLITE_TOOBIG || primary(code) == SQLITE_CONSTRAINT || primary(code) == SQLITE_MISMATCH;
}

/// As much of a name as belongs into a line.
std::string shown(std::string_view name) {
    std::size_t enough = 100;
    if (name.size() > enough)  // not in the middle of a character
        while (enough > 96 && (static_cast<unsigned char>(name[enough]) & 0xc0) == 0x80) --enough;
    std::string text(name.substr(0, enough));
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
    return name.size() > enough ? text + "…" : text;
}

struct Entry {
    std::int64_t id;
    std::string name;
};

/// What there is, as far as it can be told.
struct Directory {
    std::vector<Entry> entries;  ///< by name up to `listed`
    std::size_t listed = 0;      ///< so many came from the list of names
    std::string error;           ///< why that ended early
};

}  // namespace

class UploadStore::Implementation {
  public:
    Implementation(std::string path, Connection connection)
        : path_(std::move(path)), connection_(std::move(connection)) {}

    std::expected<void, std::string> prepare(const KeyFingerprint& key, std::chrono::milliseconds busy_timeout);
    std::vector<std::optional<std::string>> put(std::span<const StoredItem> items);
    std::expected<StoredItem, std::string> get(std::string_view name);
    std::expected<StoredItem, std::string> get(const Entry& entry);
    Directory directory();
    std::expected<std::uint64_t, std::string> count();

    /// What SQLite's last failure means, with the file's name.
    [[nodiscard]] std::string failure(int code) const;

  private:
    struct Statements {
        explicit Statements(sqlite3* connection)
            : begin(connection, "BEGIN IMMEDIATE"),
              commit(connection, "COMMIT"),
              rollback(connection, "ROLLBACK"),
              put(connection,
                  "INSERT INTO items (name, plain_size, sealed_size, sha256, time_ms, sealed) VALUES (?, ?, ?, ?, ?, "
                  "?) "
                  "ON CONFLICT (name) DO UPDATE SET plain_size = excluded.plain_size, "
                  "sealed_size = excluded.sealed_size, sha256 = excluded.sha256, time_ms = excluded.time_ms, "
                  "sealed = excluded.sealed"),
              find(connection, "SELECT id FROM items WHERE name = ?"),
              get(connection, "SELECT name, plain_size, sealed_size, sha256, time_ms, sealed FROM items WHERE id = ?"),
              count(connection, "SELECT count(*) FROM items") {}
        [[nodiscard]] bool are_whole() const { return begin && commit && rollback && put && find && get && count; }
        Statement begin, commit, rollback, put, find, get, count;
    };

    std::expected<void, std::string> check_key(const KeyFingerprint& key);
    /// What the system said of the log's last failure, where writes fail first; 0 if nothing.
    [[nodiscard]] int system_error() const;
    /// A code of SQLite, SQLITE_DONE if all went well.
    int put_one(const StoredItem& item);
    int run(Statement& statement) {
        const int code = statement.step();
        statement.reset();
        return code;
    }
    std::vector<std::optional<std::string>> all_failed(std::size_t count, int code);
    std::unexpected<std::string> damaged(std::string_view name, std::string_view why) const {
        return std::unexpected(fmt::format("the item {} in the store {} is damaged: {}", shown(name), path_, why));
    }
    std::expected<StoredItem, std::string> read_row(const Entry& entry, const Statement& row) const;
    /// Lists by a query of id and name those that `known` lacks; false with a code if it ended early.
    int list(std::string_view query, std::set<std::int64_t>& known, std::vector<Entry>& entries);

    std::string path_;
    Connection connection_;
    std::optional<Statements> statements_;
};

std::string UploadStore::Implementation::failure(int code) const {
    const char* const message = sqlite3_errmsg(connection_.get());
    switch (primary(code)) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return fmt::format("the store {} is locked by another program: try again when that has ended", path_);
        case SQLITE_FULL:
            return fmt::format("the store {} cannot grow: the disk is full; make room there", path_);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return fmt::format("the store {} is damaged: {}", path_, message);
        case SQLITE_NOMEM:
            throw std::bad_alloc();
        case SQLITE_IOERR:
            if (const int error = system_error(); error != 0)
                return fmt::format("the store {} fails: {} ({})", path_, message, reason(error));
            [[fallthrough]];
        default:
            return fmt::format("the store {} fails: {}", path_, message);
    }
}

int UploadStore::Implementation::system_error() const {
    sqlite3_file* log = nullptr;
    int error = 0;
    if (sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
        log != nullptr && log->pMethods != nullptr)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

std::expected<void, std::string> UploadStore::Implementation::prepare(const KeyFingerprint& key,
                                                                      std::chrono::milliseconds busy_timeout) {
    sqlite3* const connection = connection_.get();
    const auto most = std::chrono::milliseconds(std::numeric_limits<int>::max());
    sqlite3_busy_timeout(connection,
                         static_cast<int>(std::clamp(busy_timeout, std::chrono::milliseconds(0), most).count()));
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // A batch of uploads is often more than the 1000 pages after which SQLite would copy the log into the file.
    constexpr const char* settings =
        "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA wal_autocheckpoint = 2000;";
    if (const int code = sqlite3_exec(connection, settings, nullptr, nullptr, nullptr); code != SQLITE_OK)
        return std::unexpected(failure(code));
    Statement mode(connection, "PRAGMA journal_mode = WAL");
    const int code = mode ? mode.step() : sqlite3_errcode(connection);
    if (code != SQLITE_ROW) return std::unexpected(failure(code));
    if (mode.text(0) != "wal") {
        return std::unexpected(
            fmt::format("the store {} lies where SQLite cannot share memory: name a file on a local disk", path_));
    }
    mode.reset();
    if (auto fits = check_key(key); !fits) return fits;
    statements_.emplace(connection);
    if (!statements_->are_whole()) return std::unexpected(failure(sqlite3_errcode(connection)));
    return {};
}

std::expected<void, std::string> UploadStore::Implementation::check_key(const KeyFingerprint& key) {
    Statement noted(connection_.get(), "SELECT fingerprint FROM store", 0);
    const int code = noted ? noted.step() : sqlite3_errcode(connection_.get());
    if (code == SQLITE_DONE) return std::unexpected(fmt::format("the store {} is damaged: it notes no key", path_));
    if (code != SQLITE_ROW) return std::unexpected(failure(code));
    if (std::ranges::equal(noted.bytes(0), key)) return {};
    return std::unexpected(
        fmt::format("the store {} was sealed with another key: name that key, or a new file", path_));
}

int UploadStore::Implementation::put_one(const StoredItem& item) {
    const StatementUse put(statements_->put);
    put->bind(1, item.name);
    put->bind(2, static_cast<std::int64_t>(item.plain_size));
    put->bind(3, static_cast<std::int64_t>(item.sealed.size()));
    put->bind(4, item.checksum);
    put->bind(5, item.time.time_since_epoch().count());
    put->bind(6, item.sealed);
    return put->step();
}

std::vector<std::optional<std::string>> UploadStore::Implementation::all_failed(std::size_t count, int code) {
    const std::string why = failure(code);
    // SQLite has rolled back some failures by itself.
    if (sqlite3_get_autocommit(connection_.get()) == 0) run(statements_->rollback);
    return std::vector<std::optional<std::string>>(count, why);
}

std::vector<std::optional<std::string>> UploadStore::Implementation::put(std::span<const StoredItem> items) {
    std::vector<std::optional<std::string>> errors(items.size());
    if (items.empty()) return errors;
    if (const int code = run(statements_->begin); code != SQLITE_DONE) return all_failed(items.size(), code);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (std::string why = detail::why_not_stored(items[i].name.size(), items[i].sealed.size()); !why.empty()) {
            errors[i] = std::move(why);
            continue;
        }
        const int code = put_one(items[i]);
        if (code == SQLITE_DONE) continue;
        if (!is_about_one_item(code)) return all_failed(items.size(), code);
        errors[i] = failure(code);
    }
    if (const int code = run(statements_->commit); code != SQLITE_DONE) return all_failed(items.size(), code);
    return errors;
}

std::expected<StoredItem, std::string> UploadStore::Implementation::read_row(const Entry& entry,
                                                                             const Statement& row) const {
    StoredItem item;
    item.name = row.text(0);
    item.plain_size = static_cast<std::uint64_t>(row.number(1));
    const std::span<const std::byte> checksum = row.bytes(3);
    item.time = std::chrono::sys_time(std::chrono::milliseconds(row.number(4)));
    const std::span<const std::byte> sealed = row.bytes(5);
    // A column that SQLite cannot read is empty.
    if (const int code = sqlite3_errcode(connection_.get()); code != SQLITE_ROW) {
        if (primary(code) == SQLITE_NOMEM) throw std::bad_alloc();
        return damaged(entry.name, sqlite3_errmsg(connection_.get()));
    }
    if (item.name != entry.name) return damaged(entry.name, fmt::format("it is called {} elsewhere", shown(item.name)));
    if (checksum.size() != item.checksum.size()) return damaged(entry.name, "its checksum is not whole");
    if (static_cast<std::int64_t>(sealed.size()) != row.number(2))
        return damaged(entry.name, fmt::format("{} of {} bytes are there", sealed.size(), row.number(2)));
    std::ranges::copy(checksum, item.checksum.begin());
    item.sealed.assign(sealed.begin(), sealed.end());
    return item;
}

std::expected<StoredItem, std::string> UploadStore::Implementation::get(const Entry& entry) {
    const StatementUse row(statements_->get);
    row->bind(1, entry.id);
    const int code = row->step();
    if (code == SQLITE_ROW) return read_row(entry, statements_->get);
    if (code == SQLITE_DONE) return damaged(entry.name, "it is listed, but not there");
    if (primary(code) == SQLITE_CORRUPT) return damaged(entry.name, sqlite3_errmsg(connection_.get()));
    return std::unexpected(failure(code));
}

std::expected<StoredItem, std::string> UploadStore::Implementation::get(std::string_view name) {
    std::int64_t id = 0;
    {
        const StatementUse found(statements_->find);
        found->bind(1, name);
        const int code = found->step();
        if (code == SQLITE_DONE)
            return std::unexpected(fmt::format("there is no item {} in the store {}", shown(name), path_));
        if (code != SQLITE_ROW) return std::unexpected(failure(code));
        id = found->number(0);
    }
    return get(Entry{id, std::string(name)});
}

int UploadStore::Implementation::list(std::string_view query, std::set<std::int64_t>& known,
                                      std::vector<Entry>& entries) {
    Statement listing(connection_.get(), query, 0);
    if (!listing) return sqlite3_errcode(connection_.get());
    for (;;) {
        const int code = listing.step();
        if (code != SQLITE_ROW) return code;
        if (known.insert(listing.number(0)).second)
            entries.push_back({listing.number(0), std::string(listing.text(1))});
    }
}

Directory UploadStore::Implementation::directory() {
    Directory found;
    std::set<std::int64_t> known;
    // The names alone, from their index.
    const int code =
        list("SELECT id, name FROM items INDEXED BY sqlite_autoindex_items_1 ORDER BY name", known, found.entries);
    found.listed = found.entries.size();
    if (code == SQLITE_DONE) return found;
    found.error = failure(code);
    // From both ends of the table: what a damaged page cuts off from one can be reached from the other.
    list("SELECT id, name FROM items NOT INDEXED ORDER BY id", known, found.entries);
    list("SELECT id, name FROM items NOT INDEXED ORDER BY id DESC", known, found.entries);
    return found;
}

std::expected<std::uint64_t, std::string> UploadStore::Implementation::count() {
    const StatementUse count(statements_->count);
    const int code = count->step();
    if (code != SQLITE_ROW) return std::unexpected(failure(code));
    return static_cast<std::uint64_t>(count->number(0));
}

namespace {

std::string how_far(const Directory& directory) {
    return directory.listed == 0 ? fmt::format("{} (not one name could be listed)", directory.error)
                                 : fmt::format("{} (names could be listed up to {}, the {}. of them)", directory.error,
                                               shown(directory.entries[directory.listed - 1].name), directory.listed);
}

}  // namespace

UploadStore::UploadStore(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
UploadStore::UploadStore(UploadStore&&) noexcept = default;
UploadStore& UploadStore::operator=(UploadStore&&) noexcept = default;
UploadStore::~UploadStore() = default;

std::expected<UploadStore, std::string> UploadStore::open(const std::string& path, const KeyFingerprint& key, Mode mode,
                                                          std::chrono::milliseconds busy_timeout) {
    if (path.empty()) return std::unexpected<std::string>("the store needs the name of a file");
    struct stat status {};
    if (mode == Mode::create_or_open && ::stat(path.c_str(), &status) != 0 && errno == ENOENT)
        if (auto made = detail::make_store_file(path, key); !made) return std::unexpected(std::move(made.error()));
    if (auto ours = detail::check_store_file(path); !ours) return std::unexpected(std::move(ours.error()));

    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(detail::as_plain_path(path).c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    auto implementation = std::make_unique<Implementation>(path, Connection(opened));
    if (code != SQLITE_OK) return std::unexpected(implementation->failure(code));
    if (auto ready = implementation->prepare(key, busy_timeout); !ready)
        return std::unexpected(std::move(ready.error()));
    return UploadStore(std::move(implementation));
}

std::vector<std::optional<std::string>> UploadStore::put(std::span<const StoredItem> items) {
    return implementation_->put(items);
}

std::expected<StoredItem, std::string> UploadStore::get(std::string_view name) { return implementation_->get(name); }

std::expected<void, std::string> UploadStore::for_each(const Visit& visit) {
    const Directory directory = implementation_->directory();
    for (const Entry& entry : directory.entries) visit(entry.name, implementation_->get(entry));
    if (directory.error.empty()) return {};
    return std::unexpected(how_far(directory));
}

std::expected<std::vector<std::string>, std::string> UploadStore::names() {
    Directory directory = implementation_->directory();
    if (!directory.error.empty()) return std::unexpected(how_far(directory));
    std::vector<std::string> names;
    names.reserve(directory.entries.size());
    for (Entry& entry : directory.entries) names.push_back(std::move(entry.name));
    return names;
}

std::expected<std::uint64_t, std::string> UploadStore::count() { return implementation_->count(); }

std::string detail::why_not_stored(std::size_t name_size, std::size_t sealed_size) {
    if (name_size > most_name_bytes)
        return fmt::format("its name has {} bytes; a store takes names of at most {}", name_size, most_name_bytes);
    if (sealed_size > most_sealed_bytes)
        return fmt::format("it has {} bytes sealed; a store takes at most {} of one item", sealed_size,
                           most_sealed_bytes);
    return {};
}

}  // namespace grainscope::workloads
