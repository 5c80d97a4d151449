// Parallel iterators: sources, adaptors and consumers.
#pragma once

#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/steps.h>
#include <grainscope/iter/sources/bridge.h>
#include <grainscope/iter/sources/cuts.h>
#include <grainscope/iter/sources/numbers.h>
#include <grainscope/iter/sources/ranges.h>
#include <grainscope/iter/sources/repeat.h>
#include <grainscope/iter/sources/slices.h>
#include <grainscope/iter/sources/text.h>
#include <grainscope/iter/sources/trees.h>
