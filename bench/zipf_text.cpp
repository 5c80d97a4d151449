#include "zipf_text.h"

#include <grainscope/study/random.h>

#include <algorithm>
#include <vector>

namespace grainscope::bench {

std::string zipf_text(std::size_t bytes, std::size_t vocabulary) {
    study::SplitMix64 random(3);
    std::vector<std::string> words(vocabulary);
    for (std::string& word : words) {
        word.resize(3 + random.below(8));
        for (char& letter : word) letter = static_cast<char>('a' + random.below(26));
    }
    std::vector<double> up_to(vocabulary);
    double sum = 0;
    for (std::size_t k = 0; k < vocabulary; ++k) up_to[k] = sum += 1.0 / static_cast<double>(k + 1);

    std::string text;
    text.reserve(bytes + 16);
    while (text.size() < bytes) {
        const auto found = std::ranges::upper_bound(up_to, random.uniform() * sum);
        text += words[std::min(static_cast<std::size_t>(found - up_to.begin()), vocabulary - 1)];
        text += ' ';
    }
    return text;
}

}  // namespace grainscope::bench
