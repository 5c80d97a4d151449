#include <grainscope/channel/lock.h>
#include <grainscope/channel/waiter.h>
#include <grainscope/platform/threads.h>
#include <grainscope/runtime/blocking.h>

namespace grainscope {

SpinPolicy SpinPolicy::standard() noexcept {
    static const bool alone = platform::usable_cores() < 2;
    return alone ? SpinPolicy{.spins = 0, .yields = 4} : SpinPolicy{.spins = 7, .yields = 8};
}

namespace detail::channel {

void Lock::lock_slowly() noexcept {
    for (int i = 0; i < 60; ++i) {
        std::uint32_t seen = free;
        if (word_.load(relaxed) == free && word_.compare_exchange_weak(seen, held, acquire, relaxed)) return;
        platform::cpu_relax();
    }
    while (word_.exchange(waited_for, acquire) != free) platform::futex_wait(word_, waited_for);
}

void Waiter::Woken::wake() const noexcept {
    if (sleeper_ != nullptr) platform::futex_wake_one(*sleeper_);
}

Selection Waiter::spin(SpinPolicy policy) noexcept {
    // As many pauses as a look at the channel would get; the word is this thread's own, so it looks after each.
    for (std::uint32_t look = 0; look < policy.spins; ++look) {
        for (std::uint32_t i = 0; i < SpinPolicy::pauses_before_look(look, 1); ++i) {
            if (const Selection ended = selection(); ended != still_waiting) return ended;
            platform::cpu_relax();
        }
    }
    for (std::uint32_t i = 0; i < policy.yields; ++i) {
        if (const Selection ended = selection(); ended != still_waiting) return ended;
        platform::yield_thread();
    }
    return selection();
}

Selection Waiter::park(Instant deadline) noexcept {
    Selection seen = still_waiting;
    // Acquire pairs with the release in try_select.
    if (!word_.compare_exchange_strong(seen, still_parked, acquire, acquire)) return seen;
    return blocked(trace::State::blocked_channel, [&] {
        while (selection() == still_parked) {
            if (deadline == no_deadline) {
                platform::futex_wait(word_, still_parked);
                continue;
            }
            if (std::chrono::steady_clock::now() >= deadline) return end(aborted);
            platform::futex_wait_until(word_, still_parked,
                                       static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
        }
        return selection();
    });
}

}  // namespace detail::channel

}  // namespace grainscope
