// A task that runs by itself, seen from both sides: its loop, and whoever has its handle.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <grainscope/io/coroutine.h>
#include <grainscope/io/loop.h>
#include <grainscope/io/task.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/cancellation.h>

namespace grainscope::detail::async {

class RuntimeCore;
struct IoSeat;
using PanicHandler = std::function<void(std::exception_ptr)>;

/// Somebody who waits for a spawned task. It lies with whoever waits.
class EndWaiter {
  public:
    EndWaiter() = default;
    EndWaiter(const EndWaiter&) = delete;
    EndWaiter& operator=(const EndWaiter&) = delete;
    /// On the thread that ended the task, under its lock, once; the waiter may be gone when this returns.
    virtual void told() noexcept = 0;

  protected:
    ~EndWaiter() = default;

  private:
    friend class Spawned;
    EndWaiter* next_ = nullptr;
};

/// A spawned task: on its loop a scope of its own, everywhere else whether it has ended. Two keep it: its loop until it
/// has ended, and the handle or who joins; each gives up its share by release. What it costs to spawn and join a task
/// that nobody waits for is two allocations besides the coroutine, and three atomic instructions.
///
/// The bits of `state_` only ever come. `ended` says that the result lies ready. Whoever waits or aborts first takes
/// the mutex, then sets `watched`: if the end came before, it is seen, else the end sees the bit and takes the mutex
/// itself.
class Spawned : public Posted {
  public:
    Spawned(std::coroutine_handle<> coroutine, PromiseBase& promise) noexcept
        : coroutine_(coroutine), promise_(promise) {}
    virtual ~Spawned() = default;

    /// Before anybody else knows it: where it is to run.
    void assign(IoSeat& seat) noexcept { seat_ = &seat; }
    void release() noexcept;

    // -- its loop -----------------------------------------------------------------------------------------------------
    void cancel() noexcept { scope_.cancel(); }

    // -- any thread ---------------------------------------------------------------------------------------------------
    void abort();
    [[nodiscard]] bool has_ended() const noexcept {
        return (state_.load(acquire) & ended) != 0;  // pairs with the release in set: then its result lies ready
    }
    /// Waits for the end, until then at most. Throws std::logic_error on the loop's own thread.
    [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point deadline);
    void wait();
    /// Has the waiter told of the end. False: it has ended, and the waiter is not told.
    [[nodiscard]] bool watch(EndWaiter& waiter);
    /// False: the waiter has been told.
    [[nodiscard]] bool unwatch(EndWaiter& waiter) noexcept;
    /// The handle goes without having taken the result.
    void detach() noexcept;

  private:
    friend class RunningTasks;
    static constexpr std::uint32_t ended = 1, watched = 2, detached = 4;

    /// Starts it, or where it has ended lets it go.
    void run() noexcept override;
    void drop() noexcept override;
    void start() noexcept;
    void end() noexcept;
    void set_ended() noexcept;
    void panic_if_failed() noexcept;
    /// Returns the bits before.
    std::uint32_t set(std::uint32_t bits) noexcept {
        return state_.fetch_or(bits, acq_rel);  // pairs with itself and has_ended: who comes second sees the first
    }

    const std::coroutine_handle<> coroutine_;
    PromiseBase& promise_;
    IoSeat* seat_ = nullptr;  ///< lives at least until this has ended
    Scope scope_;
    Spawned* previous_ = nullptr;  ///< among those that run on its loop
    Spawned* next_ = nullptr;
    Atomic<std::uint32_t> shares_{2};
    Atomic<std::uint32_t> state_{0};
    std::shared_ptr<const PanicHandler> panic_;  ///< of one that failed, set before its end: it outlives the runtime
    std::mutex mutex_;
    EndWaiter* waiters_ = nullptr;  ///< under the mutex
};

/// The tasks that run on one loop. Its loop's own.
class RunningTasks {
  public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    void add(Spawned& spawned) noexcept {
        spawned.next_ = first_;
        if (first_ != nullptr) first_->previous_ = &spawned;
        first_ = &spawned;
    }
    void remove(Spawned& spawned) noexcept {
        (spawned.previous_ != nullptr ? spawned.previous_->next_ : first_) = spawned.next_;
        if (spawned.next_ != nullptr) spawned.next_->previous_ = spawned.previous_;
    }
    void cancel() noexcept {
        for (Spawned* spawned = first_; spawned != nullptr; spawned = spawned->next_) spawned->cancel();
    }

  private:
    Spawned* first_ = nullptr;
};

template <class T>
class SpawnedTask final : public Spawned {
  public:
    explicit SpawnedTask(grainscope::io::Task<T> task)
        : Spawned(task.coroutine(), task.coroutine().promise()), task_(std::move(task)) {}
    T take() { return std::move(task_).take(); }

  private:
    grainscope::io::Task<T> task_;
};

struct Release {
    void operator()(Spawned* spawned) const noexcept { spawned->release(); }
};
/// A share in a spawned task.
template <class S>
using Share = std::unique_ptr<S, Release>;

/// Gives the loop's share away.
void start_spawned(RuntimeCore& runtime, Spawned& spawned) noexcept;
[[nodiscard]] RuntimeCore& current_runtime();

/// Awaits a spawned task's end, on the awaiting task's own loop. One that has ended is not waited for.
class EndOfSpawned final : private Operation, private EndWaiter, private Posted {
  public:
    explicit EndOfSpawned(Spawned& spawned) noexcept : spawned_(spawned) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> awaiting) {
        scope_ = &awaiting.promise().scope();
        if (scope_->is_cancelled() || spawned_.has_ended()) return false;
        awaiting_ = awaiting;
        return begin_wait();
    }
    void await_resume() {
        if (loop_ != nullptr) scope_->remove(*this);
        if (scope_->is_cancelled()) throw Cancelled();
    }

  private:
    bool begin_wait();
    void cancel() noexcept override;
    void told() noexcept override { loop_->post(*this); }
    void run() noexcept override { Trampoline::run(awaiting_); }

    Spawned& spawned_;
    Scope* scope_ = nullptr;
    Loop* loop_ = nullptr;  ///< while it waits
    std::coroutine_handle<> awaiting_;
};

}  // namespace grainscope::detail::async
