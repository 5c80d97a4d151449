// The hello world of data-parallel programs: how often does each word occur? Lines are cut where they end, each piece
// counts into a map of its own (fold), and the maps are merged (reduce).
// Dean and Ghemawat, the MapReduce paper (OSDI 2004).
//
//     word_count [file]
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

using Counts = std::unordered_map<std::string_view, std::size_t>;  // the keys look into the text

Counts count_words(std::string_view text) {
    return grainscope::par_lines(text)
        .fold([] { return Counts{}; },
              [](Counts& counts, std::string_view line) {
                  for (const std::string_view word : grainscope::split_whitespace(line)) ++counts[word];
              })
        .reduce([] { return Counts{}; },
                [](Counts& a, Counts b) {
                    if (a.size() < b.size()) std::swap(a, b);
                    for (const auto& [word, count] : b) a[word] += count;
                });
}

/// Words as unevenly spread as those of a language, nine to a line.
std::string made_up_text(std::size_t words) {
    std::mt19937 random(1);
    std::geometric_distribution<int> rank(0.01);
    std::string text;
    for (std::size_t i = 1; i <= words; ++i) {
        text += std::to_string(rank(random));
        text += i % 9 == 0 ? '\n' : ' ';
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    std::ifstream file(argc > 1 ? argv[1] : "");
    if (argc > 1 && !file) {
        std::fprintf(stderr, "word_count: %s cannot be read\n", argv[1]);
        return 1;
    }
    const std::string text = argc > 1 ? std::string(std::istreambuf_iterator<char>(file), {}) : made_up_text(50'000);
    const Counts counts = count_words(text);

    // Most frequent first, then by the alphabet.
    std::vector<std::pair<std::string_view, std::size_t>> ranking(counts.begin(), counts.end());
    grainscope::par_sort_by(ranking, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    for (const auto& [word, count] : std::span(ranking).first(std::min<std::size_t>(10, ranking.size())))
        std::printf("%6zu times %.*s\n", count, static_cast<int>(word.size()), word.data());

    Counts expected;
    for (const std::string_view word : grainscope::split_whitespace(text)) ++expected[word];
    if (counts != expected) {
        std::fprintf(stderr, "word_count: counting one by one gives other numbers\n");
        return 1;
    }
    return 0;
}
