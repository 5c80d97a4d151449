// Isolation: waiting without taking outside work.
#pragma once

#include <utility>

#include <grainscope/runtime/call.h>
#include <grainscope/runtime/enter.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/worker.h>

namespace grainscope {

/// Calls fn and returns its result. While fn waits (in a join or a scope), its thread takes no outside work, so that a
/// lock may be held across it. The isolation goes with the work: a thread that has stolen a piece of it takes no
/// outside work either while it waits inside that piece, and what is spawned inside belongs to it. Outside any pool fn
/// runs in the global one. Forks inside cost what they cost outside.
///
///     std::mutex m;
///     std::scoped_lock lock(m);
///     grainscope::isolate([] { grainscope::join([] {}, [] {}); });  // never picks up work that would lock m again
template <class F>
auto isolate(F&& fn) -> std::invoke_result_t<F&> {
    detail::Worker* const worker = detail::Worker::current();
    if (worker == nullptr) {
        return static_cast<std::invoke_result_t<F&>>(
            detail::enter_pool(*detail::Registry::global(), [&]() -> decltype(auto) { return isolate(fn); }));
    }
    struct Inside {
        explicit Inside(detail::Worker& w)
            : worker(w), outer(w.lane()), region(w.registry().take_region(outer.region())) {
            worker.enter_region(region);
        }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;
        ~Inside() {
            worker.leave_region(outer);
            worker.registry().give_region_back(region);
        }
        detail::Worker& worker;
        detail::Lane& outer;
        const detail::Region* region;
    };
    const Inside inside(*worker);
    return fn();
}

}  // namespace grainscope
