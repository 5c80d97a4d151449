// EXPECT: find_* keep the item by value, and this one cannot be copied: use position_*
#include <memory>
#include <vector>

#include <grainscope/grainscope.h>

auto f(const std::vector<std::unique_ptr<int>>& numbers) {
    return grainscope::par_iter(numbers).find_any([](const std::unique_ptr<int>& x) { return *x > 0; });
}
