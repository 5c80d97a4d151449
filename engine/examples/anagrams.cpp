// Grouping by sorting: give every word a key that its anagrams share, sort by the key, and cut where the key changes.
// par_chunk_by makes the groups: slices of neighbours, looked at where they lie.
//
//     anagrams [file]     with one word a line
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

struct Keyed {
    std::string letters;  ///< the word's letters by the alphabet
    std::string word;
    auto operator<=>(const Keyed&) const = default;
};
using Group = std::vector<std::string>;

Keyed with_key(std::string word) {
    std::string letters = word;
    std::ranges::sort(letters);
    return {std::move(letters), std::move(word)};
}

/// All groups of at least two words with the same letters.
std::vector<Group> find_anagrams(std::vector<std::string> words) {
    auto keyed = grainscope::into_par_iter(std::move(words)).map(with_key).collect<std::vector>();
    grainscope::par_sort(keyed);
    return grainscope::par_chunk_by(keyed, [](const Keyed& a, const Keyed& b) { return a.letters == b.letters; })
        .filter([](std::span<const Keyed> group) { return group.size() > 1; })
        .map([](std::span<const Keyed> group) {
            Group words_of_group;
            for (const Keyed& keyed_word : group) words_of_group.push_back(keyed_word.word);
            return words_of_group;
        })
        .collect<std::vector>();
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words{"listen", "silent", "enlist", "tinsel", "inlets", "night", "thing",  "stone",
                                   "notes",  "onset",  "tones",  "grain",  "scope",  "copes", "thread", "dearth",
                                   "hatred", "fork",   "join",   "steal",  "stale",  "least", "tales",  "slate"};
    if (argc > 1) {
        words.clear();
        std::ifstream file(argv[1]);
        if (!file) {
            std::fprintf(stderr, "anagrams: %s cannot be read\n", argv[1]);
            return 1;
        }
        for (std::string word; std::getline(file, word);) words.push_back(word);
    }
    const std::vector<Group> groups = find_anagrams(words);
    for (const Group& group : groups) {
        for (const std::string& word : group) std::printf("%s ", word.c_str());
        std::puts("");
    }

    std::map<std::string, std::multiset<std::string>> expected;
    for (const std::string& word : words) expected[with_key(word).letters].insert(word);
    std::erase_if(expected, [](const auto& group) { return group.second.size() < 2; });
    const auto same = [](const Group& a, const auto& b) { return std::ranges::equal(a, b.second); };
    if (!std::equal(groups.begin(), groups.end(), expected.begin(), expected.end(), same)) {
        std::fprintf(stderr, "anagrams: a map finds %zu groups\n", expected.size());
        return 1;
    }
    return 0;
}
