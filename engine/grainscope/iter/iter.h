// Parallel iterators: sources, adaptors and consumers.
#pragma once

#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/steps.h>
#include <grainscope/iter/sources/ranges.h>
