// Things to wait for. Setting a latch may free the memory it lies in: whoever sets one reads all it needs beforehand.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/worker.h>

namespace grainscope::detail {

/// For threads outside any pool: blocks the thread.
class BlockingLatch {
  public:
    void set() {
        // Notified under the lock: the waiter, and with it this object, may be gone as soon as the lock is free.
        const std::scoped_lock lock(mutex_);
        set_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return set_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
};

/// Set once the count falls to zero; begins at one, for the owner itself. The owner is the worker that waits, which
/// keeps working meanwhile, or a thread outside any pool, which blocks.
class CountLatch {
  public:
    /// setters: the pool whose workers will count down.
    explicit CountLatch(const Registry& setters)
        : owner_(Worker::current()), owner_pool_(keep_alive(owner_, setters)) {}

    /// Relaxed: whoever adds holds a count itself, so the latch cannot be set meanwhile.
    void increment() noexcept { count_.fetch_add(1, relaxed); }

    void decrement() {
        Worker* const owner = owner_;
        const std::shared_ptr<Registry> pool = owner_pool_;  // another pool's worker may end as soon as it goes on
        if (count_.fetch_sub(1, seq_cst) != 1) return;  // seq_cst: pairs with park's last look, and publishes results
        if (owner != nullptr) {
            owner->wake_for_latch();
        } else {
            outside_.set();
        }
    }

    [[nodiscard]] bool is_set() const noexcept { return count_.load(seq_cst) == 0; }

    /// Gives up the owner's own count and waits for the others.
    void wait() {
        if (owner_ != nullptr) {
            count_.fetch_sub(1, seq_cst);
            owner_->wait_until(*this);
        } else {
            if (count_.fetch_sub(1, seq_cst) != 1) outside_.wait();
        }
    }

  private:
    /// Null if the setters are workers of the owner's own pool: each of them keeps it alive.
    static std::shared_ptr<Registry> keep_alive(const Worker* owner, const Registry& setters);

    Atomic<std::size_t> count_{1};
    Worker* const owner_;
    const std::shared_ptr<Registry> owner_pool_;
    BlockingLatch outside_;
};

}  // namespace grainscope::detail
