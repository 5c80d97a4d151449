// Entering a pool from outside it: by a thread of no pool, or by a worker of another one.
#pragma once

#include <utility>

#include <grainscope/runtime/call.h>
#include <grainscope/runtime/job.h>
#include <grainscope/runtime/latch.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/root_span.h>

namespace grainscope::detail {

/// A call that waits at a pool's entrance, on the stack of its caller.
template <class F>
class EnteringJob final : public Job {
  public:
    using Result = CallValue<F&>;

    EnteringJob(F& f, const Registry& registry) : Job(&run), f_(f), latch_(registry) { latch_.increment(); }

    Result wait() {
        latch_.wait();
        return outcome_.take();
    }

  private:
    static void run(Job& job, Worker& runner, Worker&) {
        auto& self = static_cast<EnteringJob&>(job);
        {
            const RootSpan span(runner);
            self.outcome_.run(self.f_);
        }
        self.latch_.decrement();  // `self` may be gone from here on
    }

    F& f_;
    Outcome<Result> outcome_;
    CountLatch latch_;
};

/// Runs f on a worker of that pool and waits for it: at once if the caller is one; a worker of another pool keeps
/// working for its own pool meanwhile; any other thread blocks.
template <class F>
CallValue<F&> enter_pool(Registry& registry, F&& f) {
    if (registry.current_worker() != nullptr) return call_for_value(f);
    EnteringJob job(f, registry);
    registry.inject(job);
    return job.wait();
}

}  // namespace grainscope::detail
