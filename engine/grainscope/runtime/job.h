// A job: something a worker can run, as it stands in a deque. One pointer to a function, and what its kind adds.
#pragma once

#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

class Worker;

/// Base of every job. A job on the stack of `join` uses the same word as its latch: it holds the function until the job
/// has run on another worker, then null. Whoever executes a job may not touch it afterwards: the setting of its latch
/// may have freed the memory it lies in.
class Job {
  public:
    /// runner: the worker that executes. origin: the worker out of whose lane the job came (the runner itself, if the
    /// job was popped or came through the pool's entrance).
    using Execute = void (*)(Job& job, Worker& runner, Worker& origin);

    explicit Job(Execute function) noexcept : execute_(function) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Relaxed: the deque's (or the entrance's) own release and acquire publish the word with the rest of the job.
    void execute(Worker& runner, Worker& origin) { execute_.load(relaxed)(*this, runner, origin); }

  protected:
    ~Job() = default;
    Atomic<Execute> execute_;
};

}  // namespace grainscope::detail
