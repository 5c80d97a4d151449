// Waiting for time to pass, and giving up when it has.
#pragma once

#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>

#include <grainscope/io/error.h>
#include <grainscope/io/task.h>
#include <grainscope/runtime/cancellation.h>

namespace grainscope::detail::async {

/// A scope that is cancelled when its time is over.
class LimitedScope {
  public:
    LimitedScope(Scope& outer, std::chrono::steady_clock::time_point deadline);
    ~LimitedScope();
    LimitedScope(const LimitedScope&) = delete;
    LimitedScope& operator=(const LimitedScope&) = delete;

    [[nodiscard]] Scope& scope() noexcept { return scope_; }
    [[nodiscard]] bool is_over() const noexcept { return over_; }

  private:
    class Timer;
    InnerScope scope_;
    bool over_ = false;
    std::shared_ptr<Timer> timer_;
};

/// Never, if that is beyond the clock's range.
[[nodiscard]] std::chrono::steady_clock::time_point deadline_after(std::chrono::nanoseconds span);
/// One line for a limit that has passed.
[[nodiscard]] grainscope::io::Error timed_out(std::chrono::nanoseconds limit);

template <class T>
struct ResultOf {
    using type = grainscope::io::Result<T>;
};
template <class T>
struct ResultOf<grainscope::io::Result<T>> {
    using type = grainscope::io::Result<T>;
};

}  // namespace grainscope::detail::async

namespace grainscope::io {

/// Waits without keeping a thread; not shorter than asked. A time that is over lets other tasks of the thread go first.
/// Throws Cancelled. O(log n) among n waits of its IO thread.
[[nodiscard]] Task<void> sleep_until(std::chrono::steady_clock::time_point deadline);
/// The same for a span of time from the moment at which it is awaited.
[[nodiscard]] Task<void> sleep_for(std::chrono::nanoseconds span);
/// Lets other tasks of this IO thread go first, those too whose sockets and timers are ready.
[[nodiscard]] Task<void> yield_now();

/// The task's result, or Error::Kind::timed_out if it takes longer than the limit: then it is cancelled, and its end
/// awaited. A task that gives a Result itself keeps it: there is one Result, not two. Rethrows the task's exception.
///
///     grainscope::io::Runtime runtime;
///     const auto late = runtime.block_on(grainscope::io::with_timeout(
///         std::chrono::milliseconds(1), grainscope::io::sleep_for(std::chrono::hours(1))));
///     if (late || !late.error().is_timeout()) std::abort();
template <class T>
Task<typename detail::async::ResultOf<T>::type> with_timeout(std::chrono::nanoseconds limit, Task<T> task) {
    using Given = typename detail::async::ResultOf<T>::type;
    detail::async::LimitedScope limited(co_await detail::async::CurrentScope(), detail::async::deadline_after(limit));
    try {
        detail::async::TaskAwaiter<T> awaiter(task.coroutine(), &limited.scope());
        if constexpr (std::is_void_v<T>) {
            co_await awaiter;
            co_return Given();
        } else {
            co_return Given(co_await awaiter);
        }
    } catch (const Cancelled&) {
        if (!limited.is_over()) throw;
    }
    co_return Given(std::unexpect, detail::async::timed_out(limit));
}

}  // namespace grainscope::io
