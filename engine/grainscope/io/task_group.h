// Tasks whose number is not known beforehand, and that end before whoever started them goes on.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <type_traits>
#include <utility>

#include <grainscope/io/resumption.h>
#include <grainscope/io/task.h>

namespace grainscope::io {

/// The tasks that the body of with_group has started, on its IO thread. Nobody but that thread may use it.
class TaskGroup {
  public:
    explicit TaskGroup(detail::async::Scope& outer) : scope_(outer) {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();

    /// Starts the task side by side with the others: it runs until it waits for the first time. Throws std::logic_error
    /// for a task that holds nothing or was awaited before.
    void start(Task<void> task);
    /// How many have not ended yet.
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
    /// Cancels all of them, those that are started later too, and the body.
    void cancel() noexcept { scope_.cancel(); }
    /// Waits until fewer than `limit` run.
    [[nodiscard]] Task<void> fewer_than(std::size_t limit);

  private:
    template <class Body>
    friend Task<void> with_group(Body body);
    class Room;

    /// Posted when it has ended.
    struct Member final : detail::async::Posted {
        Member(TaskGroup& group_of, Task<void> work) noexcept : group(group_of), task(std::move(work)) {}
        void run() noexcept override { group.forget(self); }

        TaskGroup& group;
        Task<void> task;
        std::list<Member>::iterator self;
    };
    /// Waits for the end of all, cancelled or not.
    struct End {
        TaskGroup& group;
        [[nodiscard]] bool await_ready() const noexcept { return group.members_.empty(); }
        void await_suspend(std::coroutine_handle<> awaiting) const noexcept { group.awaiting_ = awaiting; }
        void await_resume() const noexcept {}
    };
    static std::coroutine_handle<> finished(void* member, detail::async::PromiseBase& promise) noexcept;
    void forget(std::list<Member>::iterator member);

    detail::async::InnerScope scope_;
    std::list<Member> members_;
    std::coroutine_handle<> awaiting_;
    std::exception_ptr failed_;
    Room* room_ = nullptr;
};

/// Runs body(group) and waits for it and for every task that it has started in the group: tokio's JoinSet, and what
/// Nathaniel J. Smith calls a nursery. When the body or one of the tasks throws, the others are cancelled, and that
/// first exception comes out after all have ended; a task of the group that is cancelled by itself counts as ended.
/// O(1) a task besides the task.
///
///     grainscope::io::Runtime runtime;
///     int sum = 0;
///     const auto add = [](int& sum, int n) -> grainscope::io::Task<> {
///         co_await grainscope::io::yield_now();
///         sum += n;
///     };
///     const auto body = [&](grainscope::io::TaskGroup& group) -> grainscope::io::Task<> {
///         for (int n = 1; n <= 4; ++n) group.start(add(sum, n));
///         co_return;
///     };
///     runtime.block_on(grainscope::io::with_group(body));
///     if (sum != 10) std::abort();
template <class Body>
Task<void> with_group(Body body) {
    TaskGroup group(co_await detail::async::CurrentScope());
    std::exception_ptr failed;
    try {
        Task<void> task = body(group);
        detail::async::TaskAwaiter<void> awaiter(task.coroutine(), &group.scope_);
        co_await awaiter;
    } catch (...) {
        failed = std::current_exception();
        group.cancel();
    }
    TaskGroup::End end{group};
    co_await end;
    // A body that a member's failure has cancelled says nothing of its own.
    if (group.failed_ != nullptr) std::rethrow_exception(group.failed_);
    if (failed != nullptr) std::rethrow_exception(failed);
}

}  // namespace grainscope::io
