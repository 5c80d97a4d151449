// EXPECT: enumerate needs an indexed pipeline
#include <vector>

#include <grainscope/grainscope.h>

auto f(const std::vector<int>& numbers) {
    return grainscope::par_iter(numbers).filter([](int x) { return x > 0; }).enumerate().count();
}
