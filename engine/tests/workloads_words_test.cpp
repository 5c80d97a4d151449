// Words: cut, counted, merged and checked; texts from files, folders and seeds.
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/workloads/text_source.h>
#include <grainscope/workloads/word_check.h>
#include <grainscope/workloads/word_table.h>

#include "workloads_prepared.h"

namespace grainscope::workloads {
namespace {

using testing::expect_right_answer;
using testing::prepared;
using testing::values_of;
using Counts = std::map<std::string, std::uint64_t>;

std::string padded(std::string_view text) { return std::string(text) + std::string(WordCutter::padding, ' '); }

Counts counts_in(const WordTable& table) {
    Counts counts;
    table.for_each([&](const WordTable::Entry& entry) { counts[entry.word.text()] += entry.count; });
    return counts;
}

// Cuts the text into ranges that begin at every multiple of `step`.
Counts counted(std::string_view text, std::size_t step) {
    const std::string bytes = padded(text);
    WordTable table;
    for (std::size_t at = 0; at < text.size(); at += step)
        WordCutter::count(bytes.data(), at, std::min(at + step, text.size()), table);
    return counts_in(table);
}

Counts by_streams(std::string_view text) {
    Counts counts;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) ++counts[word];
    return counts;
}

TEST(WordCutter, CutsAtEveryKindOfAsciiWhiteSpaceAndAtNothingElse) {
    EXPECT_EQ(counted(" a\tb\nc\vd\fe\rf  a ", 100),
              (Counts{{"a", 2}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}, {"f", 1}}));
    for (int byte = 1; byte < 256; ++byte) {
        const std::string text{'x', static_cast<char>(byte), 'y'};
        const bool is_white = byte == ' ' || (byte >= 9 && byte <= 13);
        EXPECT_EQ(counted(text, 100).size(), is_white ? 2U : 1U) << "byte " << byte;
    }
}

TEST(WordCutter, KnowsWordsOfEveryLength) {
    for (std::size_t length = 1; length < 100; ++length) {
        const std::string word(length, 'w');
        EXPECT_EQ(counted(word, 1000), (Counts{{word, 1}})) << "at the end";
        EXPECT_EQ(counted("a " + word + "\n" + word + "x " + word, 1000),
                  (Counts{{"a", 1}, {word, 2}, {word + "x", 1}}));
    }
}

TEST(WordCutter, CountsEachWordOnceHoweverTheTextIsCut) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::string text;
    while (text.size() < 5000) {
        const std::size_t length = random() % 4 == 0 ? random() % 40 : random() % 8;
        for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('a' + random() % 3);
        text.append(1 + random() % 2, " \n\t"[random() % 3]);
    }
    const Counts right = by_streams(text);
    for (const std::size_t step : {1U, 2U, 3U, 7U, 16U, 100U, 4999U, 10000U})
        EXPECT_EQ(counted(text, step), right) << "cut every " << step << " bytes";
}

TEST(WordTable, GrowsAndIsMergedByRangesOfHashes) {
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += "word" + std::to_string(i % 13'000) + (i % 5 == 0 ? "-of-more-than-16 " : " ");
    const std::string bytes = padded(text);
    const std::size_t half = text.size() / 2;
    WordTable first, second;
    WordCutter::count(bytes.data(), 0, half, first);
    WordCutter::count(bytes.data(), half, text.size(), second);
    for (const int bits : {1, 3, WordTable::fewest_bits}) {
        Counts merged;
        std::size_t parts_with_words = 0;
        for (std::uint32_t prefix = 0; prefix < 1U << bits; ++prefix) {
            WordTable part(0, bits);
            const auto add = [&](const WordTable::Entry& entry) { part.add(entry.word, entry.count); };
            first.for_each_with_prefix(prefix, bits, add);
            second.for_each_with_prefix(prefix, bits, add);
            for (const auto& [word, count] : counts_in(part))
                EXPECT_TRUE(merged.emplace(word, count).second) << word << " is in two parts";
            parts_with_words += part.size() != 0;
        }
        EXPECT_EQ(merged, by_streams(text)) << bits << " bits";
        EXPECT_GT(parts_with_words, (std::size_t{1} << bits) / 2) << "hashes spread over the parts";
    }
}

TEST(WordTable, AFullRangeSpillsIntoTheNextAndAroundTheEnd) {
    // All words with the same hash, the greatest there is: they stand at the end of the table and go on at its front.
    WordTable table;
    for (std::uint64_t i = 0; i < 100; ++i) table.add({.head = i, .tail = 0, .hash = 0xffffffffU, .length = 8}, i + 1);
    for (std::uint64_t i = 0; i < 100; ++i) table.add({.head = i, .tail = 0, .hash = 0, .length = 8}, 1);
    std::uint64_t last = 0, first = 0;
    table.for_each_with_prefix(15, 4, [&](const WordTable::Entry& entry) { last += entry.count; });
    table.for_each_with_prefix(0, 4, [&](const WordTable::Entry& entry) { first += entry.count; });
    EXPECT_EQ(last, 5050U);
    EXPECT_EQ(first, 100U);
}

class WordCheck : public ::testing::Test {
  protected:
    WordCheck() : tables_(2) {
        const std::size_t half = text_.size() / 2;
        WordCutter::count(bytes_.data(), 0, half, tables_[0]);
        WordCutter::count(bytes_.data(), half, text_.size(), tables_[1]);
    }
    [[nodiscard]] std::string verdict() const {
        const auto checked = check_counts(tables_, WordBag::of(text_));
        return checked ? "right" : checked.error();
    }
    void count(std::string_view word) {
        const std::string one = padded(word);
        WordCutter::count(one.data(), 0, word.size(), tables_[0]);
    }

    std::string text_ = "one two three four five";
    std::string bytes_ = padded(text_);
    std::vector<WordTable> tables_;
};

TEST_F(WordCheck, TheRightCountsAreRight) { EXPECT_EQ(verdict(), "right"); }
TEST_F(WordCheck, AWordTooManyIsSeen) {
    count("one");
    EXPECT_EQ(verdict(), "the text has 5 words, 6 were counted");
}
TEST_F(WordCheck, AnotherWordInsteadIsSeen) {
    text_ = "one two three four fife";
    EXPECT_EQ(verdict(), "as many words as the text has, but not the same ones: a count or a word is wrong");
}
TEST_F(WordCheck, AWordInTwoPlacesIsSeen) {
    text_ += " five";
    count("five");
    EXPECT_EQ(verdict(), "all words were counted, but one of them in two places");
}

class TextFiles : public ::testing::Test {
  protected:
    TextFiles() {
        const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path(::testing::TempDir()) /
                  ("grainscope-" + std::string(test->name()) + "-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_ / "inner");
    }
    ~TextFiles() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    void write(const std::string& name, std::string_view content) const {
        std::ofstream(folder_ / name, std::ios::binary) << content;
    }
    [[nodiscard]] std::string refusal(const std::string& file) const {
        const auto read = read_text(file, 16);
        if (read) return "accepted";
        EXPECT_EQ(read.error().kind, Failure::Kind::file);
        EXPECT_EQ(read.error().message.find('\n'), std::string::npos);
        return read.error().message;
    }

    std::filesystem::path folder_;
};

TEST_F(TextFiles, AFileIsReadAsItIsAndPadded) {
    write("a", "to be\nor not");
    const auto text = read_text(path("a"), 16);
    ASSERT_TRUE(text.has_value());
    EXPECT_EQ(text->size, 12U);
    EXPECT_EQ(text->bytes, "to be\nor not" + std::string(16, ' '));
    EXPECT_TRUE(text->failures.empty());
}

TEST_F(TextFiles, AFolderIsReadWithAllBelowItInOrderAndWhatIsNoTextFailsByItself) {
    write("b.txt", "second");
    write("a.txt", "first\n");
    write("inner/c.txt", "third");
    write("empty.txt", "");
    write("picture.png", std::string_view("\x89PNG\0\0", 6));
    std::filesystem::create_symlink(folder_ / "nowhere", folder_ / "dangling");
    std::filesystem::create_symlink(folder_, folder_ / "inner" / "loop");
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    const auto text = read_text(folder_.string(), 16);
    ASSERT_TRUE(text.has_value());
    EXPECT_EQ(std::string_view(text->bytes).substr(0, text->size), "first\n\nsecond\n\nthird\n");
    std::map<std::string, std::string> failures;
    for (const ItemFailure& failure : text->failures) failures[failure.item] = failure.error;
    EXPECT_EQ(failures,
              (std::map<std::string, std::string>{{path("dangling"), "cannot be read: No such file or directory"},
                                                  {path("picture.png"), "is no text: byte 5 is zero"},
                                                  {path("pipe"), "is no file: a pipe, a socket or a device"}}));
}

TEST_F(TextFiles, APathWithoutTextIsRefusedInOneLine) {
    EXPECT_EQ(refusal(path("nothing")), "there is no file " + path("nothing"));
    write("binary", std::string_view("ab\0c", 4));
    EXPECT_EQ(refusal(path("binary")), path("binary") + " is no text: byte 3 is zero");
    EXPECT_EQ(refusal(path("inner")), path("inner") + " holds no file");
    write("inner/x", std::string_view("\0", 1));
    EXPECT_EQ(refusal(path("inner")), path("inner") + " holds no text file; the first of 1 failures: " +
                                          path("inner/x") + " is no text: byte 1 is zero");
}

TEST_F(TextFiles, TheWorkloadCountsAFolderAndWritesTheMostFrequentWordFirst) {
    write("a", "the cat and the dog");
    write("inner/b", "and the bird, an-extraordinarily-long-word");
    write("inner/c", std::string_view("\0", 1));
    const auto workload = prepared("word-count", {{"input", folder_.string()}, {"output", path("../out")}});
    EXPECT_DOUBLE_EQ(workload->items(), 9);
    ASSERT_EQ(workload->item_failures().size(), 1U);
    EXPECT_EQ(workload->item_failures().front().item, path("inner/c"));
    const auto backend = std::move(*backends::make_backend("grainscope", 3));
    RunContext context;
    expect_right_answer(*workload, *backend, context, "the folder");
    ASSERT_TRUE(workload->write_output().has_value());
    std::ostringstream out;
    out << std::ifstream(path("../out")).rdbuf();
    EXPECT_EQ(out.str(), "3\tthe\n2\tand\n1\tan-extraordinarily-long-word\n1\tbird,\n1\tcat\n1\tdog\n");
    std::filesystem::remove(path("../out"));
}

TEST_F(TextFiles, ATextWithoutAWordIsRefused) {
    write("blank", " \n\n ");
    const auto ready = Registry::instance()
                           .find("word-count")
                           ->create()
                           ->prepare(values_of("word-count", {{"input", path("blank")}}), 1);
    ASSERT_FALSE(ready.has_value());
    EXPECT_EQ(ready.error().kind, Failure::Kind::file);
    EXPECT_EQ(ready.error().message, path("blank") + " holds no word");
}

TEST(ZipfText, IsTheSameForTheSameSeedAndRanksHaveZipfsFrequencies) {
    const Text text = make_zipf_text(2'000'000, 1'000, 7, 16);
    EXPECT_EQ(text.bytes, make_zipf_text(2'000'000, 1'000, 7, 16).bytes);
    EXPECT_NE(text.bytes, make_zipf_text(2'000'000, 1'000, 8, 16).bytes);
    EXPECT_GE(text.size, 2'000'000U);
    std::vector<std::uint64_t> frequencies;
    std::uint64_t words = 0;
    for (const auto& [word, count] : counted(std::string_view(text.bytes).substr(0, text.size), 1 << 20)) {
        EXPECT_TRUE(word.size() >= 3 && word.size() <= 10) << word;
        frequencies.push_back(count);
        words += count;
    }
    std::ranges::sort(frequencies, std::greater<>());
    double harmonic = 0;
    for (int rank = 1; rank <= 1'000; ++rank) harmonic += 1.0 / rank;
    for (const std::size_t rank : {1U, 2U, 5U, 10U, 50U}) {
        const double expected = static_cast<double>(words) / harmonic / static_cast<double>(rank);
        EXPECT_NEAR(static_cast<double>(frequencies[rank - 1]), expected, 0.15 * expected) << "rank " << rank;
    }
}

}  // namespace
}  // namespace grainscope::workloads
