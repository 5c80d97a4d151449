// Searching text by lines: filter drops what does not match, and collect keeps the order of the rest, wherever the text
// was cut. `any` would be enough for "is there one?", and stops all workers at the first.
//
//     grep [pattern file]
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

std::string made_up_log(std::size_t lines) {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) {
        text += "request " + std::to_string(i * 7919 % 10'007);
        text += i % 1009 == 5 ? ": timeout\n" : ": done\n";
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string pattern = argc > 2 ? argv[1] : "timeout";
    std::ifstream file(argc > 2 ? argv[2] : "");
    if (argc > 2 && !file) {
        std::fprintf(stderr, "grep: %s cannot be read\n", argv[2]);
        return 1;
    }
    const std::string text = argc > 2 ? std::string(std::istreambuf_iterator<char>(file), {}) : made_up_log(20'000);
    const auto matches = [&pattern](std::string_view line) { return line.find(pattern) != std::string_view::npos; };

    const auto found = grainscope::par_lines(text).filter(matches).collect<std::vector>();
    for (const std::string_view line : found) std::printf("%.*s\n", static_cast<int>(line.size()), line.data());

    std::vector<std::string> expected;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (matches(line)) expected.push_back(line);
    }
    const bool any = grainscope::par_lines(text).any(matches);
    if (!std::equal(found.begin(), found.end(), expected.begin(), expected.end()) || any == expected.empty()) {
        std::fprintf(stderr, "grep: line by line there are %zu\n", expected.size());
        return 1;
    }
    return 0;
}
