// The store of uploads: what it holds, what it refuses, and how it stands beside other programs.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <grainscope/workloads/upload_store.h>

#include "workloads_upload_samples.h"

namespace grainscope::workloads {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using Mode = UploadStore::Mode;
using testing::Bytes;
using testing::item_of;
using testing::key_number;
using testing::made_text;
using testing::OtherProgram;
using testing::random_bytes;
using testing::TemporaryFolder;

namespace fs = std::filesystem;

class Store : public ::testing::Test {
  protected:
    [[nodiscard]] std::string path() const { return folder_.file("uploads"); }
    [[nodiscard]] UploadStore opened(Mode mode = Mode::create_or_open) const {
        return std::move(attempt(path(), mode).value());
    }
    [[nodiscard]] std::expected<UploadStore, std::string> attempt(const std::string& file,
                                                                  Mode mode = Mode::create_or_open) const {
        return UploadStore::open(file, key_.fingerprint(), mode, 0ms);
    }
    [[nodiscard]] std::string refusal(const std::string& file, Mode mode = Mode::create_or_open) const {
        const auto store = attempt(file, mode);
        if (store) return "opened";
        EXPECT_EQ(store.error().find('\n'), std::string::npos) << "one line";
        return store.error();
    }
    static void expect_stored(const std::vector<std::optional<std::string>>& errors) {
        for (const auto& error : errors) EXPECT_EQ(error, std::nullopt);
    }
    [[nodiscard]] static std::map<std::string, StoredItem> all(UploadStore& store) {
        std::map<std::string, StoredItem> items;
        const auto read =
            store.for_each([&](std::string_view name, const std::expected<StoredItem, std::string>& item) {
                EXPECT_TRUE(item.has_value()) << item.error();
                if (item) items.emplace(name, *item);
            });
        EXPECT_TRUE(read.has_value()) << read.error();
        return items;
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder_.path())) names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }

    TemporaryFolder folder_;
    const SealingKey key_ = key_number(1);
};

TEST_F(Store, WhatWasPutIsThereAfterTheFileWasClosed) {
    const std::vector<StoredItem> items{item_of("a", made_text(100), key_), item_of("", {}, key_),
                                        item_of("large", random_bytes(1 << 20), key_),
                                        item_of("not UTF-8 \xff\xfe and \0 inside"sv, made_text(5000), key_)};
    expect_stored(opened().put(items));
    UploadStore store = opened(Mode::open_existing);
    EXPECT_EQ(store.count(), items.size());
    for (const StoredItem& item : items) {
        const auto read = store.get(item.name);
        ASSERT_TRUE(read.has_value()) << read.error();
        EXPECT_EQ(*read, item);
        const auto plain = unseal(read->sealed, read->name, key_);
        ASSERT_TRUE(plain.has_value()) << plain.error();
        EXPECT_EQ(sha256(*plain), item.checksum);
    }
    EXPECT_EQ(all(store).size(), items.size());
}

TEST_F(Store, ANameThatComesAgainReplacesWhatWasThere) {
    UploadStore store = opened();
    const StoredItem first = item_of("n", made_text(50'000, 1), key_), second = item_of("n", made_text(90, 2), key_),
                     third = item_of("n", made_text(70'000, 3), key_);
    expect_stored(store.put({{first}}));
    expect_stored(store.put({{second, third}}));
    EXPECT_EQ(store.count(), 1U);
    EXPECT_EQ(store.get("n"), third);
}

TEST_F(Store, NamesComeInTheOrderOfTheirBytes) {
    UploadStore store = opened();
    std::vector<StoredItem> items;
    for (const char* name : {"b", "a", "ab", "B", "\xc3\xa4"}) items.push_back(item_of(name, {}, key_));
    expect_stored(store.put(items));
    EXPECT_EQ(store.names(), (std::vector<std::string>{"B", "a", "ab", "b", "\xc3\xa4"}));
}

TEST_F(Store, AnEmptyBatchAndAnEmptyStoreAreNoErrors) {
    UploadStore store = opened();
    EXPECT_TRUE(store.put({}).empty());
    EXPECT_EQ(store.count(), 0U);
    EXPECT_EQ(store.names(), std::vector<std::string>());
    EXPECT_TRUE(all(store).empty());
    EXPECT_EQ(store.get("n").error(), "there is no item n in the store " + path());
}

TEST_F(Store, WhatIsSaidOfAnItemIsOneLineWhateverItsName) {
    EXPECT_EQ(opened().get("two\nlines\x7f").error(), "there is no item two?lines? in the store " + path());
    EXPECT_EQ(opened().get(std::string(500, 'n')).error(),
              "there is no item " + std::string(100, 'n') + "… in the store " + path());
    EXPECT_EQ(opened().get(std::string(99, 'n') + "\u00e4\u00e4").error(),
              "there is no item " + std::string(99, 'n') + "… in the store " + path());
}

TEST_F(Store, OneItemThatItCannotTakeHasItsErrorAlone) {
    UploadStore store = opened();
    const auto errors = store.put(
        {{item_of("a", made_text(10), key_), item_of(std::string(most_name_bytes + 1, 'n'), made_text(10), key_),
          item_of(std::string(most_name_bytes, 'n'), made_text(10), key_)}});
    ASSERT_EQ(errors.size(), 3U);
    EXPECT_EQ(errors[0], std::nullopt);
    EXPECT_EQ(errors[1], "its name has 4097 bytes; a store takes names of at most 4096");
    EXPECT_EQ(errors[2], std::nullopt);
    EXPECT_EQ(store.count(), 2U);
}

TEST_F(Store, SizesAreRefusedBeforeSqliteWouldRefuseThem) {
    EXPECT_EQ(detail::why_not_stored(most_name_bytes, most_sealed_bytes), "");
    EXPECT_EQ(detail::why_not_stored(1, most_sealed_bytes + 1),
              "it has 999900001 bytes sealed; a store takes at most 999900000 of one item");
    EXPECT_LT(most_name_bytes + most_sealed_bytes + 1000, 1'000'000'000U);
}

TEST_F(Store, AnotherKeyIsRefusedAndTheRightOneStillOpens) {
    expect_stored(opened().put({{item_of("n", made_text(10), key_)}}));
    const auto other = UploadStore::open(path(), key_number(2).fingerprint(), Mode::create_or_open);
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error(), "the store " + path() + " was sealed with another key: name that key, or a new file");
    EXPECT_EQ(opened().count(), 1U);
}

TEST_F(Store, TheDatabaseOfAnotherProgramIsRefusedAndStaysAsItIs) {
    const OtherProgram other(path());
    // What it wrote last lies in its log, which no close of ours may copy into its file.
    other.run("PRAGMA journal_mode = WAL; CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
    const std::string file = folder_.content(path()), log = folder_.content(path() + "-wal");
    const auto before = files();
    EXPECT_EQ(refusal(path()), path() +
                                   " is no store of uploads: it is the SQLite database of another program; it stays as "
                                   "it is, name a new or another file");
    EXPECT_EQ(folder_.content(path()), file);
    EXPECT_EQ(folder_.content(path() + "-wal"), log);
    EXPECT_EQ(files(), before);
}

TEST_F(Store, WhatIsNoDatabaseIsRefusedAndStaysAsItIs) {
    for (const std::string& content :
         {std::string("SQLite format 3"), std::string("some text\n"), std::string(10'000, '\0'), std::string("x")}) {
        const std::string file = folder_.file_with("uploads", content);
        EXPECT_EQ(refusal(file), file +
                                     " is no store of uploads: it is no SQLite database; it stays as it is, name a new "
                                     "or another file");
        EXPECT_EQ(folder_.content(file), content);
    }
    EXPECT_EQ(refusal(folder_.file_with("uploads", "")),
              path() + " is no store of uploads: it is empty; it stays as it is, name a new or another file");
    EXPECT_EQ(files(), std::vector<std::string>{"uploads"});
}

TEST_F(Store, AStoreOfALaterVersionIsRefused) {
    { (void)opened(); }
    std::string file = folder_.content(path());
    file[63] = 2;  // user_version, by SQLite's file format
    (void)folder_.file_with("uploads", file);
    EXPECT_EQ(refusal(path()), "the store " + path() + " is of version 2; this program knows version 1");
    EXPECT_EQ(folder_.content(path()), file);
}

TEST_F(Store, PathsThatCannotBeAStoreSayWhy) {
    EXPECT_EQ(refusal(""), "the store needs the name of a file");
    EXPECT_EQ(refusal(folder_.path()), folder_.path().string() + " is a folder: the store needs the name of a file");
    const std::string below = folder_.file("missing/uploads");
    EXPECT_EQ(refusal(below), "the store " + below + " cannot be made: there is no folder " + folder_.file("missing"));
    EXPECT_EQ(refusal(path(), Mode::open_existing), "there is no store " + path());
    ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
    for (const std::string& device : {path(), std::string("/dev/null")}) {
        EXPECT_EQ(refusal(device), device +
                                       " is no store of uploads: it is a pipe, a socket or a device; it stays as it "
                                       "is, name a new or another file");
    }
    EXPECT_EQ(files(), std::vector<std::string>{"uploads"});
}

TEST_F(Store, APathThatSqliteWouldReadOtherwiseIsAPath) {
    const fs::path before = fs::current_path();
    fs::current_path(folder_.path());
    for (const std::string name : {":memory:", "file:uploads?mode=memory"}) {
        expect_stored(attempt(name).value().put({{item_of("n", {}, key_)}}));
        EXPECT_TRUE(fs::is_regular_file(name));
        EXPECT_EQ(attempt(name).value().count(), 1U);
    }
    fs::current_path(before);
}

// Root may write everywhere; tests of what may not be written to run as somebody else.
class WithoutPrivileges {
  public:
    WithoutPrivileges() {
        if (::geteuid() == 0 && ::seteuid(65'534) == 0) was_root_ = true;
    }
    WithoutPrivileges(const WithoutPrivileges&) = delete;
    WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
    ~WithoutPrivileges() {
        if (was_root_ && ::seteuid(0) != 0) std::abort();
    }

  private:
    bool was_root_ = false;
};

TEST_F(Store, WhereNothingMayBeWrittenItSaysSo) {
    { (void)opened(); }
    fs::permissions(path(), fs::perms(0444));
    fs::permissions(folder_.path(), fs::perms(0555));
    const std::string other = folder_.file("other"), folder = folder_.path().string();
    {
        const WithoutPrivileges nobody;
        if (::geteuid() == 0) GTEST_SKIP() << "root cannot become anybody else here";
        if (::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) != 0)
            GTEST_SKIP() << "nobody but root comes as far as " << folder;
        EXPECT_EQ(refusal(other), "the store " + other + " cannot be made: the folder " + folder +
                                      " cannot be written to: Permission denied");
        EXPECT_EQ(refusal(path()), "the store " + path() + " cannot be written to: Permission denied; it needs to be");
    }
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(path().c_str(), 65'534, 65'534), 0);
    }
    fs::permissions(path(), fs::perms(0600));
    {
        const WithoutPrivileges nobody;
        EXPECT_EQ(refusal(path()), "the store " + path() + " cannot be used: the folder " + folder +
                                       " cannot be written to (Permission denied), and two more files go beside it");
    }
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::permissions(path(), fs::perms(0000));
    {
        const WithoutPrivileges nobody;
        EXPECT_EQ(refusal(path()), "the store " + path() + " cannot be read: Permission denied");
    }
}

TEST_F(Store, WhereNoFileCanBeMadeItSaysSoToRootAsWell) {
    const std::string said = refusal("/proc/uploads");
    EXPECT_TRUE(said.starts_with("the store /proc/uploads cannot be made: ")) << said;
}

TEST_F(Store, WhileAnotherProgramHoldsTheLockEveryItemHasTheErrorAndThenNone) {
    UploadStore store = opened();
    expect_stored(store.put({{item_of("before", {}, key_)}}));
    const std::vector<StoredItem> batch{item_of("a", {}, key_), item_of("b", made_text(10), key_)};
    {
        const OtherProgram other(path());
        other.run("BEGIN EXCLUSIVE");
        const auto errors = store.put(batch);
        ASSERT_EQ(errors.size(), 2U);
        for (const auto& error : errors)
            EXPECT_EQ(error, "the store " + path() + " is locked by another program: try again when that has ended");
        EXPECT_EQ(store.names(), std::vector<std::string>{"before"});
    }
    expect_stored(store.put(batch));
    EXPECT_EQ(store.count(), 3U);
}

TEST_F(Store, AStoreThatAnotherProgramHoldsForItselfIsNotOpened) {
    { (void)opened(); }
    const OtherProgram other(path());
    other.run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    EXPECT_EQ(refusal(path()), "the store " + path() + " is locked by another program: try again when that has ended");
}

// Whether SQLite's lock of who reads lies on the file, as another process would see it.
bool is_locked(int descriptor) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000000;
    lock.l_len = 512;
    EXPECT_EQ(::fcntl(descriptor, F_OFD_GETLK, &lock), 0);
    return lock.l_type != F_UNLCK;
}

TEST_F(Store, ToOpenItOnceMoreTakesNoLockFromAnOpenStore) {
    UploadStore store = opened();
    expect_stored(store.put({{item_of("n", {}, key_)}}));
    const int descriptor = ::open(path().c_str(), O_RDWR | O_CLOEXEC);  // stays open: its end is that of the locks
    ASSERT_TRUE(is_locked(descriptor));
    EXPECT_FALSE(UploadStore::open(path(), key_number(2).fingerprint(), Mode::create_or_open).has_value());
    EXPECT_TRUE(is_locked(descriptor));
    EXPECT_EQ(opened().count(), 1U);
    EXPECT_TRUE(is_locked(descriptor));
    ::close(descriptor);
}

TEST_F(Store, ItMayBeOpenedOnOneThreadAndUsedOnAnother) {
    UploadStore store = opened();
    std::thread([&] { expect_stored(store.put({{item_of("n", made_text(10), key_)}})); }).join();
    EXPECT_EQ(store.count(), 1U);
}

TEST_F(Store, StoresOfTheSameFileTakeTurns) {
    std::vector<std::thread> threads;
    std::vector<std::string> errors(3);
    for (std::size_t t = 0; t < errors.size(); ++t) {
        threads.emplace_back([&, t] {
            // One of them makes the file; all find the same.
            auto store = UploadStore::open(path(), key_.fingerprint(), Mode::create_or_open, 60s);
            if (!store) {
                errors[t] = store.error();
                return;
            }
            for (int i = 0; i < 10; ++i)
                for (const auto& error :
                     store->put({{item_of(std::to_string(t) + "/" + std::to_string(i), made_text(2000), key_)}}))
                    if (error) errors[t] = *error;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(errors, std::vector<std::string>(3));
    EXPECT_EQ(opened().count(), 30U);
    EXPECT_EQ(files(), std::vector<std::string>{"uploads"}) << "nothing is left beside it";
}

TEST_F(Store, NobodyElseMayReadIt) {
    { (void)opened(); }
    EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace grainscope::workloads
