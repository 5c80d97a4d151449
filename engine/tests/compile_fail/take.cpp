// EXPECT: take needs an indexed pipeline; take_any does not
#include <vector>

#include <grainscope/grainscope.h>

auto f(const std::vector<int>& numbers) {
    return grainscope::par_iter(numbers).filter([](int x) { return x > 0; }).take(3).sum();
}
