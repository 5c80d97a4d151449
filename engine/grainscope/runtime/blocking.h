// Saying that a worker waits for something outside the pool.
#pragma once

#include <type_traits>

#include <grainscope/runtime/worker.h>
#include <grainscope/trace/event.h>

namespace grainscope {

/// Calls f and shows the calling worker, or blocking thread of io::Runtime, in that state meanwhile (blocked on a
/// channel, a lock, or IO) in telemetry and recordings. It changes nothing else: the worker takes no other work. On
/// other threads it just calls f.
///
///     grainscope::blocked(grainscope::trace::State::blocked_io, [] { /* read(fd, …) */ });
template <class F>
decltype(auto) blocked(trace::State why, F&& f) {
    class Marked {
      public:
        explicit Marked(trace::State state) : recorder_(detail::recorder_of_this_thread) {
            if (detail::Worker* worker = detail::Worker::current()) recorder_ = &worker->recorder();
            if (recorder_ == nullptr) return;
            before_ = recorder_->state();
            recorder_->change(state);
        }
        Marked(const Marked&) = delete;
        Marked& operator=(const Marked&) = delete;
        ~Marked() {
            if (recorder_ != nullptr) recorder_->change(before_);
        }

      private:
        detail::StateRecorder* recorder_;
        trace::State before_ = trace::State::busy;
    };
    const Marked marked(why);
    return f();
}

}  // namespace grainscope
