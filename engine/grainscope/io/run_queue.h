// What a loop is given to run: items that lie where their owners have them, in queues without memory of their own.
#pragma once

#include <utility>

#include <grainscope/platform/atomic.h>

namespace grainscope::detail::async {

/// Something to be run once on a loop's thread. Linked into the loop's queue from its posting to its running, it is to
/// stay where it is, and is not posted again before it runs.
class Posted {
  public:
    Posted() = default;
    Posted(const Posted&) = delete;
    Posted& operator=(const Posted&) = delete;

    /// On the loop's thread, no longer linked: it may be posted again, and may be gone when this returns.
    virtual void run() noexcept = 0;
    /// Instead of run, on the thread that destroys a loop which had already ended.
    virtual void drop() noexcept {}

  protected:
    ~Posted() = default;

  private:
    friend class PostedQueue;
    friend class Inbox;
    Posted* next_ = nullptr;
};

/// First in, first out; one thread's own. O(1) each.
class PostedQueue {
  public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    void push(Posted& posted) noexcept {
        posted.next_ = nullptr;
        *(first_ == nullptr ? &first_ : &last_->next_) = &posted;
        last_ = &posted;
    }
    /// Not of an empty one.
    [[nodiscard]] Posted& pop() noexcept { return *std::exchange(first_, first_->next_); }
    /// All of `other`, behind what is here.
    void append(PostedQueue& other) noexcept {
        if (other.empty()) return;
        *(first_ == nullptr ? &first_ : &last_->next_) = std::exchange(other.first_, nullptr);
        last_ = other.last_;
    }

  private:
    friend class Inbox;
    Posted* first_ = nullptr;
    Posted* last_ = nullptr;  ///< of a queue that is not empty
};

/// What other threads give to a loop: a stack that the loop takes as a whole and turns round. At its bottom lies a mark
/// while the loop sleeps; whoever covers the mark wakes the loop. R. K. Treiber, "Systems Programming: Coping with
/// Parallelism" (1986); as nothing is taken singly, an address that comes back does no harm.
class Inbox {
  public:
    /// Any thread. Whether the caller is to wake the loop, which waits for that before it ends. Without that duty the
    /// caller touches neither the loop nor the item any more: both may be gone.
    [[nodiscard]] bool push(Posted& posted) noexcept {
        Posted* top = top_.load(relaxed);  // a guess, which the exchange checks
        do posted.next_ = top;
        while (!top_.compare_exchange_weak(top, &posted, release, relaxed));  // pairs with the acquire in take
        return top == &asleep_;
    }
    /// The loop: appends what has come, in the order of its coming. Whether a wake-up is on its way.
    bool take(PostedQueue& queue) noexcept {
        if (top_.load(relaxed) == nullptr) return false;  // what comes now is taken next time
        // Acquire pairs with the releases in push, of those further down too: each push continues their sequence.
        Posted* posted = top_.exchange(nullptr, acquire);
        PostedQueue came;
        came.last_ = posted;
        while (posted != nullptr && posted != &asleep_) {
            Posted* const before = std::exchange(posted->next_, came.first_);
            came.first_ = std::exchange(posted, before);
        }
        const bool woken = posted == &asleep_ && !came.empty();
        queue.append(came);
        return woken;
    }
    /// The loop: from here on a push is told to wake it. False if something has come.
    [[nodiscard]] bool fall_asleep() noexcept {
        Posted* nothing = nullptr;
        // Relaxed: the mark says nothing but itself, and whoever finds it wakes the loop by other means.
        return top_.compare_exchange_strong(nothing, &asleep_, relaxed, relaxed);
    }

  private:
    class Mark final : public Posted {
        void run() noexcept override {}
    };
    Mark asleep_;
    Atomic<Posted*> top_{nullptr};
};

}  // namespace grainscope::detail::async
