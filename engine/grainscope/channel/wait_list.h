// Who waits for one side of a channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

#include <grainscope/channel/lock.h>
#include <grainscope/channel/waiter.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail::channel {

/// How many wait, and how long all have waited, the present ones included.
struct Blocked {
    std::size_t now = 0;
    std::uint64_t total_ns = 0;
};

/// A doubly linked list of entries, first come first served. The caller holds a lock.
class EntryList {
  public:
    void push_back(Entry& entry) noexcept;
    void unlink(Entry& entry) noexcept;
    [[nodiscard]] bool is_empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] Entry* first() const noexcept { return first_; }

  private:
    Entry* first_ = nullptr;
    Entry* last_ = nullptr;
};

/// The selectors, each of which wants to take part in one operation, and the observers, who all want to know when the
/// channel is ready. The caller holds a lock.
class WaitList {
  public:
    /// Who was chosen: its packet, and what is to be woken after the lock is released.
    struct Chosen {
        bool found = false;
        void* packet = nullptr;
        Waiter::Woken woken;
    };

    void add_selector(Entry& entry, bool counts_as_blocked) noexcept { add(selectors_, entry, counts_as_blocked); }
    void add_observer(Entry& entry) noexcept { add(observers_, entry, true); }
    /// Counts a selector's wait from now on, if it still waits here.
    void count_as_blocked(Entry& entry) noexcept;
    /// Whether the entry was still linked.
    bool remove_selector(Entry& entry) noexcept { return remove(selectors_, entry); }
    bool remove_observer(Entry& entry) noexcept { return remove(observers_, entry); }

    /// Chooses the first selector whose wait this can end, and unlinks it: before its wait is ended, so that its thread
    /// finds its entry its own again.
    [[nodiscard]] Chosen choose() noexcept;
    /// Whether choose would find somebody else than `self`.
    [[nodiscard]] bool can_choose(const Waiter* self) const noexcept;
    /// Ends the wait of all observers, waking them at once.
    void notify_observers() noexcept;
    /// Ends the wait of everybody, waking them at once. Selectors unlink themselves: they may want their packet back.
    void disconnect() noexcept;

    [[nodiscard]] bool is_empty() const noexcept { return selectors_.is_empty() && observers_.is_empty(); }
    [[nodiscard]] Blocked blocked() const noexcept;

  private:
    void add(EntryList& list, Entry& entry, bool counts_as_blocked) noexcept;
    bool remove(EntryList& list, Entry& entry) noexcept;
    void stop_counting(Entry& entry) noexcept;

    EntryList selectors_;
    EntryList observers_;
    std::size_t blocked_ = 0;
    platform::Ticks begun_ = 0;        ///< the sum of the stamps at which the present waits began (modulo 2^64)
    platform::Ticks blocked_for_ = 0;  ///< of the waits that have ended
};

/// A WaitList with its lock, for the lock-free channels. Notifying costs one load while nobody waits.
///
/// No wake-up is lost: whoever waits links its entry, stores is_empty_ = false and then looks at the channel again;
/// whoever makes the channel ready changes it (a compare-and-swap of its head or tail) and then loads is_empty_. All
/// four are sequentially consistent, so one of the two sees the other.
class Waiters {
  public:
    void add_selector(Entry& entry) noexcept;
    void add_observer(Entry& entry) noexcept;
    void remove_selector(Entry& entry) noexcept;
    void remove_observer(Entry& entry) noexcept;

    /// The channel has become ready for `count` operations of this side.
    void notify(std::size_t count = 1) noexcept {
        if (!is_empty_.load(seq_cst)) [[unlikely]]
            notify_slowly(count);
    }
    void disconnect() noexcept;
    [[nodiscard]] Blocked blocked() const noexcept;

  private:
    void notify_slowly(std::size_t count) noexcept;
    void publish() noexcept { is_empty_.store(list_.is_empty(), seq_cst); }

    Atomic<bool> is_empty_{true};
    mutable Lock lock_;
    WaitList list_;
};

}  // namespace grainscope::detail::channel
