// EXPECT: rev needs an indexed pipeline
#include <vector>

#include <grainscope/grainscope.h>

auto f(const std::vector<int>& numbers) {
    const auto twice = [](int x) { return std::vector{x, x}; };
    return grainscope::par_iter(numbers).flat_map(twice).rev().collect<std::vector>();
}
