// Tasks that run by themselves, and the handle to wait for one or to stop it.
#pragma once

#include <chrono>
#include <stdexcept>
#include <utility>

#include <grainscope/io/spawned.h>
#include <grainscope/io/task.h>

namespace grainscope::io {

/// The way to a spawned task's result. Move-only; a moved-from handle holds nothing, and using it throws
/// std::logic_error. Without it the task runs on by itself (detached), and its exception goes to the runtime's
/// panic_handler.
template <class T = void>
class [[nodiscard]] JoinHandle {
  public:
    explicit JoinHandle(detail::async::Share<detail::async::SpawnedTask<T>> spawned) noexcept
        : spawned_(std::move(spawned)) {}
    JoinHandle(JoinHandle&&) noexcept = default;
    JoinHandle& operator=(JoinHandle&& other) noexcept {
        if (this != &other) {
            if (spawned_) spawned_->detach();
            spawned_ = std::move(other.spawned_);
        }
        return *this;
    }
    ~JoinHandle() {
        if (spawned_) spawned_->detach();
    }

    [[nodiscard]] bool is_finished() const { return spawned().has_ended(); }
    /// Cancels the task: what it waits for ends by Cancelled, soon. A task that has ended stays as it is.
    void abort() const { spawned().abort(); }
    /// Waits for the task on this thread: its result, or its exception (Cancelled after an abort that came in time).
    /// Throws std::logic_error on an IO thread: a task awaits the handle instead.
    T get() && {
        const auto spawned = take();
        spawned->wait();
        return spawned->take();
    }
    /// Waits at most that long. Returns whether the task has ended.
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds limit) const {
        return spawned().wait_until(std::chrono::steady_clock::now() + limit);
    }
    /// The same within a task, of any runtime: `co_await std::move(handle).join()`. Cancelling the task that waits does
    /// not cancel the one it waits for.
    Task<T> join() && { return wait_for_end(take()); }

  private:
    static Task<T> wait_for_end(detail::async::Share<detail::async::SpawnedTask<T>> spawned) {
        detail::async::EndOfSpawned end(*spawned);
        co_await end;
        co_return spawned->take();
    }
    [[nodiscard]] detail::async::SpawnedTask<T>& spawned() const {
        if (!spawned_) throw std::logic_error("a JoinHandle that holds nothing was used");
        return *spawned_;
    }
    [[nodiscard]] detail::async::Share<detail::async::SpawnedTask<T>> take() {
        (void)spawned();
        return std::move(spawned_);
    }
    detail::async::Share<detail::async::SpawnedTask<T>> spawned_;
};

}  // namespace grainscope::io

namespace grainscope::detail::async {

template <class T>
grainscope::io::JoinHandle<T> spawn_in(RuntimeCore& runtime, grainscope::io::Task<T> task) {
    Share<SpawnedTask<T>> spawned(new SpawnedTask<T>(std::move(task)));
    start_spawned(runtime, *spawned);
    return grainscope::io::JoinHandle<T>(std::move(spawned));
}

}  // namespace grainscope::detail::async
