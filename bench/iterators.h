// The groups of bench_iterators.
#pragma once

namespace grainscope::bench {

/// sum, dot product, sum of square roots, minimum and maximum.
void add_reductions(int threads);

/// filter and map into a vector, running sums.
void add_collections(int threads);

}  // namespace grainscope::bench
