// How coroutines run: a trampoline, and what every task's promise has.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include <grainscope/io/scope.h>

namespace grainscope::detail::async {

/// Runs one coroutine after the other on this thread. Whoever suspends says who goes on, and the loop below resumes it:
/// what the standard calls symmetric transfer, which GCC 12 compiles to a call that grows the stack unless it
/// optimises.
class Trampoline {
  public:
    /// Runs `first` and whoever is handed on to, until nobody is.
    static void run(std::coroutine_handle<> first) noexcept;
    /// Called while a coroutine suspends, once at most: `next` runs when it has. A null handle: nobody.
    static void hand_on(std::coroutine_handle<> next) noexcept { next_ = next; }

  private:
    static thread_local constinit std::coroutine_handle<> next_ [[gnu::tls_model("initial-exec")]];
};

class PromiseBase {
  public:
    /// Told when the coroutine has come to its end. Returns who goes on.
    using Finished = std::coroutine_handle<> (*)(void* owner, PromiseBase& finished) noexcept;

    PromiseBase() = default;
    PromiseBase(const PromiseBase&) = delete;
    PromiseBase& operator=(const PromiseBase&) = delete;

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] auto final_suspend() const noexcept { return End(); }
    void unhandled_exception() noexcept { exception_ = std::current_exception(); }

    /// Before its first run: which scope its operations belong to, and whom to tell in the end.
    void prepare(Scope& scope, Finished finished, void* owner) noexcept {
        scope_ = &scope;
        finished_ = finished;
        owner_ = owner;
    }
    [[nodiscard]] bool is_started() const noexcept { return scope_ != nullptr; }
    [[nodiscard]] Scope& scope() const noexcept { return *scope_; }
    [[nodiscard]] bool has_failed() const noexcept { return exception_ != nullptr; }
    /// In place of a run.
    void fail(std::exception_ptr exception) noexcept { exception_ = std::move(exception); }
    void rethrow_if_failed() const {
        if (exception_ != nullptr) std::rethrow_exception(exception_);
    }

  private:
    struct End {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class P>
        void await_suspend(std::coroutine_handle<P> ended) const noexcept {
            PromiseBase& promise = ended.promise();
            Trampoline::hand_on(promise.finished_(promise.owner_, promise));
        }
        void await_resume() const noexcept {}
    };

    Scope* scope_ = nullptr;
    Finished finished_ = nullptr;
    void* owner_ = nullptr;
    std::exception_ptr exception_;
};

}  // namespace grainscope::detail::async
