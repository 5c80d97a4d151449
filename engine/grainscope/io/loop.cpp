#include <grainscope/io/loop.h>

#include <stdexcept>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <grainscope/io/asio/loop_context.h>

namespace grainscope::detail::async {

thread_local constinit Loop* Loop::current_ = nullptr;

Loop::Loop(RuntimeCore& runtime) : runtime_(runtime), context_(std::make_unique<LoopContext>()) {}
Loop::~Loop() = default;

Loop& Loop::current() {
    if (current_ == nullptr) throw std::logic_error("an asynchronous operation outside the tasks of an io::Runtime");
    return *current_;
}

void Loop::post(std::move_only_function<void()> f) {
    boost::asio::post(context_->io, [this, f = std::move(f)]() mutable {
        wake();
        f();
    });
}

void Loop::run(const std::function<bool()>& ended) {
    current_ = this;
    recorder_.change(trace::State::busy);
    const auto work = boost::asio::make_work_guard(context_->io);
    while (!ended()) {
        if (context_->io.poll() > 0) continue;
        recorder_.change(trace::State::blocked_io);
        context_->io.run_one();
        wake();
    }
    local_.reset();
    // What local state left behind, as the handlers of sockets that it closed.
    while (context_->io.poll() > 0) {
    }
    recorder_.change(trace::State::parked);
    current_ = nullptr;
}

}  // namespace grainscope::detail::async
