// The sorts: both teaching sorts with their knobs.
#pragma once

#include <grainscope/sort/merge_sort.h>  // IWYU pragma: export
#include <grainscope/sort/options.h>     // IWYU pragma: export
#include <grainscope/sort/quicksort.h>   // IWYU pragma: export
