// A job on the heap: what spawn makes. It frees itself when it has run.
#pragma once

#include <utility>

#include <grainscope/runtime/job.h>
#include <grainscope/runtime/root_span.h>

namespace grainscope::detail {

/// Body: run() is the task and never throws; finish() tells whoever waits for it, after the task's span is written.
template <class Body>
class HeapJob final : public Job {
  public:
    explicit HeapJob(Body&& body) : Job(&run), body_(std::move(body)) {}

  private:
    static void run(Job& job, Worker& runner, Worker&) {
        auto& self = static_cast<HeapJob&>(job);
        {
            const RootSpan span(runner, self.spawned_);
            self.body_.run();
        }
        // The closure and what it captured are destroyed before anybody may go on.
        auto finish = self.body_.take_finish();
        delete &self;
        finish();
    }

    Body body_;
    const SpawnRecord spawned_ = SpawnRecord::here();
};

template <class Body>
[[nodiscard]] Job& make_heap_job(Body body) {
    return *new HeapJob<Body>(std::move(body));
}

}  // namespace grainscope::detail
