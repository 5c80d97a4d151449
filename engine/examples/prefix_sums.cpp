// Scans: running totals in parallel, and what they are good for. To write words of different lengths into one buffer
// in parallel, each must know where it goes: at the sum of all lengths before it, which is an exclusive scan.
// Blelloch: "Prefix Sums and Their Applications" (1990) has a dozen more such uses.
//
//     prefix_sums [words]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

/// The words, one behind the other.
std::string concatenate(const std::vector<std::string>& words) {
    const auto lengths = grainscope::par_iter(words).map([](const std::string& word) { return word.size(); });
    const auto offsets = lengths.exclusive_scan(std::size_t{0}, std::plus<>()).collect<std::vector>();
    const std::size_t total = words.empty() ? 0 : offsets.back() + words.back().size();

    std::string text(total, '\0');
    grainscope::par_iter(words).zip(offsets).for_each(
        [&text](const std::string& word, std::size_t offset) { std::ranges::copy(word, text.data() + offset); });
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 50'000;
    const auto words =
        grainscope::par_range(std::size_t{0}, count)
            .map([](std::size_t i) { return std::string(i * 7919 % 13, static_cast<char>('a' + i % 26)); })
            .collect<std::vector>();
    const std::string text = concatenate(words);
    std::printf("%zu words make %zu letters\n", words.size(), text.size());

    std::string expected;
    for (const std::string& word : words) expected += word;
    if (text != expected) {
        std::fprintf(stderr, "prefix_sums: a word stands in the wrong place\n");
        return 1;
    }
    return 0;
}
