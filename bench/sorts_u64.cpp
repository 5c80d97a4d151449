// All sorts on whole numbers.
#include "sort_contest.h"

void grainscope::bench::add_u64_sorts(const SortInput& input, int threads) {
    SortContests<std::uint64_t>(input, threads).add();
}
