// Whether the counts of words are those of a text.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <grainscope/workloads/multiset_hash.h>
#include <grainscope/workloads/word_table.h>

namespace grainscope::workloads {

/// All words of a text as one bag, found by one thread and another cutter than the run's.
struct WordBag {
    std::uint64_t words = 0;
    MultisetHash hash;

    void add(std::string_view word, std::uint64_t times) {
        words += times;
        hash.add(times * detail::hash_bytes(word, detail::first_key),
                 times * detail::hash_bytes(word, detail::second_key));
    }
    static WordBag of(std::string_view text) {
        std::array<bool, 256> is_white{};
        for (const char white : {' ', '\t', '\n', '\v', '\f', '\r'}) is_white[static_cast<unsigned char>(white)] = true;
        WordBag bag;
        std::size_t begin = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (!is_white[static_cast<unsigned char>(text[i])]) continue;
            if (i > begin) bag.add(text.substr(begin, i - begin), 1);
            begin = i + 1;
        }
        if (begin < text.size()) bag.add(text.substr(begin), 1);
        return bag;
    }
};

/// The counts stand in several tables, no word in two of them: right if as a bag they are the text's.
[[nodiscard]] inline std::expected<void, std::string> check_counts(std::span<const WordTable> tables,
                                                                   const WordBag& text) {
    WordBag counted;
    std::vector<std::uint64_t> hashes;
    for (const WordTable& table : tables) {
        table.for_each([&](const WordTable::Entry& entry) {
            const std::string word = entry.word.text();
            counted.add(word, entry.count);
            hashes.push_back(detail::hash_bytes(word, detail::first_key));
        });
    }
    if (counted.words != text.words)
        return std::unexpected(fmt::format("the text has {} words, {} were counted", text.words, counted.words));
    if (counted.hash != text.hash)
        return std::unexpected(
            std::string("as many words as the text has, but not the same ones: a count or a word is wrong"));
    std::ranges::sort(hashes);
    if (std::ranges::adjacent_find(hashes) != hashes.end())
        return std::unexpected(std::string("all words were counted, but one of them in two places"));
    return {};
}

}  // namespace grainscope::workloads
