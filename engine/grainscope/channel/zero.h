// The rendezvous: a channel without room, in which a sender and a receiver meet.
//
// As crossbeam-channel's flavors/zero.rs, but that who waits looks for a while before it parks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include <grainscope/channel/core.h>
#include <grainscope/channel/lock.h>
#include <grainscope/channel/packet.h>
#include <grainscope/channel/stored.h>
#include <grainscope/channel/wait_list.h>

namespace grainscope::detail::channel {

/// Whoever comes first puts a packet into its side's list and waits; whoever comes second chooses the first waiter of
/// the other side and completes the exchange through that packet. The lock is held for choosing alone.
template <class S>
class ZeroChannel final : public Channel<S> {
  public:
    static ZeroChannel* make(SpinPolicy policy) { return new ZeroChannel(policy); }

    // -- sending ------------------------------------------------------------------------------------------------------

    /// Moves from the message only if it is received. A deadline of deadline_passed does not wait.
    Outcome send(S& message, Instant deadline) {
        if (deadline == deadline_passed) return try_send(message);
        Packet<S> packet;
        Waiter waiter;
        Entry entry{.waiter = &waiter, .packet = &packet};
        WaitList::Chosen receiver;
        {
            const std::scoped_lock lock(lock_);
            receiver = choose(receivers_);
            if (!receiver.found) {
                if (disconnected_) return Outcome::disconnected;
                packet.fill_in_advance(std::move(message));
                senders_.add_selector(entry, false);
                receivers_.notify_observers();
            }
        }
        if (receiver.found) {
            hand_over(receiver, std::move(message));
            return Outcome::done;
        }
        const Selection ended = wait_for_partner(senders_, waiter, entry, deadline);
        if (ended == first_operation) {
            packet.wait_emptied();
            return Outcome::done;
        }
        leave(senders_, entry);
        std::destroy_at(&message);  // what it was moved from; S need not be assignable
        std::construct_at(&message, packet.take_back());
        return ended == cut_off ? Outcome::disconnected : Outcome::timed_out;
    }
    /// Hands over one message. Returns 1; 0: disconnected.
    template <class From>
    std::size_t send_some(std::span<From> messages) {
        if constexpr (std::is_const_v<From>) {
            S copy = messages.front();
            return send(copy, no_deadline) == Outcome::done ? 1 : 0;
        } else {
            return send(messages.front(), no_deadline) == Outcome::done ? 1 : 0;
        }
    }

    // -- receiving ----------------------------------------------------------------------------------------------------

    /// Takes a message through `sink(S&&)`, which does not throw. A deadline of deadline_passed does not wait.
    template <class Sink>
    Outcome receive(Sink&& sink, Instant deadline) {
        for (;;) {
            Packet<S> packet;
            Waiter waiter;
            Entry entry{.waiter = &waiter, .packet = &packet};
            WaitList::Chosen sender;
            {
                const std::scoped_lock lock(lock_);
                sender = choose(senders_);
                if (!sender.found) {
                    if (disconnected_) return Outcome::disconnected;
                    if (deadline == deadline_passed) return Outcome::not_ready;
                    receivers_.add_selector(entry, false);
                    senders_.notify_observers();
                }
            }
            if (sender.found) {
                sender.woken.wake();
                if (receive_from(static_cast<Packet<S>*>(sender.packet), sink)) return Outcome::done;
                continue;
            }
            const Selection ended = wait_for_partner(receivers_, waiter, entry, deadline);
            if (ended == first_operation) {
                if (!packet.wait_filled()) continue;
                sink(packet.take());
                return Outcome::done;
            }
            leave(receivers_, entry);
            return ended == cut_off ? Outcome::disconnected : Outcome::timed_out;
        }
    }
    /// Takes one message, if a sender waits with it. Returns how many.
    template <class Sink>
    std::size_t receive_some(Sink&& sink, std::size_t) {
        return receive(sink, deadline_passed) == Outcome::done ? 1 : 0;
    }

    // -- Core: a token's place is a packet, its stamp says whether it is the operation's own
    // ---------------------------

    bool start(Side side, Token& token) override {
        for (;;) {
            WaitList::Chosen partner;
            {
                const std::scoped_lock lock(lock_);
                partner = choose(side == Side::send ? receivers_ : senders_);
                if (!partner.found && !disconnected_) return false;
            }
            partner.woken.wake();
            token = {.place = partner.packet, .stamp = theirs};
            if (side == Side::send || !partner.found || is_filled(token)) return true;
        }
    }
    bool enlist(Side side, Entry& entry) override {
        if (entry.packet == nullptr)
            entry.packet = new (std::nothrow) Packet<S>(true);
        else
            static_cast<Packet<S>*>(entry.packet)->reset();
        if (entry.packet == nullptr) return true;  // no memory: the select tries again without parking
        const std::scoped_lock lock(lock_);
        list(side).add_selector(entry, true);
        other(side).notify_observers();
        return other(side).can_choose(entry.waiter) || disconnected_;
    }
    void delist(Side side, Entry& entry) noexcept override {
        leave(list(side), entry);
        auto* const packet = static_cast<Packet<S>*>(entry.packet);
        if (packet != nullptr && packet->is_on_heap()) delete packet;
    }
    bool accept(Side side, Token& token, Entry& entry) override {
        token = {.place = entry.packet, .stamp = own};
        return side == Side::send || is_filled(token);
    }
    void abandon(Token& token) noexcept override {
        auto* const packet = static_cast<Packet<S>*>(token.place);
        const bool waits = token.stamp == own && !packet->is_on_heap();
        uncount();
        packet->give_up();
        if (waits) packet->wait_emptied();
    }
    bool is_ready(Side side) const noexcept override {
        const std::scoped_lock lock(lock_);
        return (side == Side::send ? receivers_ : senders_).can_choose(nullptr) || disconnected_;
    }
    bool watch(Side side, Entry& entry) noexcept override {
        const std::scoped_lock lock(lock_);
        list(side).add_observer(entry);
        return other(side).can_choose(entry.waiter) || disconnected_;
    }
    void unwatch(Side side, Entry& entry) noexcept override {
        const std::scoped_lock lock(lock_);
        list(side).remove_observer(entry);
    }

    void write(Token& token, S&& message) noexcept override {
        auto* const packet = static_cast<Packet<S>*>(token.place);
        const bool waits = token.stamp == own && !packet->is_on_heap();
        packet->fill(std::move(message));
        if (waits) packet->wait_emptied();
    }
    S read(Token& token) noexcept override {
        auto* const packet = static_cast<Packet<S>*>(token.place);
        S message = packet->take();
        done_reading(packet, token.stamp);
        return message;
    }

    std::size_t len() const noexcept override { return 0; }
    std::optional<std::size_t> capacity() const noexcept override { return 0; }
    bool is_empty() const noexcept override { return true; }
    bool is_full() const noexcept override { return true; }
    bool is_disconnected() const noexcept override {
        const std::scoped_lock lock(lock_);
        return disconnected_;
    }

  protected:
    void senders_gone() noexcept override { disconnect(); }
    void receivers_gone() noexcept override { disconnect(); }
    void add_telemetry(ChannelTelemetry& telemetry) const override {
        const std::scoped_lock lock(lock_);
        telemetry.sent = telemetry.received = met_;
        const Blocked sending = senders_.blocked();
        const Blocked receiving = receivers_.blocked();
        telemetry.blocked_senders = sending.now;
        telemetry.send_blocked_ns = sending.total_ns;
        telemetry.blocked_receivers = receiving.now;
        telemetry.receive_blocked_ns = receiving.total_ns;
    }

  private:
    static constexpr std::uint64_t theirs = 0;
    static constexpr std::uint64_t own = 1;

    explicit ZeroChannel(SpinPolicy policy) noexcept : Channel<S>(Flavour::zero, policy, 0) {}

    [[nodiscard]] WaitList& list(Side side) noexcept { return side == Side::send ? senders_ : receivers_; }
    [[nodiscard]] WaitList& other(Side side) noexcept { return side == Side::send ? receivers_ : senders_; }
    [[nodiscard]] WaitList::Chosen choose(WaitList& from) noexcept {
        const WaitList::Chosen chosen = from.choose();
        if (chosen.found) ++met_;
        return chosen;
    }
    void uncount() noexcept {
        const std::scoped_lock lock(lock_);
        --met_;
    }

    Outcome try_send(S& message) {
        WaitList::Chosen receiver;
        {
            const std::scoped_lock lock(lock_);
            receiver = choose(receivers_);
            if (!receiver.found) return disconnected_ ? Outcome::disconnected : Outcome::not_ready;
        }
        hand_over(receiver, std::move(message));
        return Outcome::done;
    }
    /// The message first: a receiver that sleeps finds it when it wakes.
    static void hand_over(const WaitList::Chosen& receiver, S&& message) noexcept {
        static_cast<Packet<S>*>(receiver.packet)->fill(std::move(message));
        receiver.woken.wake();
    }
    /// From a packet that waited in the senders' list. False if its sender gave up.
    template <class Sink>
    bool receive_from(Packet<S>* packet, Sink&& sink) noexcept {
        if (!packet->wait_filled()) {
            done_reading(packet, theirs);
            return false;
        }
        sink(packet->take());
        done_reading(packet, theirs);
        return true;
    }
    /// For a receive's claim. False if the sender gave up: the claim is then used up.
    bool is_filled(const Token& token) noexcept {
        auto* const packet = static_cast<Packet<S>*>(token.place);
        if (packet->wait_filled()) return true;
        done_reading(packet, token.stamp);
        return false;
    }
    void done_reading(Packet<S>* packet, std::uint64_t whose) noexcept {
        if (packet->is_on_heap())
            delete packet;
        else if (whose == theirs)
            packet->release_emptied();
    }

    /// Counts as blocked only if it parks: a meeting of two running threads reads no clock.
    Selection wait_for_partner(WaitList& waiting, Waiter& waiter, Entry& entry, Instant deadline) noexcept {
        if (const Selection ended = waiter.spin(this->policy()); ended != still_waiting) return ended;
        {
            const std::scoped_lock lock(lock_);
            waiting.count_as_blocked(entry);
        }
        return waiter.park(deadline);
    }
    void leave(WaitList& waiting, Entry& entry) noexcept {
        const std::scoped_lock lock(lock_);
        waiting.remove_selector(entry);
    }
    void disconnect() noexcept {
        const std::scoped_lock lock(lock_);
        if (disconnected_) return;
        disconnected_ = true;
        senders_.disconnect();
        receivers_.disconnect();
    }

    alignas(cache_line) mutable Lock lock_;
    bool disconnected_ = false;
    std::uint64_t met_ = 0;  ///< exchanges
    WaitList senders_;
    WaitList receivers_;
};

}  // namespace grainscope::detail::channel
