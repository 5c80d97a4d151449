// Slices and texts as sources: par_chunks and its like, par_split, par_chunk_by, par_lines, par_split_whitespace.
#include <deque>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// A slice as one number that tells its place, its length and its items.
template <class Slice>
std::int64_t told(const Slice& slice) {
    std::int64_t value = 17;
    for (auto x : slice) value = (31 * value + x) % 1'000'003;
    return 1'000'003 * static_cast<std::int64_t>(std::ranges::size(slice)) + value;
}
const auto tell = [](const auto& slice) { return told(slice); };
/// The slices [first, last) that `next` goes through.
std::int64_t told(const Numbers& n, std::size_t first, std::size_t last) {
    return told(std::span(n).subspan(first, last - first));
}

TEST(IterSlices, ChunksFromTheFrontAndFromTheBack) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{100}, std::size_t{200'000}}) {
        same_as_sequential(
            [=](const Input& in) { return in.cuts(par_chunks(in.numbers, size)).map(tell).collect<Numbers>(); },
            [=](const Numbers& n) {
                Numbers result;
                for (std::size_t i = 0; i < n.size(); i += size)
                    result.push_back(told(n, i, std::min(n.size(), i + size)));
                return result;
            });
        same_as_sequential(
            [=](const Input& in) { return in.cuts(par_chunks_exact(in.numbers, size)).map(tell).collect<Numbers>(); },
            [=](const Numbers& n) {
                Numbers result;
                for (std::size_t i = 0; i + size <= n.size(); i += size) result.push_back(told(n, i, i + size));
                return result;
            });
        same_as_sequential(
            [=](const Input& in) { return in.cuts(par_rchunks(in.numbers, size)).map(tell).collect<Numbers>(); },
            [=](const Numbers& n) {
                Numbers result;
                for (std::size_t end = n.size(); end > 0; end -= std::min(end, size))
                    result.push_back(told(n, end - std::min(end, size), end));
                return result;
            });
    }
}

TEST(IterSlices, WindowsOverlap) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{101}}) {
        same_as_sequential(
            [=](const Input& in) { return in.cuts(par_windows(in.numbers, size)).map(tell).collect<Numbers>(); },
            [=](const Numbers& n) {
                Numbers result;
                for (std::size_t i = 0; i + size <= n.size(); ++i) result.push_back(told(n, i, i + size));
                return result;
            });
    }
}

TEST(IterSlices, MayBeWrittenThrough) {
    std::vector<int> numbers(10);
    par_chunks_mut(numbers, 4).enumerate().for_each([](std::size_t i, std::span<int> c) {
        std::ranges::fill(c, static_cast<int>(i));
    });
    EXPECT_EQ(numbers, (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2}));
    par_chunks_exact_mut(numbers, 4).for_each([](std::span<int> c) { c[0] = 9; });
    EXPECT_EQ(numbers, (std::vector<int>{9, 0, 0, 0, 9, 1, 1, 1, 2, 2}));
    par_rchunks_mut(numbers, 4).for_each([](std::span<int> c) { c.back() = 5; });
    EXPECT_EQ(numbers, (std::vector<int>{9, 5, 0, 0, 9, 5, 1, 1, 2, 5}));
    std::size_t seen = 0;
    for (std::span<int> chunk : chunks_mut(numbers, 3)) seen += chunk.size();
    EXPECT_EQ(seen, 10U);
}

TEST(IterSlices, OfWhatIsNotContiguousAreSubranges) {
    const std::deque<int> deque{1, 2, 3, 4, 5};
    EXPECT_EQ(
        par_chunks(deque, 2).map([](const auto& c) { return std::ranges::distance(c); }).collect<std::vector<int>>(),
        (std::vector{2, 2, 1}));
    EXPECT_EQ(par_windows(deque, 2).map([](const auto& c) { return c.front() * c.back(); }).sum(), 2 + 6 + 12 + 20);
}

const auto is_separator = [](std::int64_t x) { return x % 4 == 0; };

TEST(IterSplitSlices, StandBetweenSeparators) {
    same_as_sequential(
        [](const Input& in) { return in.cuts(par_split(in.numbers, is_separator)).map(tell).collect<Numbers>(); },
        [](const Numbers& n) {
            Numbers result;
            std::size_t begin = 0;
            for (std::size_t i = 0; i < n.size(); ++i)
                if (is_separator(n[i])) result.push_back(told(n, std::exchange(begin, i + 1), i));
            result.push_back(told(n, begin, n.size()));
            return result;
        });
}

TEST(IterSplitSlices, MayBeWrittenThrough) {
    std::vector<int> numbers{1, 0, 2, 3};
    par_split_mut(numbers, [](int x) { return x == 0; }).for_each([](std::span<int> part) {
        for (auto& x : part) x *= 10;
    });
    EXPECT_EQ(numbers, (std::vector<int>{10, 0, 20, 30}));
    par_chunk_by_mut(numbers, [](int a, int b) { return a < b; }).for_each([](std::span<int> part) { part[0] = -1; });
    EXPECT_EQ(numbers, (std::vector<int>{-1, -1, 20, 30}));
}

TEST(IterChunkBy, HoldNeighboursThatBelongTogether) {
    const auto ascending = [](std::int64_t a, std::int64_t b) { return a <= b; };
    same_as_sequential(
        [&](const Input& in) { return in.cuts(par_chunk_by(in.numbers, ascending)).map(tell).collect<Numbers>(); },
        [&](const Numbers& n) {
            Numbers result;
            for (std::size_t begin = 0; begin < n.size();) {
                std::size_t end = begin + 1;
                while (end < n.size() && ascending(n[end - 1], n[end])) ++end;
                result.push_back(told(n, std::exchange(begin, end), end));
            }
            return result;
        });
}

/// A text with lines and words of all lengths, spaces of all kinds, and line ends of both.
std::string text_of(const Numbers& numbers) {
    static constexpr std::string_view parts[] = {"a", "bc", " ", "\n", "\r\n", "\t", "\n\n", "def", "\r", "  "};
    std::string text;
    for (auto x : numbers) text += parts[static_cast<std::size_t>((x + 5) % 10)];
    return text;
}

TEST(IterLines, AreWithoutTheirEnds) {
    for_every_input([](const Input& in) {
        const std::string text = text_of(in.numbers);
        std::vector<std::string> expected;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            // A return belongs to the line end only if a line feed follows.
            if (!lines.eof() && line.ends_with('\r')) line.pop_back();
            expected.push_back(line);
        }
        EXPECT_EQ(in.cuts(par_lines(text)).collect<std::vector<std::string>>(), expected) << in;
    });
}

TEST(IterLines, OfTheShortestTexts) {
    const auto lines = [](std::string_view text) { return par_lines(text).collect<std::vector<std::string>>(); };
    using Lines = std::vector<std::string>;
    EXPECT_EQ(lines(""), Lines{});
    EXPECT_EQ(lines("\n"), Lines{""});
    EXPECT_EQ(lines("\n\n"), (Lines{"", ""}));
    EXPECT_EQ(lines("a"), Lines{"a"});
    EXPECT_EQ(lines("a\n"), Lines{"a"});
    EXPECT_EQ(lines("a\n\nb"), (Lines{"a", "", "b"}));
    EXPECT_EQ(lines("a\r\n"), Lines{"a"});
    EXPECT_EQ(lines("a\r"), Lines{"a\r"});
    EXPECT_EQ(lines("\r\n\r"), (Lines{"", "\r"}));
}

TEST(IterWords, StandBetweenSpacesOfAnyKind) {
    for_every_input([](const Input& in) {
        const std::string text = text_of(in.numbers);
        std::vector<std::string> expected;
        std::istringstream words(text);
        for (std::string word; words >> word;) expected.push_back(word);
        EXPECT_EQ(in.cuts(par_split_whitespace(text)).collect<std::vector<std::string>>(), expected) << in;
        std::vector<std::string> one_by_one;
        for (std::string_view word : split_whitespace(text)) one_by_one.emplace_back(word);
        EXPECT_EQ(one_by_one, expected) << in;
        EXPECT_TRUE(std::ranges::equal(in.cuts(par_bytes(text)).collect<std::vector>(), text, {}, {}, [](char c) {
            return static_cast<unsigned char>(c);
        })) << in;
    });
}

}  // namespace
}  // namespace grainscope
