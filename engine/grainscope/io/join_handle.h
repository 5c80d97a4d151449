// Tasks that run by themselves, and the handle to wait for one or to stop it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <grainscope/io/loop.h>
#include <grainscope/io/resumption.h>
#include <grainscope/io/task.h>
#include <grainscope/runtime/cancellation.h>

namespace grainscope::detail::async {

class RuntimeCore;
using PanicHandler = std::function<void(std::exception_ptr)>;

/// A spawned task: on its loop a scope of its own, everywhere else whether it has ended.
class Spawned : public std::enable_shared_from_this<Spawned> {
  public:
    virtual ~Spawned() = default;

    // -- its loop -----------------------------------------------------------------------------------------------------
    void start();
    void cancel() noexcept { scope_.cancel(); }

    // -- any thread ---------------------------------------------------------------------------------------------------
    void abort();
    [[nodiscard]] bool has_ended() const;
    /// Waits for the end, until then at most. Throws std::logic_error on the loop's own thread.
    [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point deadline) const;
    void wait() const;
    /// Calls f at its end, or at once, under a lock; null: the one before is not called any more.
    void when_ended(std::move_only_function<void()> f);
    /// The handle goes without having taken the result.
    void detach() noexcept;
    void assign(Loop& loop, std::shared_ptr<const PanicHandler> panic) noexcept {
        loop_ = &loop;
        panic_ = std::move(panic);
    }

  protected:
    struct Coroutine {
        std::coroutine_handle<> handle;
        PromiseBase* promise;
    };
    [[nodiscard]] virtual Coroutine coroutine() = 0;
    [[nodiscard]] virtual std::exception_ptr exception() = 0;

  private:
    void end();
    void check_not_waiting_for_itself() const;

    Scope scope_;
    void panic_if_failed() noexcept;

    Loop* loop_ = nullptr;                       ///< lives at least until this has ended; set before anybody knows it
    std::shared_ptr<const PanicHandler> panic_;  ///< likewise set, and outlives the runtime
    mutable std::mutex mutex_;
    mutable std::condition_variable ended_signal_;
    bool ended_ = false;  ///< under the mutex, as what follows
    bool detached_ = false;
    std::move_only_function<void()> when_ended_;
};

template <class T>
class SpawnedTask final : public Spawned {
  public:
    explicit SpawnedTask(grainscope::io::Task<T> task) : task_(std::move(task)) { (void)task_.coroutine(); }
    T take() { return std::move(task_).take(); }

  protected:
    Coroutine coroutine() override {
        const auto coroutine = task_.coroutine();
        return {coroutine, &coroutine.promise()};
    }
    std::exception_ptr exception() override {
        try {
            (void)std::move(task_).take();
        } catch (const Cancelled&) {
        } catch (...) {
            return std::current_exception();
        }
        return nullptr;
    }

  private:
    grainscope::io::Task<T> task_;
};

void start_spawned(RuntimeCore& runtime, std::shared_ptr<Spawned> spawned);
[[nodiscard]] RuntimeCore& current_runtime();

/// Awaits a spawned task's end, on the awaiting task's own loop.
class EndOfSpawned final : public ResumedOperation {
  public:
    explicit EndOfSpawned(std::shared_ptr<Spawned> spawned) : spawned_(std::move(spawned)) {}
    void await_resume();

  private:
    bool begin_wait(const std::shared_ptr<Resumption>& resumption) override;

    std::shared_ptr<Spawned> spawned_;
};

}  // namespace grainscope::detail::async

namespace grainscope::io {

/// The way to a spawned task's result. Move-only; a moved-from handle holds nothing, and using it throws
/// std::logic_error. Without it the task runs on by itself (detached), and its exception goes to the runtime's
/// panic_handler.
template <class T = void>
class [[nodiscard]] JoinHandle {
  public:
    explicit JoinHandle(std::shared_ptr<detail::async::SpawnedTask<T>> spawned) noexcept
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
    static Task<T> wait_for_end(std::shared_ptr<detail::async::SpawnedTask<T>> spawned) {
        co_await detail::async::EndOfSpawned(spawned);
        co_return spawned->take();
    }
    [[nodiscard]] detail::async::SpawnedTask<T>& spawned() const {
        if (!spawned_) throw std::logic_error("a JoinHandle that holds nothing was used");
        return *spawned_;
    }
    [[nodiscard]] std::shared_ptr<detail::async::SpawnedTask<T>> take() {
        (void)spawned();
        return std::exchange(spawned_, nullptr);
    }
    std::shared_ptr<detail::async::SpawnedTask<T>> spawned_;
};

}  // namespace grainscope::io

namespace grainscope::detail::async {

template <class T>
grainscope::io::JoinHandle<T> spawn_in(RuntimeCore& runtime, grainscope::io::Task<T> task) {
    auto spawned = std::make_shared<SpawnedTask<T>>(std::move(task));
    start_spawned(runtime, spawned);
    return grainscope::io::JoinHandle<T>(std::move(spawned));
}

}  // namespace grainscope::detail::async
