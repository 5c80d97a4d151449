// Scopes: any number of tasks that may borrow from the stack, because the scope waits for all of them.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/broadcast_context.h>
#include <grainscope/runtime/call.h>
#include <grainscope/runtime/enter.h>
#include <grainscope/runtime/fifo.h>
#include <grainscope/runtime/latch.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/spawn_job.h>

namespace grainscope {

namespace detail {

/// What both kinds of scope are: a count of unfinished tasks, and the first exception.
class ScopeBase {
  public:
    explicit ScopeBase(Registry& registry) : registry_(registry), unfinished_(registry) {}
    ScopeBase(const ScopeBase&) = delete;
    ScopeBase& operator=(const ScopeBase&) = delete;

    /// Runs the body, waits for everything spawned, rethrows the first exception of any.
    template <class Body>
    CallValue<Body&> complete(Body&& body) {
        Outcome<CallValue<Body&>> outcome;
        outcome.run([&]() -> decltype(auto) {
            try {
                return body();
            } catch (...) {
                keep(std::current_exception());
                throw;
            }
        });
        unfinished_.wait();
        if (failed_.load(acquire)) {  // pairs with the release in keep; the latch has ordered it already
            outcome.discard();
            std::rethrow_exception(error_);
        }
        return outcome.take();
    }

    [[nodiscard]] Registry& registry() const noexcept { return registry_; }

    /// A task of this scope: called with `self`, or with nothing.
    template <class Scope, class F>
    [[nodiscard]] Job& make_task(Scope& self, F&& f) {
        unfinished_.increment();
        try {
            return make_heap_job(Task<Scope, std::decay_t<F>>{self, std::forward<F>(f)});
        } catch (...) {
            unfinished_.decrement();
            throw;
        }
    }

    /// A task on every worker of the pool, called with the scope and a BroadcastContext, or with the latter alone.
    template <class Scope, class F>
    void broadcast_tasks(Scope& self, F&& f) {
        auto shared = std::make_shared<std::decay_t<F>>(std::forward<F>(f));
        Worker* const here = registry_.current_worker();
        const Region* const region = here != nullptr ? here->lane().region() : nullptr;
        for (std::size_t i = 0; i < registry_.size(); ++i) {
            Job& task = make_task(self, [shared, i, n = registry_.size()](Scope& scope) {
                if constexpr (std::is_invocable_v<std::decay_t<F>&, Scope&, BroadcastContext>) {
                    (*shared)(scope, BroadcastContext(i, n));
                } else {
                    (*shared)(BroadcastContext(i, n));
                }
            });
            registry_.mail(i, task, region);
        }
    }

  private:
    template <class Scope, class F>
    struct Task {
        Scope& scope;
        F f;

        void run() noexcept {
            ScopeBase& base = scope;
            try {
                if constexpr (std::is_invocable_v<F&, Scope&>) {
                    f(scope);
                } else {
                    f();
                }
            } catch (...) {
                base.keep(std::current_exception());
            }
        }
        [[nodiscard]] auto take_finish() noexcept {
            return [&base = static_cast<ScopeBase&>(scope)] { base.unfinished_.decrement(); };
        }
    };

    void keep(std::exception_ptr error) noexcept {
        if (claimed_.exchange(true, relaxed)) return;  // only who is first writes; the latch publishes
        error_ = std::move(error);
        failed_.store(true, release);  // pairs with the acquire in complete
    }

    Registry& registry_;
    CountLatch unfinished_;
    Atomic<bool> claimed_{false};
    Atomic<bool> failed_{false};
    std::exception_ptr error_;
};

}  // namespace detail

/// Where tasks are spawned that may borrow from the caller's stack. Made by scope() and in_place_scope(); may be used
/// from any thread until the scope has ended, also by its tasks.
class Scope : private detail::ScopeBase {
  public:
    /// Spawns a task; a closure takes the scope (to spawn more) or nothing. The newest is run first by its own worker;
    /// thieves take the oldest. Allocates the task. An exception ends up at the scope's caller, after all tasks have
    /// ended.
    template <class F>
    void spawn(F&& f) {
        registry().push_or_inject(make_task(*this, std::forward<F>(f)));
    }

    /// Spawns one task on every worker of the pool; the closure takes a BroadcastContext, or the scope and one.
    template <class F>
    void spawn_broadcast(F&& f) {
        broadcast_tasks(*this, std::forward<F>(f));
    }

  private:
    friend class detail::ScopeBase;
    template <class S, class F>
    friend decltype(auto) run_scope(detail::Registry& registry, F& body);
    using ScopeBase::ScopeBase;
};

/// As Scope, but what one thread spawns begins in the order in which it was spawned.
class ScopeFifo : private detail::ScopeBase {
  public:
    /// As Scope::spawn, first in, first out.
    template <class F>
    void spawn_fifo(F&& f) {
        detail::Job& task = make_task(*this, std::forward<F>(f));
        registry().push_or_inject(fifos_.of(registry().current_worker()).push(task));
    }
    /// As Scope::spawn_broadcast.
    template <class F>
    void spawn_broadcast(F&& f) {
        broadcast_tasks(*this, std::forward<F>(f));
    }

  private:
    friend class detail::ScopeBase;
    template <class S, class F>
    friend decltype(auto) run_scope(detail::Registry& registry, F& body);
    explicit ScopeFifo(detail::Registry& registry) : ScopeBase(registry), fifos_(registry.size()) {}

    detail::FifoSet fifos_;
};

/// Implementation of in_place_scope and its relatives: runs the body here, with a scope of kind S whose tasks go to
/// that pool.
template <class S, class F>
decltype(auto) run_scope(detail::Registry& registry, F& body) {
    S scope(registry);
    using Result = std::invoke_result_t<F&, S&>;
    return static_cast<Result>(scope.complete([&]() -> Result { return body(scope); }));
}

/// Implementation of scope and its relatives: the same on a worker of that pool.
template <class S, class F>
auto enter_scope(detail::Registry& registry, F& body) -> std::invoke_result_t<F&, S&> {
    return static_cast<std::invoke_result_t<F&, S&>>(
        detail::enter_pool(registry, [&]() -> decltype(auto) { return run_scope<S>(registry, body); }));
}

/// Runs `body(Scope&)` on a worker of the current pool and returns its result once every spawned task has ended. The
/// first exception of body or tasks is rethrown then.
///
///     int hits[2] = {0, 0};
///     grainscope::scope([&](grainscope::Scope& s) {
///         s.spawn([&] { hits[0] = 1; });
///         s.spawn([&](grainscope::Scope&) { hits[1] = 1; });
///     });
template <class F>
auto scope(F&& body) {
    return enter_scope<Scope>(detail::Registry::current(), body);
}

/// As scope, first in, first out.
template <class F>
auto scope_fifo(F&& body) {
    return enter_scope<ScopeFifo>(detail::Registry::current(), body);
}

/// As scope, but the body runs on the calling thread even if that is no worker; the tasks go to the current pool.
template <class F>
auto in_place_scope(F&& body) {
    return run_scope<Scope>(detail::Registry::current(), body);
}

/// As in_place_scope, first in, first out.
template <class F>
auto in_place_scope_fifo(F&& body) {
    return run_scope<ScopeFifo>(detail::Registry::current(), body);
}

}  // namespace grainscope
