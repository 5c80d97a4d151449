// EXPECT: zip needs two indexed pipelines
#include <string>
#include <vector>

#include <grainscope/grainscope.h>

auto f(const std::vector<int>& numbers, const std::string& text) {
    return grainscope::par_iter(numbers).zip(grainscope::par_lines(text)).count();
}
