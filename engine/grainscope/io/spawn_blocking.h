// Calls that would keep an IO thread, on threads that may be kept.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <grainscope/io/blocking_pool.h>
#include <grainscope/io/resumption.h>
#include <grainscope/io/task.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/thread_pool.h>

namespace grainscope::detail::async {

/// A call with its arguments, then its result or exception.
template <class R, class F, class... Args>
class BlockingCall final : public BlockingJob {
  public:
    BlockingCall(F f, Args... args) : work_(std::in_place, std::move(f), std::move(args)...) {}

    void set_resumption(std::shared_ptr<Resumption> resumption) { resumption_ = std::move(resumption); }
    R take() {
        if (exception_ != nullptr) std::rethrow_exception(exception_);
        if constexpr (!std::is_void_v<R>) return std::move(*result_);
    }

  private:
    void call() noexcept override {
        try {
            // Within this thread, so that they are also destroyed by it.
            auto work = std::move(*work_);
            work_.reset();
            const auto invoke = [](F& f, Args&... args) -> R { return std::invoke(std::move(f), std::move(args)...); };
            if constexpr (std::is_void_v<R>)
                std::apply(invoke, work);
            else
                result_.emplace(std::apply(invoke, work));
        } catch (...) {
            exception_ = std::current_exception();
        }
    }
    void report() noexcept override { resumption_->post(); }

    std::optional<std::tuple<F, Args...>> work_;
    std::optional<std::conditional_t<std::is_void_v<R>, std::monostate, R>> result_;
    std::exception_ptr exception_;
    std::shared_ptr<Resumption> resumption_;
};

/// Gives a job away and waits for its end on the awaiting task's loop.
class EndOfJob final : public ResumedOperation {
  public:
    using Start = std::move_only_function<void(std::shared_ptr<Resumption>)>;
    /// start gives the job to its threads; it may throw.
    EndOfJob(std::shared_ptr<BlockingJob> job, Start start) : job_(std::move(job)), start_(std::move(start)) {}
    void await_resume();

  private:
    bool begin_wait(const std::shared_ptr<Resumption>& resumption) override;
    void cancel() noexcept override;

    std::shared_ptr<BlockingJob> job_;
    Start start_;
};

void push_blocking(std::shared_ptr<BlockingJob> job);

template <class F, class... Args>
using BlockingResult = std::invoke_result_t<F, Args...>;

}  // namespace grainscope::detail::async

namespace grainscope::io {

/// The calling thread's number among its runtime's blocking threads, as their rows are numbered; none elsewhere.
[[nodiscard]] inline std::optional<std::size_t> blocking_thread_index() noexcept {
    return detail::async::BlockingPool::seat_of_this_thread();
}

/// f(args…) on a thread that may wait or compute for long, while the awaiting task waits without keeping its IO thread:
/// its result, or its exception. Begins when it is awaited, on one of the runtime's blocking threads
/// (RuntimeOptions::blocking_threads), in the order of asking. f and args are moved into the call and destroyed on its
/// thread. A call that has begun runs to its end, also when the task that waits for it is cancelled (its result is then
/// dropped); one that has not begun never does. Throws std::system_error if no thread can be started. tokio's
/// spawn_blocking.
///
///     grainscope::io::Runtime runtime;
///     const int sum = runtime.block_on(grainscope::io::spawn_blocking([](int a, int b) { return a + b; }, 40, 2));
///     if (sum != 42) std::abort();
template <class F, class... Args>
requires std::invocable<F, Args...> Task<detail::async::BlockingResult<F, Args...>> spawn_blocking(F f, Args... args) {
    using Call = detail::async::BlockingCall<detail::async::BlockingResult<F, Args...>, F, Args...>;
    const auto call = std::make_shared<Call>(std::move(f), std::move(args)...);
    detail::async::EndOfJob end(call, [&call](std::shared_ptr<detail::async::Resumption> resumption) {
        call->set_resumption(std::move(resumption));
        detail::async::push_blocking(call);
    });
    co_await end;
    co_return call->take();
}

/// The same on a work-stealing pool: for calls that compute, and may use join and parallel iterators inside. The pool
/// must outlive the call.
template <class F, class... Args>
requires std::invocable<F, Args...> Task<detail::async::BlockingResult<F, Args...>> spawn_blocking(ThreadPool& pool,
                                                                                                   F f, Args... args) {
    using Call = detail::async::BlockingCall<detail::async::BlockingResult<F, Args...>, F, Args...>;
    const auto call = std::make_shared<Call>(std::move(f), std::move(args)...);
    detail::async::EndOfJob end(call, [&call, &pool](std::shared_ptr<detail::async::Resumption> resumption) {
        call->set_resumption(std::move(resumption));
        pool.spawn([job = std::shared_ptr<detail::async::BlockingJob>(call)] { job->run(); });
    });
    co_await end;
    co_return call->take();
}

}  // namespace grainscope::io
