// The public sorts divide their work by the runtime's join.
#pragma once

#include <utility>

#include <grainscope/runtime/join.h>

namespace grainscope::sorting {

/// Forks on the current pool.
struct RuntimeFork {
    template <class F, class G>
    void join(F&& f, G&& g) {
        grainscope::join(std::forward<F>(f), std::forward<G>(g));
    }
};

}  // namespace grainscope::sorting
