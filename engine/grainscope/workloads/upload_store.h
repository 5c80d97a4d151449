// A file of uploads: sealed items by name, kept by SQLite. What put() has answered for outlives the process.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/workloads/seal.h>

namespace grainscope::workloads {

/// An item as a store holds it. The store never looks into what is sealed.
struct StoredItem {
    std::string name;                                         ///< any bytes
    std::uint64_t plain_size = 0;                             ///< of the plain bytes
    Checksum checksum{};                                      ///< of the plain bytes
    std::vector<std::byte> sealed;                            ///< what seal() made
    std::chrono::sys_time<std::chrono::milliseconds> time{};  ///< when it was received

    bool operator==(const StoredItem&) const = default;
};

/// A longer item is refused by itself: SQLite's limit of 10^9 bytes a row, less what stands beside it.
inline constexpr std::size_t most_sealed_bytes = 999'900'000;
inline constexpr std::size_t most_name_bytes = 4096;

/// A SQLite file with one table of items, in WAL mode, synchronous=FULL. Errors are one line that names the file and
/// says what would be right.
///
/// A store comes into being at once, by a link to a finished file: a path never names half of one, though a kill at
/// that moment can leave a file PATH.?????? of 64 KiB beside it. It is readable by its owner alone. While it is open,
/// and after a kill, the two files PATH-wal and PATH-shm beside it are a part of it.
///
/// One thread at a time may use a store, not always the same. Other connections, of this program or another, may read
/// and write the same file; whoever comes second waits up to the busy timeout.
class UploadStore {
  public:
    enum class Mode {
        create_or_open,  ///< a missing file is made
        open_existing,   ///< a missing file is an error
    };

    /// key: the fingerprint of the key that items are sealed with, noted when the file is made and compared from then
    /// on. A file of another program, or what is no file, is refused and stays as it is; so is an empty one.
    [[nodiscard]] static std::expected<UploadStore, std::string> open(
        const std::string& path, const KeyFingerprint& key, Mode mode,
        std::chrono::milliseconds busy_timeout = std::chrono::seconds(5));

    UploadStore(UploadStore&&) noexcept;
    UploadStore& operator=(UploadStore&&) noexcept;
    ~UploadStore();

    /// Stores all items in one transaction and gives what went wrong with each. An item without an error is durable,
    /// whole; one of a name that is there already has replaced it. One item that the store cannot take has its error
    /// alone. If the transaction fails (a full disk, a lock), every item has the error and what was stored before is as
    /// it was; the store stays usable. After a crash an item that had an error may be there all the same, whole, but
    /// only if it was the file's sync that failed.
    ///
    /// A transaction costs one sync of the log, however many items it has; every 32 MB or so the log is copied into the
    /// file, which costs two more.
    [[nodiscard]] std::vector<std::optional<std::string>> put(std::span<const StoredItem> items);

    [[nodiscard]] std::expected<StoredItem, std::string> get(std::string_view name);

    /// Shows every item, by the order of names, or why it cannot be read. An error of its own says how far the list of
    /// names could be read; what could still be found behind that was shown after the others. One item is held at a
    /// time, twice while it is read.
    using Visit = std::function<void(std::string_view name, std::expected<StoredItem, std::string> item)>;
    [[nodiscard]] std::expected<void, std::string> for_each(const Visit& visit);

    /// In the order of their bytes.
    [[nodiscard]] std::expected<std::vector<std::string>, std::string> names();
    [[nodiscard]] std::expected<std::uint64_t, std::string> count();

  private:
    class Implementation;
    explicit UploadStore(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

namespace detail {

/// Why a store does not take an item of these sizes, or nothing.
[[nodiscard]] std::string why_not_stored(std::size_t name_size, std::size_t sealed_size);

}  // namespace detail

}  // namespace grainscope::workloads
