// All sorts on floating-point numbers.
#include "sort_contest.h"

void grainscope::bench::add_f64_sorts(const SortInput& input, int threads) {
    SortContests<double>(input, threads).add();
}
