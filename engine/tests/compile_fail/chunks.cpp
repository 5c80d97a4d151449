// EXPECT: chunks needs an indexed pipeline
#include <vector>

#include <grainscope/grainscope.h>

auto f(const std::vector<int>& numbers) {
    const auto size = [](const std::vector<int>& chunk) { return chunk.size(); };
    return grainscope::par_iter(numbers).filter([](int x) { return x > 0; }).chunks(3).map(size).sum();
}
