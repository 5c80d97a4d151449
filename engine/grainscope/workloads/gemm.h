// One block of a matrix product on one thread. Panels of both factors are packed, so that the innermost loop reads
// memory in order and keeps a small block of the answer in registers (Goto and van de Geijn, "Anatomy of
// high-performance matrix multiplication", 2008).
#pragma once

#include <algorithm>
#include <cstddef>

namespace grainscope::workloads {

/// How many of the products that make up an element are added in one go: what is packed of both factors for them stays
/// in the caches.
inline constexpr std::size_t gemm_depth = 256;

/// A part of the answer: rows [row, row + rows), columns [column, column + columns).
struct GemmBlock {
    std::size_t row = 0, rows = 0;
    std::size_t column = 0, columns = 0;
};

/// Square matrices of n by n, row by row: adds to the block of `c` the products a[i][k] * b[k][j] for k in [from,
/// from + gemm_depth), as far as there are any; for from = 0 it overwrites what was there. Several threads may work on
/// blocks that do not overlap. A thread keeps its packing buffers (about a megabyte).
template <class T>
void gemm_panel(const T* a, const T* b, T* c, std::size_t n, const GemmBlock& block, std::size_t from);

extern template void gemm_panel(const float*, const float*, float*, std::size_t, const GemmBlock&, std::size_t);
extern template void gemm_panel(const double*, const double*, double*, std::size_t, const GemmBlock&, std::size_t);

}  // namespace grainscope::workloads
