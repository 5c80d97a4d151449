// The bounded channel: a ring of slots, each with a stamp that says whose turn it is.
//
// Dmitry Vyukov, "Bounded MPMC queue" (1024cores.net); laps, the mark and the two-step claim as in crossbeam-channel's
// flavors/array.rs.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include <grainscope/channel/core.h>
#include <grainscope/channel/stored.h>
#include <grainscope/channel/wait_list.h>
#include <grainscope/platform/backoff.h>
#include <grainscope/platform/prefetch.h>

namespace grainscope::detail::channel {

/// Positions and stamps are words of three fields: the lap in the high bits, one mark bit, the slot's index in the low
/// bits. A tail with its mark set is disconnected. A slot's stamp is
///   - the tail that may write it                   (the slot is free for that lap),
///   - that tail + 1                                (it holds a message),
///   - that tail + 1 with the mark set              (its sender gave the claim up: receivers skip it).
/// Both ends move by compare-and-swap and then have the slot to themselves; the stamp hands it to the other side.
template <class S>
class ArrayChannel final : public Channel<S> {
  public:
    /// Throws std::length_error if a ring of that size cannot exist, std::bad_alloc if there is no memory for it.
    static ArrayChannel* make(std::size_t capacity, SpinPolicy policy) {
        constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(Slot);
        if (capacity > most) throw_capacity_too_large(capacity);
        return new ArrayChannel(capacity, policy);
    }

    // -- sending ------------------------------------------------------------------------------------------------------

    /// Moves from the message only if it is sent. A deadline of deadline_passed does not wait.
    Outcome send(S& message, Instant deadline) {
        Token token;
        if (!start_send(token)) [[unlikely]] {
            if (deadline == deadline_passed) return Outcome::not_ready;
            if (!this->wait(Side::send, token, deadline)) return Outcome::timed_out;
        }
        if (!token.has_place()) return Outcome::disconnected;
        write_here(token, std::move(message));
        return Outcome::done;
    }
    /// Sends what fits at once, moving from a span of S, copying from one of const S; waits while nothing fits. Returns
    /// how many; 0: disconnected.
    template <class From>
    std::size_t send_some(std::span<From> messages) {
        Token token;
        std::size_t count = claim_free(messages.size(), token);
        if (count == 0) {
            if (!start_send(token)) (void)this->wait(Side::send, token, no_deadline);
            if (!token.has_place()) return 0;
            count = 1;
        }
        std::uint64_t stamp = token.stamp;
        for (From& message : messages.first(count)) {
            Slot& slot = slots_[stamp & (mark_ - 1)];
            ::new (slot.place.room()) S(static_cast<Forward<From>>(message));
            slot.stamp.store(stamp + 1, release);  // pairs with the acquires in start_receive and claim_written
            stamp = next(stamp);
        }
        receivers_.notify(count);
        return count;
    }

    // -- receiving ----------------------------------------------------------------------------------------------------

    /// Takes a message through `sink(S&&)`, which does not throw. A deadline of deadline_passed does not wait.
    template <class Sink>
    Outcome receive(Sink&& sink, Instant deadline) {
        Token token;
        if (!start_receive(token)) [[unlikely]] {
            if (deadline == deadline_passed) return Outcome::not_ready;
            if (!this->wait(Side::receive, token, deadline)) return Outcome::timed_out;
        }
        if (!token.has_place()) return Outcome::disconnected;
        sink(read_here(token));
        return Outcome::done;
    }
    /// Takes what is there through `sink(S&&)`, at most `most`, without waiting. Returns how many.
    template <class Sink>
    std::size_t receive_some(Sink&& sink, std::size_t most) {
        Token token;
        const std::size_t count = claim_written(most, token);
        std::uint64_t head = token.stamp;
        for (std::size_t i = 0; i < count; ++i) {
            Slot& slot = slots_[head & (mark_ - 1)];
            sink(slot.place.take());
            slot.stamp.store(head + lap_, release);  // pairs with the acquires in start_send and claim_free
            head = next(head);
        }
        if (count > 0) senders_.notify(count);
        return count;
    }

    // -- Core ---------------------------------------------------------------------------------------------------------

    bool start(Side side, Token& token) override {
        return side == Side::send ? start_send(token) : start_receive(token);
    }
    /// By the slot's stamp alone: the other end of the ring stays with the other side.
    bool seems_ready(Side side) const noexcept override {
        if (side == Side::send) {
            const std::uint64_t tail = tail_.load(relaxed);  // a hint, as the next three
            return (tail & mark_) != 0 || slots_[tail & (mark_ - 1)].stamp.load(relaxed) == tail;
        }
        const std::uint64_t head = head_.load(relaxed);
        return (slots_[head & (mark_ - 1)].stamp.load(relaxed) & ~mark_) == head + 1;
    }
    bool enlist(Side side, Entry& entry) override {
        waiters(side).add_selector(entry);
        return is_ready(side);
    }
    void delist(Side side, Entry& entry) noexcept override { waiters(side).remove_selector(entry); }
    void abandon(Token& token) noexcept override {
        Slot& slot = *static_cast<Slot*>(token.place);
        abandoned_.fetch_add(1, relaxed);                      // a number that stands for itself
        slot.stamp.store((token.stamp + 1) | mark_, release);  // pairs with the acquire in start_receive
        receivers_.notify();
    }
    bool is_ready(Side side) const noexcept override {
        return is_disconnected() || !(side == Side::send ? is_full() : is_empty());
    }
    bool watch(Side side, Entry& entry) noexcept override {
        waiters(side).add_observer(entry);
        return is_ready(side);
    }
    void unwatch(Side side, Entry& entry) noexcept override { waiters(side).remove_observer(entry); }

    void write(Token& token, S&& message) noexcept override { write_here(token, std::move(message)); }
    S read(Token& token) noexcept override { return read_here(token); }

    std::size_t len() const noexcept override {
        for (;;) {
            const std::uint64_t tail = tail_.load(seq_cst);
            const std::uint64_t head = head_.load(seq_cst);
            if (tail_.load(seq_cst) == tail) return static_cast<std::size_t>(count(tail & ~mark_) - count(head));
        }
    }
    std::optional<std::size_t> capacity() const noexcept override { return capacity_; }
    bool is_empty() const noexcept override {
        const std::uint64_t head = head_.load(seq_cst);
        return (tail_.load(seq_cst) & ~mark_) == head;
    }
    bool is_full() const noexcept override {
        const std::uint64_t tail = tail_.load(seq_cst);
        return head_.load(seq_cst) + lap_ == (tail & ~mark_);
    }
    bool is_disconnected() const noexcept override { return (tail_.load(seq_cst) & mark_) != 0; }

  protected:
    void senders_gone() noexcept override {
        if ((tail_.fetch_or(mark_, seq_cst) & mark_) == 0) receivers_.disconnect();
    }
    void receivers_gone() noexcept override {
        const std::uint64_t tail = tail_.fetch_or(mark_, seq_cst);
        if ((tail & mark_) == 0) senders_.disconnect();
        discard_all(tail & ~mark_);
    }
    void add_telemetry(ChannelTelemetry& telemetry) const override {
        // The head first: nothing is received before it was sent.
        const std::uint64_t received = count(head_.load(seq_cst));
        telemetry.sent = count(tail_.load(seq_cst) & ~mark_) - abandoned_.load(relaxed);
        telemetry.received = received - skipped_.load(relaxed);
        const Blocked sending = senders_.blocked();
        const Blocked receiving = receivers_.blocked();
        telemetry.blocked_senders = sending.now;
        telemetry.send_blocked_ns = sending.total_ns;
        telemetry.blocked_receivers = receiving.now;
        telemetry.receive_blocked_ns = receiving.total_ns;
    }

  private:
    struct Slot {
        Atomic<std::uint64_t> stamp{0};
        Place<S> place;
    };
    template <class From>
    using Forward = std::conditional_t<std::is_const_v<From>, From&, From&&>;

    ArrayChannel(std::size_t capacity, SpinPolicy policy)
        : Channel<S>(Flavour::array, policy, capacity),
          capacity_(capacity),
          mark_(std::bit_ceil(std::uint64_t{capacity} + 1)),
          lap_(2 * mark_),
          slots_(std::make_unique<Slot[]>(capacity)) {
        for (std::size_t i = 0; i < capacity; ++i) slots_[i].stamp.store(i, relaxed);  // before anybody knows the ring
    }
    ~ArrayChannel() override { discard_all(tail_.load(relaxed) & ~mark_); }  // the last owner: nobody else is there

    [[nodiscard]] Waiters& waiters(Side side) noexcept { return side == Side::send ? senders_ : receivers_; }
    /// The position behind this one.
    [[nodiscard]] std::uint64_t next(std::uint64_t position) const noexcept {
        return (position & (mark_ - 1)) + 1 < capacity_ ? position + 1 : (position & ~(lap_ - 1)) + lap_;
    }
    /// The position `n` behind this one; n is at most the capacity.
    [[nodiscard]] std::uint64_t advanced(std::uint64_t position, std::size_t n) const noexcept {
        const std::uint64_t index = (position & (mark_ - 1)) + n;
        return index < capacity_ ? position + n : (position & ~(lap_ - 1)) + lap_ + (index - capacity_);
    }
    /// How many messages have passed this position, in all laps.
    [[nodiscard]] std::uint64_t count(std::uint64_t position) const noexcept {
        return position / lap_ * capacity_ + (position & (mark_ - 1));
    }

    bool start_send(Token& token) noexcept {
        platform::Backoff backoff;
        std::uint64_t tail = tail_.load(relaxed);  // the exchange decides
        for (;;) {
            if ((tail & mark_) != 0) [[unlikely]] {
                token.place = nullptr;
                return true;
            }
            Slot& slot = slots_[tail & (mark_ - 1)];
            const std::uint64_t stamp = slot.stamp.load(acquire);  // pairs with the release in read_here
            if (stamp == tail) {
                // Sequentially consistent: write_here then looks for receivers that wait (Waiters).
                if (tail_.compare_exchange_weak(tail, next(tail), seq_cst, relaxed)) {
                    token = {.place = &slot, .stamp = stamp};
                    return true;
                }
                backoff.spin();
            } else {
                // Free only a lap ago; full, unless a receiver is about to free it. Sequentially consistent, as the
                // look of one who has just enlisted.
                if ((stamp & ~mark_) + lap_ == tail + 1) {
                    if (head_.load(seq_cst) + lap_ == tail) return false;
                    backoff.spin();
                } else {
                    backoff.snooze();
                }
                tail = tail_.load(relaxed);
            }
        }
    }
    void write_here(Token& token, S&& message) noexcept {
        Slot& slot = *static_cast<Slot*>(token.place);
        slot.place.put(std::move(message));
        slot.stamp.store(token.stamp + 1, release);  // pairs with the acquire in start_receive
        receivers_.notify();
    }

    bool start_receive(Token& token) noexcept {
        platform::Backoff backoff;
        std::uint64_t head = head_.load(relaxed);  // the exchange decides
        for (;;) {
            Slot& slot = slots_[head & (mark_ - 1)];
            const std::uint64_t stamp = slot.stamp.load(acquire);  // pairs with the release in write_here and abandon
            if ((stamp & ~mark_) == head + 1) {
                if (!head_.compare_exchange_weak(head, next(head), seq_cst, relaxed)) {  // as in start_send
                    backoff.spin();
                    continue;
                }
                if (stamp == head + 1) [[likely]] {
                    token = {.place = &slot, .stamp = head + lap_};
                    return true;
                }
                skip(slot, head);
                head = head_.load(relaxed);
            } else if (stamp == head) {
                const std::uint64_t tail = tail_.load(seq_cst);  // as the look at the head in start_send
                if ((tail & ~mark_) == head) {
                    token.place = nullptr;
                    return (tail & mark_) != 0;
                }
                backoff.spin();
                head = head_.load(relaxed);
            } else {
                backoff.snooze();
                head = head_.load(relaxed);
            }
        }
    }
    S read_here(Token& token) noexcept {
        Slot& slot = *static_cast<Slot*>(token.place);
        S message = slot.place.take();
        slot.stamp.store(token.stamp, release);  // pairs with the acquire in start_send
        senders_.notify();
        return message;
    }
    /// Frees a claimed slot whose sender gave up.
    void skip(Slot& slot, std::uint64_t head) noexcept {
        skipped_.fetch_add(1, relaxed);          // a number that stands for itself
        slot.stamp.store(head + lap_, release);  // pairs with the acquire in start_send
        senders_.notify();
    }

    /// Claims the next free slots with one exchange. What is seen free stays so while the tail stands: only senders use
    /// free slots up. Returns how many; the token's stamp is the first position.
    std::size_t claim_free(std::size_t most, Token& token) noexcept {
        std::uint64_t tail = tail_.load(relaxed);  // the exchange decides
        for (;;) {
            if ((tail & mark_) != 0) return 0;
            const std::size_t n = run_from(tail, 0, most);
            if (n == 0) return 0;
            if (tail_.compare_exchange_weak(tail, advanced(tail, n), seq_cst, relaxed)) {  // as in start_send
                token = {.place = this, .stamp = tail};
                return n;
            }
        }
    }
    /// Claims the next messages with one exchange, up to one that was given up. As claim_free.
    std::size_t claim_written(std::size_t most, Token& token) noexcept {
        std::uint64_t head = head_.load(relaxed);  // the exchange decides
        for (;;) {
            const std::size_t n = run_from(head, 1, most);
            if (n == 0) return 0;
            if (head_.compare_exchange_weak(head, advanced(head, n), seq_cst, relaxed)) {  // as in start_send
                token.stamp = head;
                return n;
            }
        }
    }
    /// How many slots from this position on, `most` at most, are stamped with their own position plus `offset`.
    [[nodiscard]] std::size_t run_from(std::uint64_t first, std::uint64_t offset, std::size_t most) const noexcept {
        const std::size_t limit = std::min(most, capacity_);
        if (limit == 0) return 0;
        const std::uint64_t last = advanced(first, limit - 1);
        // All of them are about to be written: their lines come side by side, and as this thread's own.
        if (slots_[last & (mark_ - 1)].stamp.load(relaxed) == last + offset) fetch(first & (mark_ - 1), limit);
        std::size_t n = 0;
        // Acquire pairs with the releases in read_here and receive_some, or in write_here and send_some.
        for (std::uint64_t at = first; n < limit && slots_[at & (mark_ - 1)].stamp.load(acquire) == at + offset;
             at = next(at))
            ++n;
        return n;
    }
    void fetch(std::size_t index, std::size_t n) const noexcept {
        constexpr std::size_t a_line = std::max<std::size_t>(1, cache_line / sizeof(Slot));
        const std::size_t until_end = std::min(n, capacity_ - index);
        for (std::size_t i = 0; i < until_end; i += a_line) platform::prefetch_for_write(&slots_[index + i]);
        for (std::size_t i = until_end; i < n; i += a_line) platform::prefetch_for_write(&slots_[i - until_end]);
    }

    /// Destroys what is in the ring, up to `tail`. The last receiver is gone, so nobody else takes; senders may still
    /// be writing what they have claimed.
    void discard_all(std::uint64_t tail) noexcept {
        platform::Backoff backoff;
        std::uint64_t head = head_.load(relaxed);  // only receivers move it
        while (head != tail) {
            Slot& slot = slots_[head & (mark_ - 1)];
            const std::uint64_t stamp = slot.stamp.load(acquire);  // pairs with the release in write_here
            if ((stamp & ~mark_) != head + 1) {
                backoff.snooze();
                continue;
            }
            skipped_.fetch_add(1, relaxed);  // a number that stands for itself
            const bool holds_message = stamp == head + 1;
            head = next(head);
            head_.store(head, seq_cst);  // before the message's destructor looks at the channel
            if (holds_message) slot.place.discard();
        }
    }

    alignas(cache_line) Atomic<std::uint64_t> head_{0};
    alignas(cache_line) Atomic<std::uint64_t> tail_{0};
    alignas(cache_line) const std::size_t capacity_;
    const std::uint64_t mark_;
    const std::uint64_t lap_;
    const std::unique_ptr<Slot[]> slots_;
    Atomic<std::uint64_t> abandoned_{0};  ///< claimed and never written
    Atomic<std::uint64_t> skipped_{0};    ///< passed by the head and never received
    alignas(cache_line) Waiters senders_;
    alignas(cache_line) Waiters receivers_;
};

}  // namespace grainscope::detail::channel
