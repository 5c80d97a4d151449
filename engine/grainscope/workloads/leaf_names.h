// The leaf sorts by the names of the command line.
#pragma once

#include <string_view>

#include <grainscope/sort/options.h>

namespace grainscope::workloads {

/// From a name that parse_value has checked.
constexpr LeafSort leaf_named(std::string_view name) {
    if (name == "insertion") return LeafSort::insertion;
    if (name == "std-sort") return LeafSort::std_sort;
    if (name == "pdqsort") return LeafSort::pdqsort;
    if (name == "heap") return LeafSort::heap;
    return LeafSort::merge;
}

}  // namespace grainscope::workloads
