// A lock of one word, held for a few instructions: it guards lists of waiters, and the meeting place of a rendezvous.
#pragma once

#include <cstdint>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/parking.h>

namespace grainscope::detail::channel {

/// Ulrich Drepper, "Futexes are tricky" (2011), the third mutex; with a short spin, since its holders are quick. To be
/// used with std::scoped_lock.
class Lock {
  public:
    void lock() noexcept {
        std::uint32_t seen = free;
        // Acquire pairs with the release in unlock, here and below.
        if (!word_.compare_exchange_strong(seen, held, acquire, relaxed)) [[unlikely]]
            lock_slowly();
    }
    void unlock() noexcept {
        if (word_.exchange(free, release) == waited_for) [[unlikely]]  // pairs with the acquires in lock
            platform::futex_wake_one(word_);
    }

  private:
    static constexpr std::uint32_t free = 0;
    static constexpr std::uint32_t held = 1;
    static constexpr std::uint32_t waited_for = 2;

    void lock_slowly() noexcept;

    Atomic<std::uint32_t> word_{free};
};

}  // namespace grainscope::detail::channel
