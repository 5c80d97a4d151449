// All of the library. Smaller bites: <grainscope/runtime/join.h>, <grainscope/sort/quicksort.h>, and so on.
#pragma once

#include <grainscope/iter/iter.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/runtime.h>
#include <grainscope/sort/sort.h>
