// The unbounded channel: a linked list of blocks of slots.
//
// As crossbeam-channel's flavors/list.rs, but that a block counts the messages read from it instead of marking each
// slot, and that one emptied block is kept for the next sender that needs one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <grainscope/channel/core.h>
#include <grainscope/channel/stored.h>
#include <grainscope/channel/wait_list.h>
#include <grainscope/platform/backoff.h>

namespace grainscope::detail::channel {

/// A position counts slots, `lap` to a block; the last of a lap belongs to no slot: while an end stands there, whoever
/// claimed the block's last slot installs the next block. An index is a position times two; its lowest bit means
///   - in the tail: the channel is disconnected,
///   - in the head: a later block exists, so that a receiver need not look at the tail.
/// Both ends move by compare-and-swap and then have the slot to themselves.
template <class S>
class ListChannel final : public Channel<S> {
  public:
    static ListChannel* make(SpinPolicy policy) { return new ListChannel(policy); }

    // -- sending ------------------------------------------------------------------------------------------------------

    /// Never waits. Moves from the message only if it is sent.
    Outcome send(S& message, Instant) {
        Token token;
        (void)claim_free(1, token);
        if (!token.has_place()) return Outcome::disconnected;
        write_here(token, std::move(message));
        return Outcome::done;
    }
    /// Sends what one block takes, moving from a span of S, copying from one of const S. Returns how many; 0:
    /// disconnected.
    template <class From>
    std::size_t send_some(std::span<From> messages) {
        Token token;
        const std::size_t count = claim_free(messages.size(), token);
        Slot* slot = static_cast<Slot*>(token.place);
        for (From& message : messages.first(count)) {
            ::new (slot->place.room()) S(static_cast<Forward<From>>(message));
            slot->state.store(written, release);  // pairs with the acquire in wait_written
            ++slot;
        }
        if (count > 0) receivers_.notify(count);
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
    /// Takes what one block holds through `sink(S&&)`, at most `most`, without waiting. Returns how many.
    template <class Sink>
    std::size_t receive_some(Sink&& sink, std::size_t most) {
        for (;;) {
            Token token;
            const std::size_t count = claim_written(most, token);
            if (count == 0 || !token.has_place()) return 0;
            Block* const block = reinterpret_cast<Block*>(token.stamp);
            Slot* slot = static_cast<Slot*>(token.place);
            std::size_t taken = 0;
            for (std::size_t i = 0; i < count; ++i, ++slot) {
                if (wait_written(*slot) == written) {
                    sink(slot->place.take());
                    ++taken;
                } else {
                    skipped_.fetch_add(1, relaxed);  // a number that stands for itself
                }
            }
            finish_reading(*block, count);
            if (taken > 0) return taken;
        }
    }

    // -- Core ---------------------------------------------------------------------------------------------------------

    bool start(Side side, Token& token) override {
        if (side == Side::receive) return start_receive(token);
        (void)claim_free(1, token);
        return true;
    }
    bool enlist(Side side, Entry& entry) override {
        if (side == Side::send) return true;
        receivers_.add_selector(entry);
        return is_ready(side);
    }
    void delist(Side side, Entry& entry) noexcept override {
        if (side == Side::receive) receivers_.remove_selector(entry);
    }
    void abandon(Token& token) noexcept override {
        abandoned_.fetch_add(1, relaxed);                                 // a number that stands for itself
        static_cast<Slot*>(token.place)->state.store(given_up, release);  // pairs with the acquire in wait_written
        receivers_.notify();
    }
    bool is_ready(Side side) const noexcept override { return side == Side::send || !is_empty() || is_disconnected(); }
    bool watch(Side side, Entry& entry) noexcept override {
        if (side == Side::send) return true;
        receivers_.add_observer(entry);
        return is_ready(side);
    }
    void unwatch(Side side, Entry& entry) noexcept override {
        if (side == Side::receive) receivers_.remove_observer(entry);
    }

    void write(Token& token, S&& message) noexcept override { write_here(token, std::move(message)); }
    S read(Token& token) noexcept override { return read_here(token); }

    std::size_t len() const noexcept override {
        for (;;) {
            const std::uint64_t tail = tail_.index.load(seq_cst);
            const std::uint64_t head = head_.index.load(seq_cst);
            if (tail_.index.load(seq_cst) == tail) return static_cast<std::size_t>(count(tail) - count(head));
        }
    }
    std::optional<std::size_t> capacity() const noexcept override { return std::nullopt; }
    bool is_empty() const noexcept override {
        const std::uint64_t head = head_.index.load(seq_cst);
        return head / 2 == tail_.index.load(seq_cst) / 2;
    }
    bool is_full() const noexcept override { return false; }
    bool is_disconnected() const noexcept override { return (tail_.index.load(seq_cst) & mark) != 0; }

  protected:
    void senders_gone() noexcept override {
        if ((tail_.index.fetch_or(mark, seq_cst) & mark) == 0) receivers_.disconnect();
    }
    void receivers_gone() noexcept override {
        tail_.index.fetch_or(mark, seq_cst);
        discard_all();
    }
    void add_telemetry(ChannelTelemetry& telemetry) const override {
        // The head first: nothing is received before it was sent.
        const std::uint64_t received = count(head_.index.load(seq_cst));
        telemetry.sent = count(tail_.index.load(seq_cst)) - abandoned_.load(relaxed);
        telemetry.received = received - skipped_.load(relaxed);
        const Blocked receiving = receivers_.blocked();
        telemetry.blocked_receivers = receiving.now;
        telemetry.receive_blocked_ns = receiving.total_ns;
    }

  private:
    static constexpr std::uint64_t lap = 32;
    static constexpr std::uint64_t slots_a_block = lap - 1;
    static constexpr std::uint64_t mark = 1;
    static constexpr std::uint64_t one = 2;  ///< the index of one position

    // States of a slot.
    static constexpr std::uint32_t unwritten = 0;
    static constexpr std::uint32_t written = 1;
    static constexpr std::uint32_t given_up = 2;  ///< its sender could not make the message

    struct Slot {
        Atomic<std::uint32_t> state{unwritten};
        Place<S> place;
    };
    struct Block {
        Atomic<Block*> next{nullptr};
        Atomic<std::uint32_t> read{0};  ///< messages read; whoever reads the last one has the block to itself
        Slot slots[slots_a_block];
    };
    struct alignas(cache_line) End {
        Atomic<std::uint64_t> index{0};
        Atomic<Block*> block{nullptr};
    };
    template <class From>
    using Forward = std::conditional_t<std::is_const_v<From>, From&, From&&>;

    explicit ListChannel(SpinPolicy policy) : Channel<S>(Flavour::list, policy, slots_a_block) {
        auto* const first = new Block;
        head_.block.store(first, relaxed);  // before anybody knows the channel
        tail_.block.store(first, relaxed);
    }
    /// The last owner: nobody else is there.
    ~ListChannel() override {
        discard_all();
        delete head_.block.load(relaxed);
        delete spare_.load(relaxed);
    }

    /// How many messages lie before this index.
    [[nodiscard]] static std::uint64_t count(std::uint64_t index) noexcept {
        const std::uint64_t position = index / 2;
        return position - position / lap;
    }

    [[nodiscard]] Block* take_block() {
        if (spare_.load(relaxed) != nullptr) {
            // Acquire pairs with the release in recycle.
            if (Block* const block = spare_.exchange(nullptr, acquire)) return block;
        }
        return new Block;
    }
    void recycle(Block* block) noexcept {
        block->next.store(nullptr, relaxed);  // all of this before the release below
        block->read.store(0, relaxed);
        for (Slot& slot : block->slots) slot.state.store(unwritten, relaxed);
        delete spare_.exchange(block, acq_rel);  // pairs with the exchange in take_block, and with itself
    }

    /// Claims up to `most` slots of the tail's block with one exchange. Returns how many, and the first in the token;
    /// 0: disconnected. May throw std::bad_alloc, with nothing claimed.
    std::size_t claim_free(std::size_t most, Token& token) {
        platform::Backoff backoff;
        std::uint64_t tail = tail_.index.load(acquire);  // pairs with the release in install
        Block* block = tail_.block.load(acquire);        // likewise
        std::unique_ptr<Block> next;
        for (;;) {
            if ((tail & mark) != 0) [[unlikely]] {
                token.place = nullptr;
                return 0;
            }
            const std::uint64_t offset = tail / 2 % lap;
            if (offset == slots_a_block) [[unlikely]] {
                backoff.snooze();
                tail = tail_.index.load(acquire);
                block = tail_.block.load(acquire);
                continue;
            }
            const std::uint64_t room = slots_a_block - offset;
            const std::uint64_t n = most < room ? most : room;
            // Made before the claim, so that others wait less, and so that running out of memory leaves no claim.
            if (n == room && next == nullptr) next.reset(take_block());
            // Sequentially consistent: write_here then looks for receivers that wait (Waiters).
            if (tail_.index.compare_exchange_weak(tail, tail + n * one, seq_cst, acquire)) {
                if (n == room) install(*block, next.release());
                token.place = &block->slots[offset];
                return n;
            }
            block = tail_.block.load(acquire);
            backoff.spin();
        }
    }
    /// Behind the claim of a block's last slot: all senders wait for this.
    void install(Block& block, Block* next) noexcept {
        tail_.block.store(next, release);     // pairs with the acquires in claim_free
        tail_.index.fetch_add(one, release);  // likewise; it keeps a mark that came meanwhile
        block.next.store(next, release);      // pairs with the acquire in wait_next
    }
    void write_here(Token& token, S&& message) noexcept {
        Slot& slot = *static_cast<Slot*>(token.place);
        slot.place.put(std::move(message));
        slot.state.store(written, release);  // pairs with the acquire in wait_written
        receivers_.notify();
    }

    /// Claims up to `most` messages of the head's block with one exchange: returns how many, the first slot in the
    /// token's place, the block in its stamp. 0: empty; the token has a place then unless disconnected.
    std::size_t claim_written(std::size_t most, Token& token) noexcept {
        platform::Backoff backoff;
        std::uint64_t head = head_.index.load(acquire);  // pairs with the release in advance_head
        Block* block = head_.block.load(acquire);        // likewise
        for (;;) {
            const std::uint64_t offset = head / 2 % lap;
            if (offset == slots_a_block) [[unlikely]] {
                backoff.snooze();
                head = head_.index.load(acquire);
                block = head_.block.load(acquire);
                continue;
            }
            std::uint64_t there = slots_a_block - offset;
            std::uint64_t later = head & mark;
            if (later == 0) {
                // Sequentially consistent, as the look of one who has just enlisted.
                const std::uint64_t tail = tail_.index.load(seq_cst);
                if (head / 2 == tail / 2) {
                    token.place = (tail & mark) != 0 ? nullptr : this;
                    return 0;
                }
                if (head / 2 / lap != tail / 2 / lap)
                    later = mark;
                else if (tail / 2 - head / 2 < there)
                    there = tail / 2 - head / 2;
            }
            const std::uint64_t n = most < there ? most : there;
            // Sequentially consistent: is_empty looks at it.
            if (head_.index.compare_exchange_weak(head, (head & ~mark) + n * one + later, seq_cst, acquire)) {
                if (offset + n == slots_a_block) advance_head(*block, (head & ~mark) + n * one);
                token = {.place = &block->slots[offset], .stamp = reinterpret_cast<std::uint64_t>(block)};
                return n;
            }
            block = head_.block.load(acquire);
            backoff.spin();
        }
    }
    /// Behind the claim of a block's last message: all receivers wait for this.
    void advance_head(Block& block, std::uint64_t index) noexcept {
        Block* const next = wait_next(block);
        const std::uint64_t later = next->next.load(relaxed) != nullptr ? mark : 0;  // a hint
        head_.block.store(next, release);                 // pairs with the acquires in claim_written
        head_.index.store(index + one + later, release);  // likewise
    }
    bool start_receive(Token& token) noexcept {
        for (;;) {
            if (claim_written(1, token) == 0) return !token.has_place();
            if (wait_written(*static_cast<Slot*>(token.place)) == written) [[likely]]
                return true;
            skipped_.fetch_add(1, relaxed);  // a number that stands for itself
            finish_reading(*reinterpret_cast<Block*>(token.stamp), 1);
        }
    }
    S read_here(Token& token) noexcept {
        S message = static_cast<Slot*>(token.place)->place.take();
        finish_reading(*reinterpret_cast<Block*>(token.stamp), 1);
        return message;
    }
    void finish_reading(Block& block, std::size_t n) noexcept {
        // Acquire and release: the last reader sees that all others have done with the block.
        const auto count = static_cast<std::uint32_t>(n);
        if (block.read.fetch_add(count, acq_rel) + count == slots_a_block) recycle(&block);
    }

    [[nodiscard]] static std::uint32_t wait_written(const Slot& slot) noexcept {
        platform::Backoff backoff;
        for (;;) {
            const std::uint32_t state = slot.state.load(acquire);  // pairs with the releases behind claim_free
            if (state != unwritten) [[likely]]
                return state;
            backoff.snooze();
        }
    }
    [[nodiscard]] static Block* wait_next(const Block& block) noexcept {
        platform::Backoff backoff;
        for (;;) {
            if (Block* const next = block.next.load(acquire)) return next;  // pairs with the release in install
            backoff.snooze();
        }
    }

    /// Destroys what is in the list. The last receiver is gone, so nobody else takes, and the channel is disconnected,
    /// so nobody claims; senders may still be writing what they have claimed.
    void discard_all() noexcept {
        Token token;
        while (const std::size_t n = claim_written(slots_a_block, token)) {
            Slot* slot = static_cast<Slot*>(token.place);
            for (std::size_t i = 0; i < n; ++i, ++slot) {
                skipped_.fetch_add(1, relaxed);  // a number that stands for itself
                if (wait_written(*slot) == written) slot->place.discard();
            }
            finish_reading(*reinterpret_cast<Block*>(token.stamp), n);
        }
    }

    End head_;
    End tail_;
    alignas(cache_line) Atomic<Block*> spare_{nullptr};
    Atomic<std::uint64_t> abandoned_{0};  ///< claimed and never written
    Atomic<std::uint64_t> skipped_{0};    ///< passed by the head and never received
    alignas(cache_line) Waiters receivers_;
};

}  // namespace grainscope::detail::channel
