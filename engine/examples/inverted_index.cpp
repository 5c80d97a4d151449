// Which documents does a word occur in? Each piece of the collection makes an index of its own, and reduce merges
// neighbours: it never swaps left and right, so every list of documents comes out in order without being sorted.
//
//     inverted_index [documents]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Index = std::map<std::string_view, std::vector<std::size_t>>;

void add(Index& index, std::size_t number, const std::string& document) {
    for (const std::string_view word : grainscope::split_whitespace(document)) {
        auto& numbers = index[word];
        if (numbers.empty() || numbers.back() != number) numbers.push_back(number);
    }
}

Index make_index(const std::vector<std::string>& documents) {
    return grainscope::par_iter(documents)
        .enumerate()
        .fold([] { return Index{}; }, add)
        .reduce([] { return Index{}; },
                [](Index& left, const Index& right) {
                    for (const auto& [word, numbers] : right) {
                        auto& all = left[word];
                        all.insert(all.end(), numbers.begin(), numbers.end());
                    }
                });
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> documents(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000);
    std::mt19937 random(1);
    std::geometric_distribution<int> rank(0.02);
    for (std::string& document : documents) {
        for (int i = 0; i < 20; ++i) {
            document += std::to_string(rank(random));
            document += ' ';
        }
    }

    const Index index = make_index(documents);
    const auto rarest = std::ranges::min_element(index, {}, [](const auto& entry) { return entry.second.size(); });
    if (rarest != index.end())
        std::printf("%zu words; %s occurs in %zu documents, the first is %zu\n", index.size(),
                    std::string(rarest->first).c_str(), rarest->second.size(), rarest->second.front());

    Index expected;
    for (std::size_t number = 0; number < documents.size(); ++number) add(expected, number, documents[number]);
    if (index != expected) {
        std::fprintf(stderr, "inverted_index: made document by document it is another index\n");
        return 1;
    }
    return 0;
}
