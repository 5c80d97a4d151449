// The sorts: those for use, stable and not, and both teaching sorts with their knobs.
#pragma once

#include <grainscope/sort/merge_sort.h>         // IWYU pragma: export
#include <grainscope/sort/options.h>            // IWYU pragma: export
#include <grainscope/sort/par_merge.h>          // IWYU pragma: export
#include <grainscope/sort/par_sort.h>           // IWYU pragma: export
#include <grainscope/sort/par_sort_unstable.h>  // IWYU pragma: export
#include <grainscope/sort/quicksort.h>          // IWYU pragma: export
