// The kernels compiled for AVX-512; engine/CMakeLists.txt sets the flags.
#define GRAINSCOPE_VECTOR_UNIT kernels_avx512
#include "vector_kernels.inc"
