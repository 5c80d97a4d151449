# The sorts' kernels for numbers, compiled once for each kind of processor whatever the rest is compiled for; which one
# runs is decided when the program runs. Highway's headers are enough: nothing is linked, and nothing installed needs them.
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  return()
endif()
find_path(GRAINSCOPE_HIGHWAY hwy/contrib/sort/vqsort-inl.h)
if(NOT GRAINSCOPE_HIGHWAY)
  message(FATAL_ERROR "The sorts need the headers of Highway (hwy/contrib/sort/vqsort-inl.h): install libhwy-dev, "
    "or set GRAINSCOPE_HIGHWAY to the folder that holds hwy/.")
endif()

# -fmerge-all-constants: without it GCC copies a table of 2 KiB to the stack for every vector that is split. A vector
# that is not kept in a register costs more than any sanitizer finds here, hence -O3 for every build type.
set(flags -O3 -fmerge-all-constants -maes -mpclmul)
if(GRAINSCOPE_SANITIZE MATCHES "address")
  # GCC still marks the place of such a table as dead when its function ends, though it has become static.
  list(APPEND flags -fno-sanitize-address-use-after-scope)
endif()
# Where the compiler looks by itself it is not told to, or it would look there too early.
set(highway ${GRAINSCOPE_HIGHWAY})
list(REMOVE_ITEM highway ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
foreach(unit avx2=x86-64-v3 avx512=x86-64-v4)
  string(REGEX MATCH "^(.*)=(.*)$" unit ${unit})
  set_source_files_properties(grainscope/sort/vector_kernels_${CMAKE_MATCH_1}.cpp PROPERTIES
    COMPILE_OPTIONS "-march=${CMAKE_MATCH_2};${flags}" INCLUDE_DIRECTORIES "${highway}")
endforeach()
# Without AVX2, since nothing in it runs where there is AVX2: so it brings no vectors of its own width to a program whose
# sorts are compiled for another.
set_source_files_properties(grainscope/sort/vector_kernels.cpp PROPERTIES
  COMPILE_OPTIONS -march=x86-64-v2 COMPILE_DEFINITIONS GRAINSCOPE_VECTOR_KERNELS)
