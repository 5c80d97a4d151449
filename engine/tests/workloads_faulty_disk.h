// A disk under SQLite that the test can fill, break, count on and cut from its power. Real files lie below it.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

#include <sqlite3.h>

namespace grainscope::workloads::testing {

/// SQLite's default file system while it lives; one at a time, and nothing of SQLite may outlive it.
class FaultyDisk {
  public:
    FaultyDisk() : below_(sqlite3_vfs_find(nullptr)), vfs_(*below_) {
        vfs_.zName = "faulty disk";
        vfs_.pNext = nullptr;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + below_->szOsFile;
        vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* given) {
            return disk().open(name, *reinterpret_cast<File*>(file), flags, given);
        };
        vfs_.xDelete = [](sqlite3_vfs*, const char* name, int sync) {
            disk().synced_.erase(name);
            return disk().below_->xDelete(disk().below_, name, sync);
        };
        disk_ = this;
        sqlite3_vfs_register(&vfs_, 1);
    }
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;
    ~FaultyDisk() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(below_, 1);
    }

    /// From the n-th from now on, counted from 0, writes or syncs end with this code of SQLite.
    void fail_writes_from(std::uint64_t n, int code) { writes_ = {0, n, code}; }
    void fail_syncs_from(std::uint64_t n, int code) { syncs_ = {0, n, code}; }
    void repair() { fail_writes_from(never, SQLITE_OK), fail_syncs_from(never, SQLITE_OK); }

    /// Since the last of the above.
    [[nodiscard]] std::uint64_t writes() const { return writes_.done; }
    [[nodiscard]] std::uint64_t syncs() const { return syncs_.done; }

    /// Writes what every file held when it was last synced, or opened if it was there, into another folder.
    void cut_power(const std::filesystem::path& into) const {
        std::filesystem::create_directories(into);
        for (const auto& [name, content] : synced_)
            std::ofstream(into / std::filesystem::path(name).filename(), std::ios::binary) << content;
    }

  private:
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
    struct Operations {
        std::uint64_t done = 0, fail_from = never;
        int code = SQLITE_OK;
        [[nodiscard]] bool fails() { return done++ >= fail_from; }
    };
    struct File {
        sqlite3_file base;
        const char* name;
        [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };
    static FaultyDisk& disk() { return *disk_; }
    static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }

    int open(const char* name, File& file, int flags, int* given) {
        file.base.pMethods = nullptr;
        file.name = name;
        const int code = below_->xOpen(below_, name, file.real(), flags, given);
        if (code != SQLITE_OK) return code;
        file.base.pMethods = &methods();
        if (name != nullptr && !synced_.contains(name)) {
            if (std::string content = content_of(*file.real()); !content.empty()) synced_[name] = std::move(content);
        }
        return SQLITE_OK;
    }
    // Through the open file: to close another descriptor would end SQLite's locks.
    static std::string content_of(sqlite3_file& file) {
        sqlite3_int64 size = 0;
        file.pMethods->xFileSize(&file, &size);
        std::string content(static_cast<std::size_t>(size), '\0');
        if (size > 0) file.pMethods->xRead(&file, content.data(), static_cast<int>(size), 0);
        return content;
    }
    int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
        if (!writes_.fails()) return real(file)->pMethods->xWrite(real(file), bytes, size, at);
        // Half of it still finds room.
        real(file)->pMethods->xWrite(real(file), bytes, size / 2, at);
        return writes_.code;
    }
    int sync(sqlite3_file* file, int flags) {
        if (syncs_.fails()) return syncs_.code;
        if (const char* const name = reinterpret_cast<File*>(file)->name; name != nullptr)
            synced_[name] = content_of(*real(file));
        return real(file)->pMethods->xSync(real(file), flags);
    }

    static const sqlite3_io_methods& methods() {
        static const sqlite3_io_methods methods = [] {
            sqlite3_io_methods m{};
            m.iVersion = 2;  // with shared memory, without mapped files
            m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
            m.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
                return real(f)->pMethods->xRead(real(f), to, size, at);
            };
            m.xWrite = [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
                return disk().write(f, from, size, at);
            };
            m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
                return real(f)->pMethods->xTruncate(real(f), size);
            };
            m.xSync = [](sqlite3_file* f, int flags) { return disk().sync(f, flags); };
            m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
                return real(f)->pMethods->xFileSize(real(f), size);
            };
            m.xLock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); };
            m.xUnlock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); };
            m.xCheckReservedLock = [](sqlite3_file* f, int* is) {
                return real(f)->pMethods->xCheckReservedLock(real(f), is);
            };
            m.xFileControl = [](sqlite3_file* f, int what, void* with) {
                return real(f)->pMethods->xFileControl(real(f), what, with);
            };
            m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
            m.xDeviceCharacteristics = [](sqlite3_file* f) {
                return real(f)->pMethods->xDeviceCharacteristics(real(f));
            };
            m.xShmMap = [](sqlite3_file* f, int region, int size, int extend, void volatile** at) {
                return real(f)->pMethods->xShmMap(real(f), region, size, extend, at);
            };
            m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
                return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
            };
            m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
            m.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
            return m;
        }();
        return methods;
    }

    static inline FaultyDisk* disk_ = nullptr;
    sqlite3_vfs* below_;
    sqlite3_vfs vfs_;
    Operations writes_, syncs_;
    std::map<std::string, std::string> synced_;
};

}  // namespace grainscope::workloads::testing
