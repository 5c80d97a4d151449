// Saying that a worker waits for something outside the pool.
#pragma once

#include <type_traits>

#include <grainscope/runtime/worker.h>
#include <grainscope/trace/event.h>

namespace grainscope {

/// Calls f and shows the calling worker in that state meanwhile (blocked on a channel, a lock, or IO) in telemetry and
/// recordings. It changes nothing else: the worker takes no other work. Outside a pool it just calls f.
///
///     grainscope::blocked(grainscope::trace::State::blocked_io, [] { /* read(fd, …) */ });
template <class F>
decltype(auto) blocked(trace::State why, F&& f) {
    class Marked {
      public:
        explicit Marked(trace::State state) : worker_(detail::Worker::current()) {
            if (worker_ == nullptr) return;
            before_ = worker_->recorder().state();
            worker_->recorder().change(state);
        }
        Marked(const Marked&) = delete;
        Marked& operator=(const Marked&) = delete;
        ~Marked() {
            if (worker_ != nullptr) worker_->recorder().change(before_);
        }

      private:
        detail::Worker* worker_;
        trace::State before_ = trace::State::busy;
    };
    const Marked marked(why);
    return f();
}

}  // namespace grainscope
