// Scoped operating-system threads: they may borrow from the stack, because all are joined before the scope returns.
#pragma once

#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

#include <grainscope/runtime/call.h>

namespace grainscope {

class ThreadScope;

namespace detail {

/// What a scoped thread, its handle and its scope share.
class ScopedThreadBase {
  public:
    virtual ~ScopedThreadBase() = default;
    /// Waits for the thread. Any number of callers.
    void join() {
        const std::scoped_lock lock(mutex_);
        if (thread_.joinable()) thread_.join();
    }
    /// Moves the exception out that nobody has taken, if there is one. Only after join.
    [[nodiscard]] virtual std::exception_ptr take_error() noexcept = 0;

  protected:
    std::thread thread_;

  private:
    std::mutex mutex_;
};

template <class R>
class ScopedThread final : public ScopedThreadBase {
  public:
    ~ScopedThread() override {
        if (full_) outcome_.discard();
    }
    template <class F>
    void start(F&& body) {
        thread_ = std::thread([this, f = std::forward<F>(body)]() mutable {
            outcome_.run(f);
            full_ = true;
        });
    }
    R take() {
        join();
        if (!std::exchange(full_, false)) throw std::logic_error("this thread has been joined already");
        return outcome_.take();
    }
    [[nodiscard]] std::exception_ptr take_error() noexcept override {
        if (!full_ || !outcome_.failed()) return nullptr;
        full_ = false;
        return outcome_.take_error();
    }

  private:
    Outcome<R> outcome_;
    bool full_ = false;  ///< written by the thread, read after join
};

}  // namespace detail

/// A scoped thread's result to come. It may be dropped: the scope joins the thread all the same.
template <class R>
class ScopedThreadHandle {
  public:
    /// Waits for the thread and returns its result or rethrows its exception, which the scope then does not see. Once
    /// only: a second call throws std::logic_error.
    R join() {
        if constexpr (std::is_void_v<R>) {
            state_->take();
        } else {
            return state_->take();
        }
    }

  private:
    friend class ThreadScope;
    using State = detail::ScopedThread<detail::ValueOf<R>>;
    explicit ScopedThreadHandle(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

/// Made by thread_scope. Its threads may spawn more.
class ThreadScope {
  public:
    ThreadScope(const ThreadScope&) = delete;
    ThreadScope& operator=(const ThreadScope&) = delete;

    /// Starts a thread; the closure takes the scope or nothing. Returns a handle with its result. Throws
    /// std::system_error if the thread cannot be started.
    template <class F>
    auto spawn(F&& f) {
        using Body = std::decay_t<F>;
        if constexpr (std::is_invocable_v<Body&, ThreadScope&>) {
            return start<std::invoke_result_t<Body&, ThreadScope&>>(
                [this, f = Body(std::forward<F>(f))]() mutable -> decltype(auto) { return f(*this); });
        } else {
            return start<std::invoke_result_t<Body&>>(Body(std::forward<F>(f)));
        }
    }

  private:
    template <class F>
    friend auto thread_scope(F&& body) -> std::invoke_result_t<F&, ThreadScope&>;
    ThreadScope() = default;

    template <class R, class Body>
    ScopedThreadHandle<R> start(Body&& body) {
        auto state = std::make_shared<typename ScopedThreadHandle<R>::State>();
        const std::scoped_lock lock(mutex_);
        threads_.push_back(state);
        try {
            state->start(std::forward<Body>(body));
        } catch (...) {
            threads_.pop_back();
            throw;
        }
        return ScopedThreadHandle<R>(std::move(state));
    }

    /// Joins every thread, those started meanwhile too, and returns the first exception that no handle has taken.
    [[nodiscard]] std::exception_ptr join_all() {
        std::exception_ptr first;
        for (;;) {
            std::shared_ptr<detail::ScopedThreadBase> thread;
            {
                const std::scoped_lock lock(mutex_);
                if (threads_.empty()) return first;
                thread = std::move(threads_.front());
                threads_.pop_front();
            }
            thread->join();
            if (std::exception_ptr error = thread->take_error(); error && !first) first = std::move(error);
        }
    }

    std::mutex mutex_;
    std::list<std::shared_ptr<detail::ScopedThreadBase>> threads_;
};

/// Runs body(ThreadScope&) and returns its result once every thread that was spawned has been joined. The first
/// exception is rethrown then, the body's own first. One operating-system thread a spawn: for a few long pieces, not
/// for many short ones.
///
///     std::vector<int> data(8);
///     grainscope::thread_scope([&](grainscope::ThreadScope& s) {
///         for (int& item : data) s.spawn([&item] { item = 1; });
///     });
template <class F>
auto thread_scope(F&& body) -> std::invoke_result_t<F&, ThreadScope&> {
    using R = std::invoke_result_t<F&, ThreadScope&>;
    ThreadScope scope;
    detail::Outcome<detail::ValueOf<R>> outcome;
    outcome.run([&]() -> R { return body(scope); });
    if (const std::exception_ptr error = scope.join_all(); error && !outcome.failed()) {
        outcome.discard();
        std::rethrow_exception(error);
    }
    if constexpr (std::is_void_v<R>) {
        outcome.take();
    } else {
        return outcome.take();
    }
}

}  // namespace grainscope
