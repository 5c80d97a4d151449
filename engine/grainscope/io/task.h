// Task: a coroutine of the asynchronous runtime.
#pragma once

#include <coroutine>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <grainscope/io/coroutine.h>

namespace grainscope::io {

template <class T = void>
class Task;

}  // namespace grainscope::io

namespace grainscope::detail::async {

/// A task that holds nothing, or that has been awaited before. Throws std::logic_error.
[[noreturn]] void throw_not_awaitable(bool empty);

template <class T>
class Promise final : public PromiseBase {
  public:
    [[nodiscard]] grainscope::io::Task<T> get_return_object() noexcept;
    template <class U>
    requires std::convertible_to<U&&, T>
    void return_value(U&& value) noexcept(std::is_nothrow_constructible_v<T, U&&>) {
        value_.emplace(std::forward<U>(value));
    }
    [[nodiscard]] T take() {
        rethrow_if_failed();
        return std::move(*value_);
    }

  private:
    std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
  public:
    [[nodiscard]] grainscope::io::Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const { rethrow_if_failed(); }
};

/// Awaits a task, by default within the scope of who awaits it.
template <class T>
class TaskAwaiter {
  public:
    explicit TaskAwaiter(std::coroutine_handle<Promise<T>> task, Scope* scope = nullptr) : task_(task), scope_(scope) {
        if (!task_ || task_.promise().is_started()) throw_not_awaitable(!task_);
    }
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> awaiting) noexcept {
        static_assert(std::is_base_of_v<PromiseBase, P>, "a Task is awaited in a coroutine that returns a Task");
        task_.promise().prepare(
            scope_ != nullptr ? *scope_ : awaiting.promise().scope(),
            [](void* owner, PromiseBase&) noexcept { return std::coroutine_handle<>::from_address(owner); },
            awaiting.address());
        Trampoline::hand_on(task_);
    }
    T await_resume() { return task_.promise().take(); }

  private:
    std::coroutine_handle<Promise<T>> task_;
    Scope* scope_;
};

}  // namespace grainscope::detail::async

namespace grainscope::io {

/// Work that waits without keeping a thread: the result of a coroutine. It starts when it is awaited (by co_await in
/// another task, join_all, Runtime::block_on or spawn), runs on one IO thread from beginning to end, and hands over its
/// value or its exception. It can be awaited once. Move-only; a moved-from task holds nothing, and awaiting it throws
/// std::logic_error. A task that is destroyed without having been awaited never runs.
///
/// A task is cancelled by JoinHandle::abort, with_timeout, a sibling's exception in join_all, or the end of its
/// runtime: then what it waits for ends by the exception grainscope::Cancelled, which unwinds it.
///
/// Parameters of a coroutine are its own copies; what is passed by reference must outlive it. Write no lambda with
/// captures within a co_await expression: GCC 12 destroys its captures twice. After Lewis Baker's cppcoro.
///
///     grainscope::io::Runtime runtime;
///     const auto twice = [](int n) -> grainscope::io::Task<int> {
///         co_await grainscope::io::sleep_for(std::chrono::milliseconds(1));
///         co_return 2 * n;
///     };
///     if (runtime.block_on(twice(21)) != 42) std::abort();
template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::async::Promise<T>;
    using value_type = T;

    Task() noexcept = default;
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (coroutine_) coroutine_.destroy();
            coroutine_ = std::exchange(other.coroutine_, nullptr);
        }
        return *this;
    }
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    /// Whether it holds a coroutine.
    [[nodiscard]] explicit operator bool() const noexcept { return coroutine_ != nullptr; }

    /// Runs the task and waits for it without keeping the thread. Throws what the task throws.
    auto operator co_await() && { return detail::async::TaskAwaiter<T>(coroutine_); }
    /// A task is awaited once: co_await std::move(task).
    auto operator co_await() & = delete;

    /// The coroutine, for those who run it: join_all and the runtime.
    [[nodiscard]] std::coroutine_handle<promise_type> coroutine() const {
        if (!coroutine_ || coroutine_.promise().is_started()) detail::async::throw_not_awaitable(!coroutine_);
        return coroutine_;
    }
    /// The result of a coroutine that has come to its end, for those who ran it.
    T take() && { return coroutine_.promise().take(); }

  private:
    friend promise_type;
    explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace grainscope::io

namespace grainscope::detail::async {

template <class T>
grainscope::io::Task<T> Promise<T>::get_return_object() noexcept {
    return grainscope::io::Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline grainscope::io::Task<void> Promise<void>::get_return_object() noexcept {
    return grainscope::io::Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// Awaited in a task, gives its scope.
struct CurrentScope {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> awaiting) noexcept {
        scope = &awaiting.promise().scope();
        return false;
    }
    [[nodiscard]] Scope& await_resume() const noexcept { return *scope; }
    Scope* scope = nullptr;
};

}  // namespace grainscope::detail::async
