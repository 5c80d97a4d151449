// All sorts on strings.
#include "sort_contest.h"

void grainscope::bench::add_string_sorts(const SortInput& input, int threads) {
    SortContests<std::string>(input, threads).add();
}
