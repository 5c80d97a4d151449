// The store of uploads where things go wrong: full disks, failing syncs, power cuts, kills and flipped bits.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <grainscope/workloads/upload_store.h>

#include "workloads_faulty_disk.h"
#include "workloads_upload_samples.h"

namespace grainscope::workloads {
namespace {

using namespace std::chrono_literals;
using Mode = UploadStore::Mode;
using testing::Bytes;
using testing::FaultyDisk;
using testing::item_of;
using testing::key_number;
using testing::made_text;
using testing::OtherProgram;
using testing::random_bytes;
using testing::TemporaryFolder;

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_instrumented = true;
#else
constexpr bool is_instrumented = false;
#endif

const SealingKey& key() {
    static const SealingKey key = key_number(9);
    return key;
}

UploadStore opened(const std::string& path, Mode mode = Mode::create_or_open) {
    return std::move(UploadStore::open(path, key().fingerprint(), mode, 0ms).value());
}

// What an item of this number holds: so that whether one is whole can be told from itself.
Bytes plain_of(int number) { return random_bytes(static_cast<std::size_t>(number) * 977 % 20'000, number); }
StoredItem numbered(std::string_view name, int number) { return item_of(name, plain_of(number), key(), number); }

std::vector<StoredItem> batch_of(int first, int count) {
    std::vector<StoredItem> batch;
    for (int i = first; i < first + count; ++i) batch.push_back(numbered(std::to_string(i), i));
    return batch;
}

bool is_whole(const StoredItem& item) {
    const auto plain = unseal(item.sealed, item.name, key());
    return plain && *plain == plain_of(static_cast<int>(item.time.time_since_epoch().count())) &&
           sha256(*plain) == item.checksum && plain->size() == item.plain_size;
}

bool are_all_stored(const std::vector<std::optional<std::string>>& errors) {
    return std::ranges::all_of(errors, [](const auto& error) { return !error; });
}

/// The numbers of what the store holds, every item of it whole.
std::map<std::string, int> checked(const std::string& path) {
    std::map<std::string, int> numbers;
    {
        UploadStore store = opened(path, Mode::open_existing);
        const auto read = store.for_each([&](std::string_view name, const auto& item) {
            ASSERT_TRUE(item.has_value()) << item.error();
            EXPECT_TRUE(is_whole(*item)) << name;
            numbers.emplace(name, static_cast<int>(item->time.time_since_epoch().count()));
        });
        EXPECT_TRUE(read.has_value()) << read.error();
        EXPECT_EQ(store.count(), numbers.size());
    }
    EXPECT_EQ(OtherProgram(path).answer("PRAGMA integrity_check"), "ok");
    return numbers;
}

TEST(StoreFaults, ABatchIsOneSyncHoweverManyItemsItHas) {
    const TemporaryFolder folder;
    FaultyDisk disk;
    UploadStore store = opened(folder.file("uploads"));
    ASSERT_TRUE(are_all_stored(store.put(batch_of(0, 1))));
    disk.repair();  // counts anew
    ASSERT_TRUE(are_all_stored(store.put(batch_of(1, 50))));
    EXPECT_EQ(disk.syncs(), 1U);
    ASSERT_TRUE(are_all_stored(store.put(batch_of(51, 1))));
    EXPECT_EQ(disk.syncs(), 2U);
}

// Breaks the disk at the n-th step for every n until a batch gets through; before and after it the store is as it
// should be.
template <class Break>
int expect_all_or_nothing(const std::string& said, Break&& break_at) {
    for (std::uint64_t n = 0;; ++n) {
        const TemporaryFolder folder;
        const std::string path = folder.file("uploads");
        std::vector<std::optional<std::string>> errors;
        {
            FaultyDisk disk;
            UploadStore store = opened(path);
            EXPECT_TRUE(are_all_stored(store.put(batch_of(1, 3))));
            break_at(disk, n);
            errors = store.put(batch_of(3, 3));  // the first of them is there already
            for (const auto& error : errors) EXPECT_EQ(error, errors.front());
            if (errors.front()) {
                EXPECT_EQ(*errors.front(), "the store " + path + said);
                EXPECT_EQ(store.count(), 3U);
            }
            disk.repair();
            EXPECT_TRUE(are_all_stored(store.put(batch_of(10, 2)))) << "it is usable again";
        }
        std::map<std::string, int> expected{{"1", 1}, {"2", 2}, {"3", 3}, {"10", 10}, {"11", 11}};
        if (!errors.front()) expected.insert({{"4", 4}, {"5", 5}});
        EXPECT_EQ(checked(path), expected) << "broken at " << n;
        if (!errors.front()) return static_cast<int>(n);
        if (::testing::Test::HasFailure()) return 0;
    }
}

TEST(StoreFaults, ADiskThatIsFullAtAnyWriteCostsTheBatchAndNothingElse) {
    EXPECT_GT(expect_all_or_nothing(" cannot grow: the disk is full; make room there",
                                    [](FaultyDisk& disk, std::uint64_t n) { disk.fail_writes_from(n, SQLITE_FULL); }),
              3);
}

TEST(StoreFaults, ASyncThatFailsCostsTheBatchAndNothingElse) {
    EXPECT_EQ(
        expect_all_or_nothing(" fails: disk I/O error",
                              [](FaultyDisk& disk, std::uint64_t n) { disk.fail_syncs_from(n, SQLITE_IOERR_FSYNC); }),
        1);
}

TEST(StoreFaults, AFileThatMayNotGrowCostsTheBatchAndNothingElse) {
    const TemporaryFolder folder;
    const std::string path = folder.file("uploads");
    {
        UploadStore store = opened(path);
        ASSERT_TRUE(are_all_stored(store.put(batch_of(1, 3))));
        auto* const before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const rlimit small{fs::file_size(path + "-wal") + 10'000, limit.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        const auto errors = store.put(batch_of(10, 10));
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, before);
        for (const auto& error : errors)
            EXPECT_EQ(error, "the store " + path + " fails: disk I/O error (File too large)");
        ASSERT_TRUE(are_all_stored(store.put(batch_of(20, 2))));
    }
    EXPECT_EQ(checked(path), (std::map<std::string, int>{{"1", 1}, {"2", 2}, {"3", 3}, {"20", 20}, {"21", 21}}));
}

TEST(StoreFaults, ABatchThatIsLargerThanMemoryHoldsOfItFailsAsAWhole) {
    const TemporaryFolder folder;
    const std::string path = folder.file("uploads");
    {
        FaultyDisk disk;
        UploadStore store = opened(path);
        disk.fail_writes_from(100, SQLITE_FULL);
        const auto errors =
            store.put({{numbered("1", 1), item_of("large", random_bytes(3 << 20), key()), numbered("3", 3)}});
        EXPECT_LE(disk.writes(), 102U) << "it failed before the commit";
        ASSERT_EQ(errors.size(), 3U);
        for (const auto& error : errors)
            EXPECT_EQ(error, "the store " + path + " cannot grow: the disk is full; make room there");
        disk.repair();
        EXPECT_TRUE(are_all_stored(store.put({{numbered("4", 4)}})));
    }
    EXPECT_EQ(checked(path), (std::map<std::string, int>{{"4", 4}}));
}

TEST(StoreFaults, APowerCutAfterAnyBatchLeavesEveryBatch) {
    const TemporaryFolder folder;
    FaultyDisk disk;
    const std::string path = folder.file("uploads");
    std::map<std::string, int> expected;
    std::vector<std::string> cuts;
    {
        UploadStore store = opened(path);
        for (int batch = 0; batch < 8; ++batch) {
            ASSERT_TRUE(are_all_stored(store.put(batch_of(batch * 3, 4))));
            cuts.push_back(folder.file("cut" + std::to_string(batch)));
            disk.cut_power(cuts.back());
        }
    }
    disk.cut_power(folder.file("closed"));
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        for (int each = 0; each < 4; ++each) expected[std::to_string(i * 3 + each)] = static_cast<int>(i * 3) + each;
        EXPECT_EQ(checked(cuts[i] + "/uploads"), expected) << "after batch " << i;
    }
    EXPECT_EQ(checked(folder.file("closed/uploads")), expected);
}

// -- a process of its own, which is killed
// -----------------------------------------------------------------------------
//
// It is this program once more. Before its first test it finds the name of a store in its environment, and stores until
// it dies: each batch two items under names of their own, and one that replaces what the batch before had stored. It
// writes the number of each batch to a pipe as soon as the store has answered for it.
constexpr const char* child_store = "GRAINSCOPE_TEST_STORE";
constexpr const char* child_limit = "GRAINSCOPE_TEST_FILE_LIMIT";
constexpr int child_pipe = 3;

std::vector<StoredItem> batch_number(int batch) {
    return {numbered(std::to_string(batch) + "a", 2 * batch), numbered("latest", batch),
            numbered(std::to_string(batch) + "b", 2 * batch + 1)};
}

[[noreturn]] void store_until_killed(const char* path) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    if (const char* const limit = std::getenv(child_limit); limit != nullptr) {
        const rlimit most{std::stoul(limit), std::stoul(limit)};
        ::setrlimit(RLIMIT_FSIZE, &most);  // the write that crosses it is the last, by SIGXFSZ
    }
    UploadStore store = opened(path);
    for (int batch = 0;; ++batch) {
        if (!are_all_stored(store.put(batch_number(batch)))) ::_exit(1);
        if (::write(child_pipe, &batch, sizeof batch) != sizeof batch) ::_exit(2);
    }
}

class Child : public ::testing::Environment {
    void SetUp() override {
        if (const char* const path = std::getenv(child_store); path != nullptr) store_until_killed(path);
    }
};
[[maybe_unused]] const ::testing::Environment* const child = ::testing::AddGlobalTestEnvironment(new Child);

struct Killed {
    int acknowledged = 0;  ///< batches
    int signal = 0;
};

/// Runs a child and kills it when it has acknowledged so many batches; without a number it dies by itself.
Killed killed_child(const std::string& path, int after, std::uint64_t file_limit = 0) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    std::vector<std::string> texts{std::string(child_store) + "=" + path};
    if (file_limit != 0) texts.push_back(std::string(child_limit) + "=" + std::to_string(file_limit));
    std::vector<char*> environment;
    for (std::string& text : texts) environment.push_back(text.data());
    for (char** each = environ; *each != nullptr; ++each) environment.push_back(*each);
    environment.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], child_pipe);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::string program = "/proc/self/exe", filter = "--gtest_filter=StoreFaults.*";
    char* const arguments[] = {program.data(), filter.data(), nullptr};
    pid_t process = 0;
    EXPECT_EQ(::posix_spawn(&process, program.c_str(), &files, nullptr, arguments, environment.data()), 0);
    posix_spawn_file_actions_destroy(&files);
    ::close(ends[1]);

    Killed result;
    for (int batch = 0; ::read(ends[0], &batch, sizeof batch) == sizeof batch;) {
        EXPECT_EQ(batch, result.acknowledged++);
        if (result.acknowledged == after) ::kill(process, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(process, &status, 0);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    return result;
}

// All that was acknowledged is there, whole, and of the batch that was not, all or nothing.
void expect_whole(const std::string& path, int acknowledged) {
    const std::map<std::string, int> found = checked(path);
    const int batches = static_cast<int>(found.size()) / 2;
    EXPECT_GE(batches, acknowledged);
    EXPECT_LE(batches, acknowledged + 1);
    std::map<std::string, int> expected;
    for (int batch = 0; batch < batches; ++batch)
        for (const StoredItem& item : batch_number(batch))
            expected[item.name] = static_cast<int>(item.time.time_since_epoch().count());
    EXPECT_EQ(found, expected);
}

TEST(StoreFaults, WhatWasAcknowledgedOutlivesAKillAtAnyMoment) {
    for (const int after : {1, 2, 3, 7, 20}) {
        const TemporaryFolder folder;
        const std::string path = folder.file("uploads");
        const Killed killed = killed_child(path, after);
        EXPECT_EQ(killed.signal, SIGKILL);
        EXPECT_GE(killed.acknowledged, after);
        expect_whole(path, killed.acknowledged);
    }
}

TEST(StoreFaults, AKillInTheMiddleOfAWriteLeavesWhatWasAcknowledged) {
    int most = 0;
    for (std::uint64_t limit = 100'000; limit < 460'000; limit += 60'011) {
        const TemporaryFolder folder;
        const std::string path = folder.file("uploads");
        const Killed killed = killed_child(path, -1, limit);
        EXPECT_EQ(killed.signal, SIGXFSZ);
        expect_whole(path, killed.acknowledged);
        most = std::max(most, killed.acknowledged);
    }
    EXPECT_GT(most, 3) << "some were killed late";
}

TEST(StoreFaults, AKillWhileTheFileIsMadeLeavesNoFile) {
    const TemporaryFolder folder;
    const std::string path = folder.file("uploads");
    const Killed killed = killed_child(path, -1, 5'000);
    EXPECT_EQ(killed.signal, SIGXFSZ);
    EXPECT_FALSE(fs::exists(path));
    EXPECT_TRUE(are_all_stored(opened(path).put(batch_of(1, 1))));
    EXPECT_EQ(checked(path), (std::map<std::string, int>{{"1", 1}}));
}

TEST(StoreFaults, AKilledStoreGoesOnWhereItWasLeft) {
    const TemporaryFolder folder;
    const std::string path = folder.file("uploads");
    const Killed killed = killed_child(path, 5);
    EXPECT_TRUE(are_all_stored(opened(path).put({{numbered("after", 1)}})));
    const auto found = checked(path);
    EXPECT_TRUE(found.contains("after"));
    EXPECT_GE(static_cast<int>(found.size()), 2 * killed.acknowledged + 2);
}

// -- flipped bits
// ------------------------------------------------------------------------------------------------------

class StoreDamage : public ::testing::Test {
  protected:
    StoreDamage() {
        EXPECT_TRUE(are_all_stored(opened(path()).put(batch_of(1, 12))));
        content_ = TemporaryFolder::content(path());
    }
    [[nodiscard]] std::string path() const { return folder_.file("uploads"); }

    /// What a reader is left with: names with what was wrong, "" if the item is right.
    struct Reading {
        std::map<std::string, std::string> items;
        std::string error;
    };
    [[nodiscard]] Reading reading_of(const std::string& content) const {
        (void)folder_.file_with("uploads", content);
        Reading reading;
        auto store = UploadStore::open(path(), key().fingerprint(), Mode::open_existing, 0ms);
        if (!store) {
            reading.error = store.error();
            return reading;
        }
        const auto read = store->for_each([&](std::string_view name, const auto& item) {
            std::string& said = reading.items[std::string(name)];
            if (!item)
                said = item.error();
            else if (!is_whole(*item))
                said = "not as it was stored";
        });
        if (!read) reading.error = read.error();
        return reading;
    }
    [[nodiscard]] std::size_t page_size() const { return std::stoul(OtherProgram(path()).answer("PRAGMA page_size")); }
    /// Where the index of names begins.
    [[nodiscard]] std::size_t list_of_names() const {
        return (std::stoul(OtherProgram(path()).answer(
                    "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_items_1'")) -
                1) *
               page_size();
    }
    [[nodiscard]] std::size_t offset_of(std::string_view bytes) const { return content_.find(bytes); }

    TemporaryFolder folder_;
    std::string content_;
};

TEST_F(StoreDamage, AFlippedBitAnywhereIsNoticedOrHarmless) {
    int noticed = 0, harmless = 0;
    for (std::size_t byte = 0; byte < content_.size(); byte += byte < 600 ? 7 : is_instrumented ? 4'001 : 1'499) {
        std::string content = content_;
        content[byte] = static_cast<char>(content[byte] ^ (1 << byte % 8));
        const Reading reading = reading_of(content);
        int right = 0;
        for (const auto& [name, said] : reading.items) {
            EXPECT_EQ(said.find('\n'), std::string::npos);
            right += said.empty();
        }
        const bool all_right = right == 12 && reading.items.size() == 12 && reading.error.empty();
        const bool is_told = !reading.error.empty() || static_cast<int>(reading.items.size()) > right;
        EXPECT_TRUE(all_right || is_told) << "byte " << byte << ": " << right << " of 12 items, and nothing said";
        (all_right ? harmless : noticed) += 1;
    }
    EXPECT_GT(noticed, 10);
    EXPECT_GT(harmless, 0);
}

TEST_F(StoreDamage, AFlippedBitInsideAnItemCostsThatItemAlone) {
    const StoredItem item = opened(path()).get("7").value();
    const std::string_view sealed(reinterpret_cast<const char*>(item.sealed.data()), item.sealed.size());
    std::string content = content_;
    content[offset_of(sealed.substr(100, 50))] ^= 4;
    const Reading reading = reading_of(content);
    EXPECT_EQ(reading.error, "");
    ASSERT_EQ(reading.items.size(), 12U);
    for (const auto& [name, said] : reading.items) EXPECT_EQ(said, name == "7" ? "not as it was stored" : "") << name;
}

// By SQLite's file format a page of a table's rows begins with 13, one of an index's entries with 10, one that leads to
// others with 5 or 2.
TEST_F(StoreDamage, APageThatSqliteCannotReadCostsTheItemsOnIt) {
    int pages_of_rows = 0;
    const std::size_t page = page_size();
    for (std::size_t at = page; at < content_.size(); at += page) {
        if (content_[at] != 13 || content_[at + 5] == 0) continue;
        std::string content = content_;
        content[at] = 77;
        const Reading reading = reading_of(content);
        if (reading.items.empty()) continue;  // the page that notes the key: the store does not open
        ++pages_of_rows;
        int right = 0;
        for (const auto& [name, said] : reading.items) {
            right += said.empty();
            if (!said.empty()) {
                EXPECT_TRUE(said.starts_with("the item " + name + " in the store " + path() + " is damaged: ")) << said;
            }
        }
        EXPECT_EQ(reading.items.size(), 12U);
        EXPECT_LT(right, 12);
        EXPECT_GT(right, 0);
    }
    EXPECT_GT(pages_of_rows, 1);
}

TEST_F(StoreDamage, WithoutTheListOfNamesTheItemsAreStillFound) {
    std::string content = content_;
    content[list_of_names()] = 77;
    const Reading reading = reading_of(content);
    EXPECT_EQ(reading.error,
              "the store " + path() + " is damaged: database disk image is malformed (not one name could be listed)");
    EXPECT_EQ(reading.items.size(), 12U);
    for (const auto& [name, said] : reading.items) EXPECT_EQ(said, "") << name;
}

TEST_F(StoreDamage, WhatCannotBeStoredForDamageIsToldAtEveryBatch) {
    content_[list_of_names()] = 77;
    (void)folder_.file_with("uploads", content_);
    UploadStore store = opened(path());
    for (int i = 0; i < 2; ++i) {
        for (const auto& error : store.put(batch_of(20, 2)))
            EXPECT_EQ(error, "the store " + path() + " is damaged: database disk image is malformed");
        OtherProgram(path()).run("BEGIN IMMEDIATE; COMMIT");  // no lock is left
    }
}

TEST_F(StoreDamage, AFileThatIsCutOffSaysSoOfTheItemsThatAreNotWhole) {
    const Reading reading = reading_of(content_.substr(0, content_.size() / 2));
    int right = 0;
    for (const auto& [name, said] : reading.items) right += said.empty();
    EXPECT_LT(right, 12);
    EXPECT_TRUE(!reading.error.empty() || reading.items.size() == 12U);
}

}  // namespace
}  // namespace grainscope::workloads
