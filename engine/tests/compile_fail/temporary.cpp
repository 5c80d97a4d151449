// EXPECT: par_iter of a temporary: use into_par_iter
#include <vector>

#include <grainscope/grainscope.h>

auto f() { return grainscope::par_iter(std::vector{1, 2, 3}).sum(); }
