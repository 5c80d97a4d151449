// Parallel iterators against oneTBB, libgomp, the parallel algorithms of libstdc++ and sequential loops.
#include "iterators.h"

#include "contest.h"

int main(int argc, char** argv) {
    for (const int threads : grainscope::bench::thread_counts()) {
        grainscope::bench::add_reductions(threads);
        grainscope::bench::add_collections(threads);
    }
    return grainscope::bench::run(argc, argv, "an item");
}
