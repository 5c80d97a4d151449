// Base of the sources: nothing lies before them.
#pragma once

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

template <class D>
class IndexedSource : public ReadByPosition<D> {
  public:
    [[nodiscard]] Policy policy() const { return {}; }
    [[nodiscard]] bool is_cancelled() const { return false; }
    void prepare() const {}
};

}  // namespace grainscope::detail
