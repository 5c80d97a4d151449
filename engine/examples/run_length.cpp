// Packing "aaab" into (a, 3) (b, 1) and back: par_chunk_by finds the runs, wherever the text was cut between two
// workers, and flat_map_iter makes many items of one again. Packing and unpacking must give the text that went in.
//
//     run_length [text]
#include <cstdio>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Run = std::pair<char, std::size_t>;

std::vector<Run> pack(const std::string& text) {
    return grainscope::par_chunk_by(text, [](char a, char b) { return a == b; })
        .map([](std::span<const char> run) { return Run(run.front(), run.size()); })
        .collect<std::vector>();
}

std::string unpack(const std::vector<Run>& runs) {
    return grainscope::par_iter(runs)
        .flat_map_iter([](char letter, std::size_t length) { return std::string(length, letter); })
        .collect<std::string>();
}

/// Pixels of a scanned page: long runs of white, short ones of black.
std::string made_up_scan(std::size_t runs) {
    std::mt19937 random(1);
    std::geometric_distribution<std::size_t> white(0.02), black(0.3);
    std::string scan;
    for (std::size_t i = 0; i < runs; ++i)
        scan += std::string(1 + white(random), '.') + std::string(1 + black(random), '#');
    return scan;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string text = argc > 1 ? argv[1] : made_up_scan(4000);
    const std::vector<Run> runs = pack(text);
    std::printf("%zu letters in %zu runs\n", text.size(), runs.size());

    std::vector<Run> expected;
    for (const char letter : text) {
        if (expected.empty() || expected.back().first != letter) expected.emplace_back(letter, 0);
        ++expected.back().second;
    }
    if (runs != expected || unpack(runs) != text) {
        std::fprintf(stderr, "run_length: letter by letter there are %zu runs\n", expected.size());
        return 1;
    }
    return 0;
}
