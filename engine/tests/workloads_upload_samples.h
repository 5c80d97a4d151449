// What the tests of sealed items and of their store are made of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <grainscope/workloads/upload_store.h>

namespace grainscope::workloads::testing {

using Bytes = std::vector<std::byte>;

inline Bytes bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

/// Compresses to about a third.
inline Bytes made_text(std::size_t size, std::uint32_t seed = 1) {
    static constexpr std::array<std::string_view, 8> words{"grain ", "steal ",    "worker ", "of ",
                                                           "deque ", "the\nfork", " join ",  "park "};
    std::minstd_rand random(seed);
    std::string text;
    while (text.size() < size) text += words[random() % words.size()];
    return bytes_of(std::string_view(text).substr(0, size));
}

inline Bytes random_bytes(std::size_t size, std::uint32_t seed = 1) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
}

/// The same key for the same seed.
inline SealingKey key_number(std::uint32_t seed) {
    return SealingKey(std::span<const std::byte, SealingKey::size>(random_bytes(SealingKey::size, seed)));
}

/// number: what stands for the time, to tell items of one name apart.
inline StoredItem item_of(std::string_view name, const Bytes& plain, const SealingKey& key, int number = 1) {
    Sealed sealed = seal(plain, name, key, 1);
    return {.name = std::string(name),
            .plain_size = sealed.plain_size,
            .checksum = sha256(plain),
            .sealed = std::move(sealed.bytes),
            .time = std::chrono::sys_time(std::chrono::milliseconds(number))};
}

/// A connection that knows nothing of stores.
class OtherProgram {
  public:
    explicit OtherProgram(const std::string& path) { EXPECT_EQ(sqlite3_open(path.c_str(), &connection_), SQLITE_OK); }
    OtherProgram(const OtherProgram&) = delete;
    OtherProgram& operator=(const OtherProgram&) = delete;
    ~OtherProgram() { sqlite3_close(connection_); }

    void run(const char* text) const {
        EXPECT_EQ(sqlite3_exec(connection_, text, nullptr, nullptr, nullptr), SQLITE_OK)
            << text << ": " << sqlite3_errmsg(connection_);
    }
    /// The first column of the first row.
    [[nodiscard]] std::string answer(const char* text) const {
        std::string first;
        sqlite3_exec(
            connection_, text,
            [](void* to, int columns, char** values, char**) {
                auto& answer = *static_cast<std::string*>(to);
                if (answer.empty() && columns > 0 && values[0] != nullptr) answer = values[0];
                return 0;
            },
            &first, nullptr);
        return first;
    }

  private:
    sqlite3* connection_ = nullptr;
};

/// A folder of the running test's own, removed at its end.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
        path_ = std::filesystem::path(::testing::TempDir()) /
                ("grainscope-" + std::string(test->name()) + "-" + std::to_string(::getpid()));
        std::filesystem::create_directories(path_);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
    [[nodiscard]] std::string file_with(std::string_view name, std::string_view content) const {
        std::filesystem::remove(file(name));  // what is cut short and written anew, some filesystems sync
        std::ofstream(file(name), std::ios::binary) << content;
        return file(name);
    }
    [[nodiscard]] static std::string content(const std::string& file) {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

  private:
    std::filesystem::path path_;
};

}  // namespace grainscope::workloads::testing
