// ThreadPool and its builder, and the functions that ask about the current one.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <grainscope/runtime/broadcast.h>
#include <grainscope/runtime/enter.h>
#include <grainscope/runtime/join.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/scope.h>
#include <grainscope/runtime/spawn.h>
#include <grainscope/runtime/telemetry.h>

namespace grainscope {

/// Thrown by build_global when the global pool exists already.
class PoolAlreadyInitialized : public std::logic_error {
  public:
    PoolAlreadyInitialized()
        : std::logic_error("the global pool exists already; call build_global before anything uses it") {}
};

/// What yield_now and yield_local did.
enum class Yield { executed, idle };

/// Work-stealing threads of their own. Move-only; a moved-from pool holds nothing, and using it throws
/// std::logic_error. The destructor finishes what was spawned, then joins the threads (one that runs on the pool's own
/// worker lets them end by themselves). Every member may be called from any thread at any time.
class ThreadPool {
  public:
    ThreadPool(ThreadPool&&) noexcept = default;
    ThreadPool& operator=(ThreadPool&& other) noexcept;
    ~ThreadPool();

    /// Runs f on a worker of this pool and returns its result: parallel calls inside use this pool. Runs at once on a
    /// worker of this pool; a worker of another pool keeps working for that one while it waits. Rethrows f's exception.
    template <class F>
    auto install(F&& f) -> std::invoke_result_t<F&> {
        return static_cast<std::invoke_result_t<F&>>(detail::enter_pool(registry(), f));
    }
    /// join on this pool.
    template <class A, class B>
    auto join(A&& first, B&& second) {
        return install([&] { return grainscope::join(first, second); });
    }
    /// scope on this pool.
    template <class F>
    auto scope(F&& body) -> std::invoke_result_t<F&, Scope&> {
        return enter_scope<Scope>(registry(), body);
    }
    /// scope_fifo on this pool.
    template <class F>
    auto scope_fifo(F&& body) -> std::invoke_result_t<F&, ScopeFifo&> {
        return enter_scope<ScopeFifo>(registry(), body);
    }
    /// The body runs on the calling thread, the tasks on this pool.
    template <class F>
    auto in_place_scope(F&& body) -> std::invoke_result_t<F&, Scope&> {
        return run_scope<Scope>(registry(), body);
    }
    /// As in_place_scope, first in, first out.
    template <class F>
    auto in_place_scope_fifo(F&& body) -> std::invoke_result_t<F&, ScopeFifo&> {
        return run_scope<ScopeFifo>(registry(), body);
    }
    /// Detached tasks on this pool; see grainscope::spawn.
    template <class F>
    void spawn(F&& f) {
        detail::spawn_in(registry(), std::forward<F>(f));
    }
    template <class F>
    void spawn_fifo(F&& f) {
        detail::spawn_fifo_in(registry(), std::forward<F>(f));
    }
    template <class F>
    auto spawn_handle(F&& f) {
        return spawn_handle_in(registry(), std::forward<F>(f));
    }
    /// f(BroadcastContext) on every worker; see grainscope::broadcast.
    template <class F>
    auto broadcast(F&& f) {
        return detail::broadcast_in(registry(), f);
    }
    template <class F>
    void spawn_broadcast(F&& f) {
        detail::spawn_broadcast_in(registry(), std::forward<F>(f));
    }

    [[nodiscard]] std::size_t current_num_threads() const;
    /// The calling thread's index in this pool, if it is one of its workers.
    [[nodiscard]] std::optional<std::size_t> current_thread_index() const;
    /// Whether the calling worker has jobs of its own waiting; none if it is no worker of this pool.
    [[nodiscard]] std::optional<bool> current_thread_has_pending_tasks() const;
    /// Runs one job, if there is one: an own one, or any. None if the caller is no worker of this pool.
    std::optional<Yield> yield_now();
    /// Runs one job of the caller's own deque, if there is one.
    std::optional<Yield> yield_local();

    /// A snapshot; O(workers), disturbs nobody.
    [[nodiscard]] Telemetry telemetry() const;
    /// For a collector: the pool as something to record. Lives as long as the pool.
    [[nodiscard]] trace::Subject& trace_subject() { return registry(); }

  private:
    friend class ThreadPoolBuilder;
    explicit ThreadPool(std::shared_ptr<detail::Registry> registry) : registry_(std::move(registry)) {}
    [[nodiscard]] detail::Registry& registry() const;
    void close() noexcept;

    std::shared_ptr<detail::Registry> registry_;
};

/// Collects a pool's options. Every setter returns the builder.
///
///     grainscope::ThreadPool pool = grainscope::ThreadPoolBuilder().num_threads(2).build();
///     int answer = pool.install([] { return 42; });
class ThreadPoolBuilder {
  public:
    /// 0, or never called: the environment variable GRAINSCOPE_NUM_THREADS, else one a core. At most 65,535.
    ThreadPoolBuilder& num_threads(std::size_t n);
    /// The name of each worker's thread, by its index.
    ThreadPoolBuilder& thread_name(std::function<std::string(std::size_t)> name);
    /// Bytes of stack a worker; 0 or never called: 64 MiB of address space (8 MiB each beyond 64 workers).
    ThreadPoolBuilder& stack_size(std::size_t bytes);
    /// Called on each worker before its first job, and after its last, with its index. They must not throw.
    ThreadPoolBuilder& start_handler(std::function<void(std::size_t)> handler);
    ThreadPoolBuilder& exit_handler(std::function<void(std::size_t)> handler);
    /// Called with the exception of a detached spawn, on the worker that ran it. Must not throw. Without one such an
    /// exception terminates the program.
    ThreadPoolBuilder& panic_handler(std::function<void(std::exception_ptr)> handler);
    /// Keeps worker i on the i-th core that the process may use.
    ThreadPoolBuilder& pin_threads(bool pin);
    /// How many stolen jobs a worker may nest while it waits, before it only waits; 0 or never called: 64.
    ThreadPoolBuilder& max_steal_depth(std::size_t depth);

    /// Starts the pool. Throws std::invalid_argument for too many threads, std::system_error if one cannot be started.
    [[nodiscard]] ThreadPool build() const;
    /// Makes the pool that is used outside any other. Throws PoolAlreadyInitialized if it exists: its first use builds
    /// it.
    void build_global() const;

  private:
    detail::PoolOptions options_;
};

/// The number of workers of the current pool: the calling worker's, else the global one (which this builds).
[[nodiscard]] std::size_t current_num_threads();
/// The calling thread's index in its pool; none outside any pool.
[[nodiscard]] std::optional<std::size_t> current_thread_index();
/// Whether the calling worker has jobs of its own waiting; none outside any pool.
[[nodiscard]] std::optional<bool> current_thread_has_pending_tasks();
/// Runs one job, if there is one: an own one, or any. None outside any pool.
std::optional<Yield> yield_now();
/// Runs one job of the calling worker's own deque, if there is one. None outside any pool.
std::optional<Yield> yield_local();

}  // namespace grainscope
