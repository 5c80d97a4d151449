// Where a sender and a receiver of a rendezvous hand a message over.
#pragma once

#include <cstdint>

#include <grainscope/channel/stored.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/platform/backoff.h>
#include <grainscope/platform/parking.h>

namespace grainscope::detail::channel {

/// Room for one message on its way from one thread to another. It belongs to the side that waited; the other side
/// learns of it by choosing the waiter. The sender fills it (or gives up), the receiver empties it.
template <class S>
class Packet {
  public:
    /// On the waiting thread's stack, or on the heap for a run-time Select: a SelectedOperation may outlive its Select.
    explicit Packet(bool on_heap = false) noexcept : on_heap_(on_heap) {}
    Packet(const Packet&) = delete;
    Packet& operator=(const Packet&) = delete;

    [[nodiscard]] bool is_on_heap() const noexcept { return on_heap_; }
    /// For another use of a packet that no other thread knows.
    void reset() noexcept { state_.store(empty, relaxed); }

    // -- the sender ---------------------------------------------------------------------------------------------------

    /// Before anybody else knows the packet: the message waits in it.
    void fill_in_advance(S&& message) noexcept {
        place_.put(std::move(message));
        state_.store(filled, relaxed);  // the list's lock publishes the packet
    }
    void fill(S&& message) noexcept {
        place_.put(std::move(message));
        publish(filled);
    }
    void give_up() noexcept { publish(given_up); }
    /// Nobody chose the sender: it takes its message back.
    [[nodiscard]] S take_back() noexcept { return place_.take(); }
    /// Until the receiver has done with a packet on the sender's stack.
    void wait_emptied() noexcept {
        wait_until([](std::uint32_t state) { return state == emptied; });
    }

    // -- the receiver -------------------------------------------------------------------------------------------------

    /// Waits until the sender has filled the packet. False if it gave up.
    [[nodiscard]] bool wait_filled() noexcept {
        return wait_until([](std::uint32_t state) { return state == filled || state == given_up; }) == filled;
    }
    [[nodiscard]] S take() noexcept { return place_.take(); }
    /// The packet's other side may let it go. Not touched any more.
    void release_emptied() noexcept { publish(emptied); }

  private:
    static constexpr std::uint32_t empty = 0;
    static constexpr std::uint32_t filled = 1;
    static constexpr std::uint32_t given_up = 2;
    static constexpr std::uint32_t emptied = 3;
    static constexpr std::uint32_t sleeping = 4;  ///< a bit beside the state: somebody has parked until it changes

    void publish(std::uint32_t state) noexcept {
        // Release pairs with the acquires in wait_until.
        if ((state_.exchange(state, acq_rel) & sleeping) != 0) platform::futex_wake_one(state_);
    }
    /// The other side is a few instructions away, unless it was preempted, or is a select whose message is still being
    /// made: so this ends in a park.
    template <class Done>
    std::uint32_t wait_until(Done&& done) noexcept {
        platform::Backoff backoff;
        for (int i = 0; i < 16; ++i) {
            const std::uint32_t state = state_.load(acquire) & ~sleeping;  // pairs with publish
            if (done(state)) return state;
            backoff.snooze();
        }
        for (;;) {
            std::uint32_t state = state_.load(acquire);  // pairs with publish
            if (done(state & ~sleeping)) return state & ~sleeping;
            if ((state & sleeping) == 0 && !state_.compare_exchange_strong(state, state | sleeping, acquire, acquire))
                continue;
            platform::futex_wait(state_, state | sleeping);
        }
    }

    Atomic<std::uint32_t> state_{empty};
    const bool on_heap_;
    Place<S> place_;
};

}  // namespace grainscope::detail::channel
