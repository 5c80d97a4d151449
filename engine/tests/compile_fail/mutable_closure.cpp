// EXPECT: it must be callable as const
#include <vector>

#include <grainscope/grainscope.h>

auto f(const std::vector<int>& numbers) {
    return grainscope::par_iter(numbers).map([n = 0](int x) mutable { return x + ++n; }).sum();
}
