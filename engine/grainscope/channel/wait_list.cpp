#include <grainscope/channel/wait_list.h>

namespace grainscope::detail::channel {

void EntryList::push_back(Entry& entry) noexcept {
    entry.previous = last_;
    entry.next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = &entry;
    last_ = &entry;
    entry.linked = true;
}

void EntryList::unlink(Entry& entry) noexcept {
    (entry.previous == nullptr ? first_ : entry.previous->next) = entry.next;
    (entry.next == nullptr ? last_ : entry.next->previous) = entry.previous;
    entry.linked = false;
}

void WaitList::add(EntryList& list, Entry& entry, bool counts_as_blocked) noexcept {
    list.push_back(entry);
    entry.blocked_since = 0;
    if (counts_as_blocked) count_as_blocked(entry);
}

bool WaitList::remove(EntryList& list, Entry& entry) noexcept {
    if (!entry.linked) return false;
    list.unlink(entry);
    stop_counting(entry);
    return true;
}

void WaitList::count_as_blocked(Entry& entry) noexcept {
    if (!entry.linked) return;
    entry.blocked_since = platform::ticks();
    begun_ += entry.blocked_since;
    ++blocked_;
}

void WaitList::stop_counting(Entry& entry) noexcept {
    if (entry.blocked_since == 0) return;
    begun_ -= entry.blocked_since;
    --blocked_;
    const platform::Ticks now = platform::ticks();
    if (now > entry.blocked_since) blocked_for_ += now - entry.blocked_since;
}

WaitList::Chosen WaitList::choose() noexcept {
    while (Entry* const entry = selectors_.first()) {
        selectors_.unlink(*entry);
        stop_counting(*entry);
        Chosen chosen{.found = true, .packet = entry->packet, .woken = {}};
        if (entry->waiter->try_select(entry->selection, &chosen.woken)) return chosen;
        // Its wait has ended otherwise: it will find its entry unlinked.
    }
    return {};
}

bool WaitList::can_choose(const Waiter* self) const noexcept {
    for (const Entry* entry = selectors_.first(); entry != nullptr; entry = entry->next)
        if (entry->waiter != self && entry->waiter->is_waiting()) return true;
    return false;
}

void WaitList::notify_observers() noexcept {
    while (Entry* const entry = observers_.first()) {
        observers_.unlink(*entry);
        stop_counting(*entry);
        Waiter::Woken woken;
        (void)entry->waiter->try_select(entry->selection, &woken);
        woken.wake();
    }
}

void WaitList::disconnect() noexcept {
    for (Entry* entry = selectors_.first(); entry != nullptr; entry = entry->next) {
        Waiter::Woken woken;
        (void)entry->waiter->try_select(cut_off, &woken);
        woken.wake();
    }
    notify_observers();
}

Blocked WaitList::blocked() const noexcept {
    const platform::Ticks now = platform::ticks();
    // Signed: the stamps of two cores may differ by a few ticks.
    const auto present = static_cast<std::int64_t>(blocked_ * now - begun_);
    const platform::Ticks all = blocked_for_ + static_cast<platform::Ticks>(present > 0 ? present : 0);
    return {.now = blocked_,
            .total_ns = static_cast<std::uint64_t>(static_cast<double>(all) / platform::ticks_per_ns())};
}

void Waiters::add_selector(Entry& entry) noexcept {
    const std::scoped_lock lock(lock_);
    list_.add_selector(entry, true);
    publish();
}

void Waiters::add_observer(Entry& entry) noexcept {
    const std::scoped_lock lock(lock_);
    list_.add_observer(entry);
    publish();
}

void Waiters::remove_selector(Entry& entry) noexcept {
    const std::scoped_lock lock(lock_);
    list_.remove_selector(entry);
    publish();
}

void Waiters::remove_observer(Entry& entry) noexcept {
    const std::scoped_lock lock(lock_);
    list_.remove_observer(entry);
    publish();
}

void Waiters::notify_slowly(std::size_t count) noexcept {
    while (count > 0) {
        // One at a time, so that nobody is woken into a lock that is held.
        WaitList::Chosen chosen;
        bool more = false;
        {
            const std::scoped_lock lock(lock_);
            chosen = list_.choose();
            list_.notify_observers();
            publish();
            more = !list_.is_empty();
        }
        chosen.woken.wake();
        if (!more) return;
        --count;
    }
}

void Waiters::disconnect() noexcept {
    const std::scoped_lock lock(lock_);
    list_.disconnect();
    publish();
}

Blocked Waiters::blocked() const noexcept {
    const std::scoped_lock lock(lock_);
    return list_.blocked();
}

}  // namespace grainscope::detail::channel
