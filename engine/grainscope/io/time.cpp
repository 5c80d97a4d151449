#include <grainscope/io/time.h>

#include <coroutine>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include <grainscope/io/asio/loop_context.h>
#include <grainscope/io/asio/operation.h>

namespace grainscope {

namespace detail::async {

/// Goes on behind the other tasks of its loop.
class Turn final : private Posted {
  public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> awaiting) {
        scope_ = &awaiting.promise().scope();
        if (scope_->is_cancelled()) return false;
        awaiting_ = awaiting;
        Loop::current().yield(*this);
        return true;
    }
    void await_resume() const {
        if (scope_->is_cancelled()) throw Cancelled();
    }

  private:
    void run() noexcept override { Trampoline::run(awaiting_); }

    Scope* scope_ = nullptr;
    std::coroutine_handle<> awaiting_;
};

/// Outlives its scope until Boost.Asio has called back.
class LimitedScope::Timer {
  public:
    Timer(std::chrono::steady_clock::time_point deadline) : timer_(Loop::current().context().io, deadline) {}

    static void start(const std::shared_ptr<Timer>& timer, LimitedScope& limited) {
        timer->limited_ = &limited;
        Loop::current().wait_begins();
        timer->timer_.async_wait([timer](boost::system::error_code error) {
            Loop::current().wait_ends();
            if (error || timer->limited_ == nullptr) return;
            timer->limited_->over_ = true;
            timer->limited_->scope_.cancel();
        });
    }
    void stop() noexcept {
        limited_ = nullptr;
        timer_.cancel();
    }

  private:
    boost::asio::steady_timer timer_;
    LimitedScope* limited_ = nullptr;
};

LimitedScope::LimitedScope(Scope& outer, std::chrono::steady_clock::time_point deadline)
    : scope_(outer), timer_(std::make_shared<Timer>(deadline)) {
    Timer::start(timer_, *this);
}

LimitedScope::~LimitedScope() { timer_->stop(); }

std::chrono::steady_clock::time_point deadline_after(std::chrono::nanoseconds span) {
    const auto now = std::chrono::steady_clock::now();
    const auto latest = std::chrono::steady_clock::time_point::max();
    return span < latest - now ? now + span : latest;
}

grainscope::io::Error timed_out(std::chrono::nanoseconds limit) {
    const double ms = std::chrono::duration<double, std::milli>(limit).count();
    std::string amount = ms < 10 ? std::to_string(ms).substr(0, 4) : std::to_string(static_cast<long long>(ms + 0.5));
    return {grainscope::io::Error::Kind::timed_out, "timed out after " + std::move(amount) + " ms"};
}

}  // namespace detail::async

namespace io {

Task<void> sleep_until(std::chrono::steady_clock::time_point deadline) {
    boost::asio::steady_timer timer(detail::async::Loop::current().context().io, deadline);
    auto wait = detail::async::operation<>([&timer](auto handler) { timer.async_wait(std::move(handler)); });
    (void)co_await wait;
}

Task<void> sleep_for(std::chrono::nanoseconds span) { co_await sleep_until(detail::async::deadline_after(span)); }

Task<void> yield_now() {
    detail::async::Turn turn;
    co_await turn;
}

}  // namespace io

}  // namespace grainscope
