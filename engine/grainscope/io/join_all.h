// Waiting for many tasks at once.
#pragma once

#include <coroutine>
#include <cstddef>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <grainscope/io/task.h>

namespace grainscope::detail::async {

/// Runs tasks side by side on the awaiting task's thread, at most `limit` at a time, and waits for all of them. Once
/// one fails, those that run are cancelled, those that wait are not begun, and `failed` says which one it was.
class JoinAll {
  public:
    struct Child {
        std::coroutine_handle<> coroutine;
        PromiseBase* promise;
    };
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    /// limit 0: std::invalid_argument.
    JoinAll(std::vector<Child> children, std::size_t limit, Scope& outer);

    [[nodiscard]] bool await_ready() const noexcept { return children_.empty(); }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept;
    /// The index of the task that failed first; none if none did.
    [[nodiscard]] std::size_t await_resume() const noexcept { return failed_; }

  private:
    /// Of the next child, prepared; null if none is left to begin.
    [[nodiscard]] std::coroutine_handle<> next() noexcept;
    [[nodiscard]] std::coroutine_handle<> finished(PromiseBase& child) noexcept;

    std::vector<Child> children_;
    InnerScope scope_;
    std::coroutine_handle<> awaiting_;
    std::size_t limit_;
    std::size_t begun_ = 0;
    std::size_t running_ = 0;
    std::size_t failed_ = none;
};

template <class T>
JoinAll::Child child_of(const grainscope::io::Task<T>& task) {
    const auto coroutine = task.coroutine();
    return {coroutine, &coroutine.promise()};
}

/// The result of a task that has ended; a monostate for void.
template <class T>
auto take_or_monostate(grainscope::io::Task<T>& task) {
    if constexpr (std::is_void_v<T>) {
        std::move(task).take();
        return std::monostate();
    } else {
        return std::move(task).take();
    }
}

}  // namespace grainscope::detail::async

namespace grainscope::io {

/// Runs the tasks side by side on the awaiting task's thread, at most `at_once` at a time, and gives their results in
/// their order (nothing for tasks of void). When one throws, the others are cancelled, and that first exception comes
/// out after all have ended. Throws std::invalid_argument for at_once 0, std::logic_error for a task that holds nothing
/// or was awaited before. O(1) a task besides the tasks.
///
///     const auto fetch_all = [](std::vector<std::string> urls)
///         -> grainscope::io::Task<std::vector<grainscope::io::Result<grainscope::io::Response>>> {
///         std::vector<grainscope::io::Task<grainscope::io::Result<grainscope::io::Response>>> fetches;
///         for (auto& url : urls) fetches.push_back(grainscope::io::get(url));
///         co_return co_await grainscope::io::join_all(std::move(fetches), 100);
///     };
template <class T>
Task<std::conditional_t<std::is_void_v<T>, void, std::vector<std::conditional_t<std::is_void_v<T>, int, T>>>> join_all(
    std::vector<Task<T>> tasks, std::size_t at_once = std::numeric_limits<std::size_t>::max()) {
    std::vector<detail::async::JoinAll::Child> children;
    children.reserve(tasks.size());
    for (const Task<T>& task : tasks) children.push_back(detail::async::child_of(task));
    detail::async::JoinAll all(std::move(children), at_once, co_await detail::async::CurrentScope());
    const std::size_t failed = co_await all;
    if (failed != detail::async::JoinAll::none) std::move(tasks[failed]).take();
    if constexpr (!std::is_void_v<T>) {
        std::vector<T> results;
        results.reserve(tasks.size());
        for (Task<T>& task : tasks) results.push_back(std::move(task).take());
        co_return results;
    }
}

/// The same for a few tasks of different types: a tuple of their results, std::monostate for void.
template <class... T>
requires(sizeof...(T) > 0) auto join(Task<T>... tasks)
    -> Task<std::tuple<std::conditional_t<std::is_void_v<T>, std::monostate, T>...>> {
    std::vector<detail::async::JoinAll::Child> children{detail::async::child_of(tasks)...};
    detail::async::JoinAll all(std::move(children), sizeof...(T), co_await detail::async::CurrentScope());
    if (const std::size_t failed = co_await all; failed != detail::async::JoinAll::none) {
        std::size_t index = 0;
        ((index++ == failed ? (void)std::move(tasks).take() : void()), ...);
    }
    co_return std::tuple<std::conditional_t<std::is_void_v<T>, std::monostate, T>...>(
        detail::async::take_or_monostate(tasks)...);
}

}  // namespace grainscope::io
