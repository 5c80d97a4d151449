#include <grainscope/io/coroutine.h>
#include <grainscope/io/join_all.h>
#include <grainscope/io/task.h>

namespace grainscope::detail::async {

thread_local constinit std::coroutine_handle<> Trampoline::next_;

void Trampoline::run(std::coroutine_handle<> first) noexcept {
    // One that runs inside another, as join_all's children do when they begin, leaves the outer one's next alone.
    const std::coroutine_handle<> outer = std::exchange(next_, first);
    while (next_) std::exchange(next_, nullptr).resume();
    next_ = outer;
}

void throw_not_awaitable(bool empty) {
    throw std::logic_error(empty ? "a task that holds nothing was awaited" : "a task was awaited twice");
}

JoinAll::JoinAll(std::vector<Child> children, std::size_t limit, Scope& outer)
    : children_(std::move(children)), scope_(outer), limit_(limit) {
    if (limit == 0) throw std::invalid_argument("join_all with 0 tasks at once: at least one must run");
}

bool JoinAll::await_suspend(std::coroutine_handle<> awaiting) noexcept {
    awaiting_ = awaiting;
    // Counts as one that runs, so that no child is the last one before all have begun.
    ++running_;
    while (running_ <= limit_) {
        const std::coroutine_handle<> child = next();
        if (!child) break;
        Trampoline::run(child);
    }
    return --running_ > 0;
}

std::coroutine_handle<> JoinAll::next() noexcept {
    if (begun_ == children_.size() || scope_.is_cancelled()) return nullptr;
    const Child& child = children_[begun_++];
    child.promise->prepare(
        scope_, [](void* all, PromiseBase& ended) noexcept { return static_cast<JoinAll*>(all)->finished(ended); },
        this);
    ++running_;
    return child.coroutine;
}

std::coroutine_handle<> JoinAll::finished(PromiseBase& child) noexcept {
    --running_;
    if (child.has_failed() && failed_ == none) {
        for (std::size_t i = 0; i < begun_; ++i)
            if (children_[i].promise == &child) failed_ = i;
        scope_.cancel();
    }
    if (const std::coroutine_handle<> successor = next()) return successor;
    return running_ == 0 ? awaiting_ : nullptr;
}

}  // namespace grainscope::detail::async
