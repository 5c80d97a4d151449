// Detached tasks and tasks with a handle, on a given pool or on the current one.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/broadcast_context.h>
#include <grainscope/runtime/call.h>
#include <grainscope/runtime/fifo.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/spawn_job.h>
#include <grainscope/runtime/worker.h>

namespace grainscope {

namespace detail {

/// A detached task: keeps its pool open until it has run; an exception goes to the pool's panic handler.
template <class F>
struct DetachedTask {
    std::shared_ptr<Registry> registry;
    F f;

    void run() noexcept {
        try {
            f();
        } catch (...) {
            registry->report_panic(std::current_exception());
        }
    }
    [[nodiscard]] auto take_finish() noexcept {
        return [registry = std::move(registry)] { registry->release_one(); };
    }
};

template <class F>
[[nodiscard]] Job& make_detached(Registry& registry, F&& f) {
    Job& job = make_heap_job(DetachedTask<std::decay_t<F>>{registry.shared_from_this(), std::forward<F>(f)});
    registry.keep_open();
    return job;
}

template <class F>
void spawn_in(Registry& registry, F&& f) {
    registry.push_or_inject(make_detached(registry, std::forward<F>(f)));
}

template <class F>
void spawn_fifo_in(Registry& registry, F&& f) {
    Job& job = make_detached(registry, std::forward<F>(f));
    registry.push_or_inject(registry.fifos().of(registry.current_worker()).push(job));
}

template <class F>
void spawn_broadcast_in(Registry& registry, F&& f) {
    auto shared = std::make_shared<std::decay_t<F>>(std::forward<F>(f));
    for (std::size_t i = 0; i < registry.size(); ++i) {
        registry.mail(i,
                      make_detached(registry, [shared, i, n = registry.size()] { (*shared)(BroadcastContext(i, n)); }),
                      nullptr);
    }
}

/// What a handle and its task share.
template <class R>
class HandleState {
  public:
    template <class F>
    void run(F& f) noexcept {
        outcome_.run(f);
        Worker* waiter = nullptr;
        std::shared_ptr<Registry> waiters_pool;  // it may end as soon as its worker goes on
        {
            const std::scoped_lock lock(mutex_);
            has_outcome_ = true;
            done_.store(true, seq_cst);  // pairs with the waiter's last look before it parks
            waiter = waiter_;
            waiters_pool = std::move(waiters_pool_);
            changed_.notify_all();
        }
        if (waiter != nullptr) waiter->wake_for_latch();
    }

    R wait() {
        if (Worker* const worker = Worker::current()) {
            {
                const std::scoped_lock lock(mutex_);
                waiter_ = worker;
                waiters_pool_ = worker->registry().shared_from_this();
            }
            worker->wait_until(*this);
        }
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return has_outcome_; });
        has_outcome_ = false;
        lock.unlock();
        return outcome_.take();
    }

    [[nodiscard]] bool is_set() const noexcept { return done_.load(seq_cst); }

    ~HandleState() {
        if (has_outcome_) outcome_.discard();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Atomic<bool> done_{false};
    bool has_outcome_ = false;
    Worker* waiter_ = nullptr;
    std::shared_ptr<Registry> waiters_pool_;
    Outcome<R> outcome_;
};

}  // namespace detail

/// A spawned task's result to come. Move-only. Dropping it lets the task run on; its result, or exception, is then
/// lost.
template <class R>
class SpawnHandle {
  public:
    /// Waits for the task and returns its result or rethrows its exception. A worker does other work meanwhile. Once
    /// only: throws std::logic_error on a handle that holds nothing.
    R wait() {
        if (!state_) throw std::logic_error("this handle's task has been waited for already");
        const auto state = std::exchange(state_, nullptr);
        if constexpr (std::is_void_v<R>) {
            state->wait();
        } else {
            return state->wait();
        }
    }
    /// Whether wait would return at once. Throws std::logic_error on a handle that holds nothing.
    [[nodiscard]] bool is_done() const {
        if (!state_) throw std::logic_error("this handle's task has been waited for already");
        return state_->is_set();
    }

  private:
    template <class F>
    friend auto spawn_handle_in(detail::Registry& registry, F&& f);
    using State = detail::HandleState<detail::ValueOf<R>>;
    explicit SpawnHandle(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

/// Implementation of spawn_handle on a given pool.
template <class F>
auto spawn_handle_in(detail::Registry& registry, F&& f) {
    using R = std::invoke_result_t<std::decay_t<F>&>;
    auto state = std::make_shared<detail::HandleState<detail::ValueOf<R>>>();
    detail::spawn_in(registry, [state, f = std::forward<F>(f)]() mutable { state->run(f); });
    return SpawnHandle<R>(std::move(state));
}

/// Spawns a detached task on the current pool. It owns what it needs: nothing waits for it but the pool's destructor.
/// An exception goes to the pool's panic handler; without one the program terminates.
///
///     grainscope::spawn([] { /* later, on some worker */ });
template <class F>
void spawn(F&& f) {
    detail::spawn_in(detail::Registry::current(), std::forward<F>(f));
}

/// As spawn, but what one thread spawns begins in the order in which it was spawned.
template <class F>
void spawn_fifo(F&& f) {
    detail::spawn_fifo_in(detail::Registry::current(), std::forward<F>(f));
}

/// Spawns a detached task on every worker of the current pool; the closure takes a BroadcastContext.
template <class F>
void spawn_broadcast(F&& f) {
    detail::spawn_broadcast_in(detail::Registry::current(), std::forward<F>(f));
}

/// Spawns a task on the current pool and returns a handle to its result.
///
///     auto answer = grainscope::spawn_handle([] { return 42; });
///     int value = answer.wait();
template <class F>
auto spawn_handle(F&& f) {
    return spawn_handle_in(detail::Registry::current(), std::forward<F>(f));
}

}  // namespace grainscope
