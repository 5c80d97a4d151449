// The user's own files, good and bad.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/workloads/sort_files.h>

namespace grainscope::workloads {
namespace {

constexpr std::size_t u64 = 0, i32 = 1, f64 = 2, text = 3;

class SortFiles : public ::testing::Test {
  protected:
    SortFiles() {
        const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path(::testing::TempDir()) /
                  ("grainscope-" + std::string(test->name()) + "-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    ~SortFiles() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    [[nodiscard]] std::string with(const std::string& content) const {
        const std::string file = path("values");
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }
    // The message after the path, which differs from run to run.
    [[nodiscard]] std::string refusal(const std::string& content, std::size_t type,
                                      FileFormat format = FileFormat::lines) const {
        const std::string file = with(content);
        const auto read = read_elements(file, format, type);
        if (read) return "accepted";
        EXPECT_EQ(read.error().kind, Failure::Kind::file);
        EXPECT_EQ(read.error().message.substr(0, file.size()), file);
        return read.error().message.substr(file.size());
    }
    [[nodiscard]] static std::string slurp(const std::string& file) {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    std::filesystem::path folder_;
};

template <class T>
std::vector<T> values(const std::expected<Elements, Failure>& read) {
    if (!read) {
        ADD_FAILURE() << read.error().message;
        return {};
    }
    return std::get<std::vector<T>>(*read);
}

TEST_F(SortFiles, LinesAreReadWithAndWithoutTheLastEndAndWithBlanks) {
    const std::vector<std::uint64_t> expected{3, 18'446'744'073'709'551'615U, 0};
    for (const char* content :
         {"3\n18446744073709551615\n0\n", "3\n18446744073709551615\n0", "3\r\n 18446744073709551615\r\n0\t\r\n"})
        EXPECT_EQ(values<std::uint64_t>(read_elements(with(content), FileFormat::lines, u64)), expected);
    EXPECT_EQ(values<std::int32_t>(read_elements(with("-2147483648\n7\n"), FileFormat::lines, i32)),
              (std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::min(), 7}));
    EXPECT_EQ(values<double>(read_elements(with("-1.5e3\n0.1\ninf\n"), FileFormat::lines, f64)),
              (std::vector<double>{-1500, 0.1, std::numeric_limits<double>::infinity()}));
    EXPECT_EQ(values<std::string>(read_elements(with("b c\n\na"), FileFormat::lines, text)),
              (std::vector<std::string>{"b c", "", "a"}));
}

TEST_F(SortFiles, AMalformedLineIsNamed) {
    EXPECT_EQ(refusal("1\n2\n12x\n4\n", u64),
              ", line 3: \"12x\" is no u64 (a whole number from 0 to 18446744073709551615)");
    EXPECT_EQ(refusal("1\n\n3\n", u64),
              ", line 2: is empty; it must hold one u64 (a whole number from 0 to 18446744073709551615)");
    EXPECT_EQ(refusal("1\n12.5\n", u64),
              ", line 2: \"12.5\" is no u64 (a whole number from 0 to 18446744073709551615)");
    EXPECT_EQ(refusal("-1\n", u64), ", line 1: \"-1\" is no u64 (a whole number from 0 to 18446744073709551615)");
    EXPECT_EQ(refusal("2147483648\n", i32),
              ", line 1: \"2147483648\" is no i32 (a whole number from -2147483648 to 2147483647)");
    EXPECT_EQ(refusal("1\n1 2\n", f64), ", line 2: \"1 2\" is no f64 (a number such as -1.5e3)");
}

TEST_F(SortFiles, ALineIsShownShortAndWithoutWhatWouldUpsetATerminal) {
    EXPECT_EQ(refusal(std::string(200, 'x') + "\n", f64),
              ", line 1: \"" + std::string(40, 'x') + "...\" is no f64 (a number such as -1.5e3)");
    EXPECT_EQ(refusal("\x1b[31m\n", f64), ", line 1: \"?[31m\" is no f64 (a number such as -1.5e3)");
}

TEST_F(SortFiles, NanHasNoPlaceInAnOrder) {
    EXPECT_EQ(refusal("1\nnan\n", f64), ", line 2: nan has no place in an order");
    const double numbers[] = {1, std::nan("")};
    EXPECT_EQ(refusal(std::string(reinterpret_cast<const char*>(numbers), sizeof numbers), f64, FileFormat::binary),
              ", value 2: nan has no place in an order");
}

TEST_F(SortFiles, AnEmptyFileIsRefusedForEveryTypeAndFormat) {
    for (const std::size_t type : {u64, i32, f64, text})
        EXPECT_EQ(refusal("", type), " is empty: there is no line 1 to read a value from");
    EXPECT_EQ(refusal("", u64, FileFormat::binary), " is empty: there is no line 1 to read a value from");
}

TEST_F(SortFiles, HalfANumberAtTheEndOfABinaryFileIsRefused) {
    EXPECT_EQ(refusal("twelve bytes", u64, FileFormat::binary),
              " holds 12 bytes: not a whole number of values of 8 bytes, the last is cut off");
}

TEST_F(SortFiles, AMissingFileADirectoryAndAForbiddenOneAreTold) {
    const auto missing = read_elements(path("nowhere"), FileFormat::lines, u64);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().kind, Failure::Kind::file);
    EXPECT_EQ(missing.error().message, "there is no file " + path("nowhere"));

    const auto folder = read_elements(folder_.string(), FileFormat::lines, u64);
    ASSERT_FALSE(folder.has_value());
    EXPECT_EQ(folder.error().message, folder_.string() + " is a directory, not a file of values");

    const std::string forbidden = with("1\n");
    std::filesystem::permissions(forbidden, std::filesystem::perms::none);
    if (::geteuid() == 0) return;  // nothing is forbidden to root
    const auto unreadable = read_elements(forbidden, FileFormat::lines, u64);
    ASSERT_FALSE(unreadable.has_value());
    EXPECT_EQ(unreadable.error().message, forbidden + " cannot be read: Permission denied");
}

TEST_F(SortFiles, BinaryTextIsAWrongCommandLine) {
    const auto read = read_elements(with("abc"), FileFormat::binary, text);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().kind, Failure::Kind::command_line);
}

TEST_F(SortFiles, WhatIsWrittenReadsBackTheSame) {
    const std::vector<Elements> all{std::vector<std::uint64_t>{0, 1, 18'446'744'073'709'551'615U},
                                    std::vector<std::int32_t>{-5, 0, 5},
                                    std::vector<double>{-1e300, 0.1, 1.0 / 3, std::numeric_limits<double>::infinity()},
                                    std::vector<std::string>{"", "a b", std::string(600'000, 'z')}};
    for (const Elements& elements : all) {
        for (const FileFormat format : {FileFormat::lines, FileFormat::binary}) {
            if (elements.index() == text && format == FileFormat::binary) continue;
            const auto written = write_elements(path("out"), format, elements);
            ASSERT_TRUE(written.has_value()) << written.error().message;
            const auto read = read_elements(path("out"), format, elements.index());
            ASSERT_TRUE(read.has_value()) << read.error().message;
            EXPECT_EQ(*read, elements);
        }
    }
}

TEST_F(SortFiles, AFullDiskIsToldAndLeavesTheOldFile) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
    const auto written = write_elements("/dev/full", FileFormat::lines, std::vector<std::uint64_t>{1, 2});
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().kind, Failure::Kind::file);
    EXPECT_EQ(written.error().message, "/dev/full cannot be written: No space left on device");
    EXPECT_TRUE(std::filesystem::exists("/dev/full"));
}

TEST_F(SortFiles, ReplacingAFileLeavesNoOtherBehind) {
    std::ofstream(path("out")) << "old";
    ASSERT_TRUE(write_elements(path("out"), FileFormat::lines, std::vector<std::int32_t>{1, 2}).has_value());
    EXPECT_EQ(slurp(path("out")), "1\n2\n");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(SortFiles, WhereNothingCanBeWrittenIsToldBeforeTheWork) {
    EXPECT_TRUE(check_writable(path("new")).has_value());
    const auto folder = check_writable(folder_.string());
    ASSERT_FALSE(folder.has_value());
    EXPECT_EQ(folder.error().kind, Failure::Kind::file);
    const auto nowhere = check_writable(path("no/such/folder/out"));
    ASSERT_FALSE(nowhere.has_value());
    EXPECT_NE(nowhere.error().message.find("cannot be written: No such file or directory"), std::string::npos);
}

}  // namespace
}  // namespace grainscope::workloads
