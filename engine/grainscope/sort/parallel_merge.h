// Merging two sorted ranges of plain elements with many tasks.
#pragma once

#include <cstddef>
#include <memory>

#include <grainscope/sort/fork.h>
#include <grainscope/sort/merge.h>

namespace grainscope::sorting {

/// Merges a and b to `out` by tasks that each make a stretch of the result of at most `tools.grain` elements: the
/// result is cut at its middle rank, again and again (co_rank). Ties come from a. When it returns or throws, `out` has
/// every element exactly once. `offset`: where `out` begins, for the observer.
template <class T, class Tools>
void merge_in_parallel(T* a, std::size_t a_size, T* b, std::size_t b_size, T* out, const Tools& tools,
                       std::size_t offset = 0) {
    const std::size_t size = a_size + b_size;
    const std::size_t half = size / 2;
    const bool divide = size > tools.grain && size > 1;
    std::size_t from_a = 0;
    try {
        tools.observer.poll();
        if (divide) from_a = co_rank(half, a, a_size, b, b_size, tools.less);
    } catch (...) {
        std::uninitialized_copy_n(b, b_size, std::uninitialized_copy_n(a, a_size, out));
        throw;
    }
    if (!divide) {
        const auto stamp = tools.observer.begin();
        merge_sequential(a, a + a_size, b, b + b_size, out, tools.less);
        return tools.observer.end(stamp, Step::merge, out, offset, size);
    }
    const std::size_t from_b = half - from_a;
    tools.fork.join([&] { merge_in_parallel(a, from_a, b, from_b, out, tools, offset); },
                    [&] {
                        merge_in_parallel(a + from_a, a_size - from_a, b + from_b, b_size - from_b, out + half, tools,
                                          offset + half);
                    });
}

}  // namespace grainscope::sorting
