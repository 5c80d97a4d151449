// All adaptors and consumers, in one list: a new one is a header of its own, and a line here.
#pragma once

#include <grainscope/iter/adaptors/any_order.h>
#include <grainscope/iter/adaptors/blocks.h>
#include <grainscope/iter/adaptors/chunks.h>
#include <grainscope/iter/adaptors/filter.h>
#include <grainscope/iter/adaptors/flat_map.h>
#include <grainscope/iter/adaptors/fold.h>
#include <grainscope/iter/adaptors/inspect.h>
#include <grainscope/iter/adaptors/map.h>
#include <grainscope/iter/adaptors/reorder.h>
#include <grainscope/iter/adaptors/scan.h>
#include <grainscope/iter/adaptors/window.h>
#include <grainscope/iter/adaptors/zip.h>
#include <grainscope/iter/consumers/collect.h>
#include <grainscope/iter/consumers/compare.h>
#include <grainscope/iter/consumers/extremes.h>
#include <grainscope/iter/consumers/find.h>
#include <grainscope/iter/consumers/for_each.h>
#include <grainscope/iter/consumers/reduce.h>
#include <grainscope/iter/consumers/reproducible.h>
#include <grainscope/iter/consumers/sequence.h>
#include <grainscope/iter/consumers/split.h>
#include <grainscope/iter/consumers/try_reduce.h>

namespace grainscope::detail {

// clang-format off
template <class D>
struct Steps
    : MapStep<D>, InspectStep<D>, FilterStep<D>, FlatMapStep<D>, WindowStep<D>, ZipStep<D>, ReorderStep<D>,
      ChunksStep<D>, FoldStep<D>, AnyOrderStep<D>, BlocksStep<D>, ScanStep<D>,
      ForEachStep<D>, ReduceStep<D>, TryReduceStep<D>, ExtremesStep<D>, FindStep<D>, CompareStep<D>, CollectStep<D>, SplitStep<D>,
      ReproducibleStep<D>, SequenceStep<D> {};
// clang-format on

}  // namespace grainscope::detail
