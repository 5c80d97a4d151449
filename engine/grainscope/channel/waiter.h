// One blocked operation: the word that decides who ends its wait, and its places in the lists of channels.
#pragma once

#include <cstdint>

#include <grainscope/channel/instant.h>
#include <grainscope/channel/spin_policy.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/platform/clock.h>

namespace grainscope::detail::channel {

/// What ended a wait. Values from `first_operation` on say which of a select's operations was chosen.
using Selection = std::uint32_t;
inline constexpr Selection still_waiting = 0;
inline constexpr Selection still_parked = 1;  ///< waiting, and its thread sleeps
inline constexpr Selection aborted = 2;       ///< out of time, or the waiter itself found something ready
inline constexpr Selection cut_off = 3;       ///< the channel was disconnected
inline constexpr Selection first_operation = 4;

/// The meeting place of a blocked thread and of everybody who may end its wait: channels that become ready, channels
/// that are disconnected, and the thread itself. Exactly one of them wins, by compare-and-swap from a waiting value to
/// the reason. It lies on the blocked thread's stack: whoever has won must not touch it any more, but for waking its
/// address, which is safe when the word is gone.
class Waiter {
  public:
    /// Whether a wait was ended, and what then is left to do.
    class Woken {
      public:
        Woken() = default;
        explicit Woken(const Atomic<std::uint32_t>* sleeper) noexcept : sleeper_(sleeper) {}
        /// Wakes the thread if it sleeps. After the locks are released.
        void wake() const noexcept;

      private:
        const Atomic<std::uint32_t>* sleeper_ = nullptr;
    };

    [[nodiscard]] Selection selection() const noexcept { return word_.load(acquire); }  // pairs with try_select
    [[nodiscard]] bool is_waiting() const noexcept { return word_.load(relaxed) <= still_parked; }  // a hint

    /// Ends the wait for this reason unless it has ended already. Returns whether it has done so; *woken is who to
    /// wake.
    bool try_select(Selection reason, Woken* woken) noexcept {
        Selection seen = word_.load(relaxed);  // the exchange decides
        while (seen <= still_parked) {
            // Release: the waiter sees what led to this. It pairs with the acquires in selection and wait.
            if (word_.compare_exchange_weak(seen, reason, acq_rel, relaxed)) {
                if (seen == still_parked) *woken = Woken(&word_);
                return true;
            }
        }
        return false;
    }
    /// The same for the waiting thread itself. Returns what ended the wait.
    Selection end(Selection reason) noexcept {
        Woken nobody;
        return try_select(reason, &nobody) ? reason : selection();
    }

    /// Looks as long as the policy says. Returns the selection, which may be still_waiting.
    Selection spin(SpinPolicy policy) noexcept;
    /// Parks until the wait has ended; at the deadline it ends it itself, as aborted. A worker of a pool shows as
    /// blocked on a channel meanwhile.
    Selection park(Instant deadline) noexcept;

  private:
    Atomic<std::uint32_t> word_{still_waiting};
};

/// A waiter's place in one list of one channel. It lies on the waiting thread's stack, or in a Select; the list's lock
/// guards all of it while it is linked.
struct Entry {
    Waiter* waiter = nullptr;
    Selection selection = first_operation;
    void* packet = nullptr;             ///< where a rendezvous takes place
    platform::Ticks blocked_since = 0;  ///< 0: its wait is not counted as blocked
    bool linked = false;
    Entry* previous = nullptr;
    Entry* next = nullptr;
};

}  // namespace grainscope::detail::channel
