// First-in-first-out order among what one worker spawned, on top of last-in-first-out deques.
#pragma once

#include <cstddef>
#include <memory>

#include <grainscope/runtime/job.h>
#include <grainscope/runtime/registry.h>

namespace grainscope::detail {

/// A queue that stands in a deque once for each job it holds: whoever takes one of its places runs its oldest job. The
/// indirection is rayon's (rayon-core, job.rs, JobFifo). Places are heap jobs that share the queue.
class Fifo : public std::enable_shared_from_this<Fifo> {
  public:
    /// Puts the job last and returns the place to push to a deque.
    [[nodiscard]] Job& push(Job& job) {
        queue_.push({&job, nullptr});
        return *new Place(shared_from_this());
    }

  private:
    class Place final : public Job {
      public:
        explicit Place(std::shared_ptr<Fifo> fifo) : Job(&run), fifo_(std::move(fifo)) {}

      private:
        static void run(Job& job, Worker& runner, Worker& origin) {
            auto& self = static_cast<Place&>(job);
            const std::shared_ptr<Fifo> fifo = std::move(self.fifo_);
            delete &self;
            fifo->queue_.pop(nullptr).job->execute(runner, origin);  // as many jobs as places: there is one
        }

        std::shared_ptr<Fifo> fifo_;
    };

    LockedQueue queue_;
};

/// One Fifo a worker, and one for every thread that is none.
class FifoSet {
  public:
    explicit FifoSet(std::size_t workers);
    [[nodiscard]] Fifo& of(const Worker* worker) const noexcept;

  private:
    std::size_t workers_;
    std::unique_ptr<std::shared_ptr<Fifo>[]> fifos_;
};

}  // namespace grainscope::detail
