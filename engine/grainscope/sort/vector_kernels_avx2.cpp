// The kernels compiled for AVX2; engine/CMakeLists.txt sets the flags.
#define GRAINSCOPE_VECTOR_UNIT kernels_avx2
#include "vector_kernels.inc"
