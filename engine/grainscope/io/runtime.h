// The asynchronous runtime: IO threads that run tasks, and blocking threads beside them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include <grainscope/io/join_handle.h>
#include <grainscope/io/task.h>
#include <grainscope/trace/subject.h>

namespace grainscope::io {

struct RuntimeOptions {
    std::size_t io_threads = 1;                   ///< a task runs on one of them from beginning to end
    std::size_t blocking_threads = 512;           ///< of spawn_blocking, at most
    std::chrono::milliseconds keep_idle{10'000};  ///< a blocking thread without work ends after that
    /// Called on the IO thread with the exception of a spawned task whose handle is gone. Must not throw. Without one
    /// such an exception terminates the program.
    std::function<void(std::exception_ptr)> panic_handler = {};
};

struct RuntimeTelemetry {
    std::uint64_t spawned = 0;  ///< tasks given to block_on and spawn so far
    std::uint64_t running = 0;  ///< of these, that have not ended
    std::size_t io_threads = 0;
    std::size_t blocking_threads = 0;
    std::size_t idle_blocking_threads = 0;
    std::size_t most_blocking_threads = 0;  ///< at once, so far
    std::size_t queued_jobs = 0;            ///< of spawn_blocking, waiting for a thread
};

/// Threads that run tasks. A task stays on the IO thread it was given to, so that what it shares with the tasks that it
/// awaits needs no lock. Boost.Asio (one io_context an IO thread) does the waiting. The destructor cancels what still
/// runs, waits until it has ended, then for the calls of spawn_blocking that have begun. Every member may be called
/// from any thread, but for block_on, which waits, and the destructor: not on the runtime's own IO threads.
///
///     grainscope::io::Runtime runtime;
///     runtime.block_on(grainscope::io::sleep_for(std::chrono::milliseconds(1)));
class Runtime {
  public:
    /// Throws std::invalid_argument for 0 threads of a kind, std::system_error if a thread cannot be started.
    explicit Runtime(RuntimeOptions options = {});
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Runs the task on an IO thread and waits for it: its result, or its exception. Throws std::logic_error on an IO
    /// thread, which would wait for itself.
    template <class T>
    T block_on(Task<T> task) {
        return spawn(std::move(task)).get();
    }
    /// Starts the task on the next IO thread, side by side with everything else. Without the handle it runs on by
    /// itself.
    template <class T>
    JoinHandle<T> spawn(Task<T> task) {
        return detail::async::spawn_in(*core_, std::move(task));
    }

    /// A snapshot.
    [[nodiscard]] RuntimeTelemetry telemetry() const;
    /// For a collector: first a row for each IO thread, "blocked on IO" while it waits for its tasks' IO, then one for
    /// each blocking thread that there may be. Lives as long as the runtime.
    [[nodiscard]] trace::Subject& trace_subject();

  private:
    std::unique_ptr<detail::async::RuntimeCore> core_;
};

/// As Runtime::spawn, on the runtime of the calling task. Throws std::logic_error outside a task.
template <class T>
JoinHandle<T> spawn(Task<T> task) {
    return detail::async::spawn_in(detail::async::current_runtime(), std::move(task));
}

}  // namespace grainscope::io
