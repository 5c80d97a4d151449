// The unbounded queue of many producers and many consumers: a list of blocks of 31 cells.
//
// The algorithm is that of crossbeam-queue's `SegQueue`: positions are claimed by one compare-and-swap, every 32nd of
// them is the door to the next block, and the last reader of a block frees it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/collections/cell.h>
#include <grainscope/collections/second_look.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/platform/backoff.h>

namespace grainscope {

/// An unbounded queue: any thread may push and pop at any time. Each element comes out exactly once; what one thread
/// pushed comes out in that order. Memory grows by a block for every 31 elements, and is freed as they are taken; the
/// queue keeps one block in reserve.
///
/// push and pop are O(1), one compare-and-swap each, and linearizable. push throws std::bad_alloc, and then nothing was
/// pushed. T may be move-only; where its move constructor may throw, elements lie in memory of their own, as in
/// ArrayQueue.
///
///     grainscope::SegQueue<std::string> queue;
///     queue.push("first");
///     queue.push("second");
///     std::optional<std::string> first = queue.pop();  // "first"
template <class T>
class SegQueue {
    static_assert(std::is_object_v<T> && !std::is_const_v<T> && std::is_move_constructible_v<T>,
                  "SegQueue<T>: T is an object that can be moved");

  public:
    using value_type = T;

    /// Allocates nothing.
    SegQueue() = default;
    SegQueue(const SegQueue&) = delete;
    SegQueue& operator=(const SegQueue&) = delete;
    ~SegQueue() {
        Block* block = head_.block.load(relaxed);  // the only user: nobody else is left
        const std::size_t tail = tail_.index.load(relaxed) & ~has_next;
        for (std::size_t head = head_.index.load(relaxed) & ~has_next; head != tail; head += one) {
            if (offset_of(head) < block_capacity) {
                block->cells[offset_of(head)].element.drop();
            } else {
                delete std::exchange(block, block->next.load(relaxed));  // as above
            }
        }
        delete block;
        delete spare_.load(relaxed);  // as above
    }

    /// Puts an element at the end.
    void push(T value) {
        auto parcel = detail::wrap<T>(std::move(value));
        std::size_t tail = tail_.index.load(acquire);  // pairs with the release in open_next: the block belongs to it
        Block* block = tail_.block.load(acquire);      // pairs with the releases that installed it: it is whole
        std::unique_ptr<Block> next;
        platform::Backoff backoff;
        for (;;) {
            const std::size_t offset = offset_of(tail);
            if (offset == block_capacity) {  // somebody is about to install the next block
                backoff.snooze();
            } else if (block == nullptr) [[unlikely]] {
                install_first(next);
            } else {
                if (offset + 1 == block_capacity && next == nullptr) next = new_block();
                if (tail_.index.compare_exchange_weak(tail, tail + one, seq_cst, acquire)) [[likely]] {
                    if (offset + 1 == block_capacity) open_next(*block, tail, next.release());
                    block->cells[offset].element.put(std::move(parcel));
                    // Release pairs with the acquire in pop: the element.
                    block->cells[offset].state.fetch_or(written, release);
                    if (next != nullptr) recycle(next.release());
                    return;
                }
                backoff.spin();
            }
            tail = tail_.index.load(acquire);  // as above
            block = tail_.block.load(acquire);
        }
    }

    /// Takes the oldest element, or nothing from an empty queue.
    [[nodiscard]] std::optional<T> pop() {
        std::size_t head = head_.index.load(seq_cst);
        Block* block = head_.block.load(acquire);  // pairs with the release in enter_next
        platform::Backoff backoff;
        bool first_look = true;
        for (;;) {
            const std::size_t offset = offset_of(head);
            if (offset == block_capacity) {  // somebody is about to enter the next block
                backoff.snooze();
            } else {
                std::size_t next_head = head + one;
                if ((next_head & has_next) == 0) {
                    // The head only grows and never overtakes the tail: if they are equal now, the queue is empty.
                    const std::size_t tail = tail_.index.load(seq_cst);
                    if (head / one == tail / one) {
                        if (!std::exchange(first_look, false)) return std::nullopt;
                        detail::let_others_get_on();
                        head = head_.index.load(seq_cst);
                        block = head_.block.load(acquire);  // as above
                        continue;
                    }
                    if (head / one / lap != tail / one / lap) next_head |= has_next;
                }
                if (block == nullptr) [[unlikely]] {  // the first push is at work
                    backoff.snooze();
                } else if (head_.index.compare_exchange_weak(head, next_head, seq_cst, acquire)) [[likely]] {
                    if (offset + 1 == block_capacity) enter_next(*block, next_head);
                    return take(*block, offset);
                } else {
                    backoff.spin();
                }
            }
            head = head_.index.load(seq_cst);
            block = head_.block.load(acquire);  // as above
        }
    }

    /// How many elements there are. While others push and pop: how many there were at a moment during the call.
    [[nodiscard]] std::size_t len() const noexcept {
        for (;;) {
            std::size_t tail = tail_.index.load(seq_cst);
            std::size_t head = head_.index.load(seq_cst);
            if (tail_.index.load(seq_cst) != tail) continue;  // the two belong to one moment if the tail stood still
            tail = tail / one;
            head = head / one;
            // The door at the end of a block counts as the first place of the next one; each block has one door.
            if (tail % lap == block_capacity) ++tail;
            if (head % lap == block_capacity) ++head;
            return tail - head - (tail / lap - head / lap);
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return len(); }
    [[nodiscard]] bool is_empty() const noexcept {
        const std::size_t head = head_.index.load(seq_cst);  // first, so that an equal tail was equal at one moment
        return tail_.index.load(seq_cst) / one == head / one;
    }
    [[nodiscard]] bool empty() const noexcept { return is_empty(); }

    /// All elements in their order; the queue is empty afterwards. For its only user.
    [[nodiscard]] std::vector<T> into_vector() && {
        std::vector<T> elements;
        elements.reserve(len());
        while (std::optional<T> element = pop()) elements.push_back(std::move(*element));
        return elements;
    }

  private:
    // A position: its lowest bit says, in the head alone, that the block is not the last one. Above it stands a number
    // that runs over the cells of a block and its door, the 32nd.
    static constexpr std::size_t has_next = 1;
    static constexpr std::size_t one = 2;
    static constexpr std::size_t lap = 32;
    static constexpr std::size_t block_capacity = lap - 1;

    // The states of a cell, as bits.
    static constexpr std::uint32_t written = 1;     ///< the element is there
    static constexpr std::uint32_t was_read = 2;    ///< the element was taken, and its reader is done with the block
    static constexpr std::uint32_t destroying = 4;  ///< who frees the block waits for this cell's reader to go on

    struct Slot {
        detail::Cell<T> element;
        Atomic<std::uint32_t> state{0};
    };
    struct Block {
        Atomic<Block*> next{nullptr};
        std::array<Slot, block_capacity> cells;
    };
    struct Position {
        Atomic<std::size_t> index{0};
        Atomic<Block*> block{nullptr};
    };

    static std::size_t offset_of(std::size_t position) noexcept { return position / one % lap; }

    std::unique_ptr<Block> new_block() {
        if (Block* const kept = spare_.load(relaxed); kept != nullptr) {
            // Acquire pairs with the release in recycle: the states are back at their beginning.
            if (Block* const block = spare_.exchange(nullptr, acquire)) return std::unique_ptr<Block>(block);
        }
        return std::unique_ptr<Block>(new Block);  // not value-initialised: the cells hold nothing
    }
    /// Keeps a block that nobody uses for the next that is needed, or frees it.
    void recycle(Block* block) noexcept {
        if (spare_.load(relaxed) == nullptr) {
            block->next.store(nullptr, relaxed);  // this and the states: published by the exchange
            for (Slot& slot : block->cells) slot.state.store(0, relaxed);
            Block* none = nullptr;
            if (spare_.compare_exchange_strong(none, block, release, relaxed)) return;  // pairs as in new_block
        }
        delete block;
    }

    void install_first(std::unique_ptr<Block>& next) {
        if (next == nullptr) next = new_block();
        Block* none = nullptr;
        if (!tail_.block.compare_exchange_strong(none, next.get(), release, relaxed)) return;  // pairs as in push
        head_.block.store(next.release(), release);                                            // pairs as in pop
    }

    /// By the push that took the last cell of a block.
    void open_next(Block& block, std::size_t tail, Block* next) noexcept {
        tail_.block.store(next, release);            // pairs with the acquires in push
        tail_.index.store(tail + 2 * one, seq_cst);  // past the door
        block.next.store(next, release);             // pairs with the acquire in enter_next
    }
    /// By the pop that took the last cell of a block.
    void enter_next(Block& block, std::size_t next_head) noexcept {
        Block* next = nullptr;
        for (platform::Backoff backoff; (next = block.next.load(acquire)) == nullptr;) backoff.snooze();
        std::size_t index = (next_head & ~has_next) + one;
        if (next->next.load(relaxed) != nullptr) index |= has_next;  // a hint; unset, it makes pops look at the tail
        head_.block.store(next, release);                            // pairs with the acquires in pop
        head_.index.store(index, seq_cst);
    }

    [[nodiscard]] std::optional<T> take(Block& block, std::size_t offset) {
        Slot& slot = block.cells[offset];
        // Acquire pairs with the release in push: the element.
        for (platform::Backoff backoff; (slot.state.load(acquire) & written) == 0;) backoff.snooze();
        auto parcel = slot.element.take();
        if (offset + 1 == block_capacity) {
            destroy(block, 0);
        } else if ((slot.state.fetch_or(was_read, acq_rel) & destroying) != 0) {
            destroy(block, offset + 1);  // acq_rel pairs with itself in destroy: who comes second frees the block
        }
        return detail::unwrap<T>(std::move(parcel));
    }
    /// Frees the block, or leaves that to the first of its readers from `start` on that is still at work.
    void destroy(Block& block, std::size_t start) noexcept {
        for (std::size_t i = start; i + 1 < block_capacity; ++i) {
            Atomic<std::uint32_t>& state = block.cells[i].state;
            if ((state.load(acquire) & was_read) == 0 && (state.fetch_or(destroying, acq_rel) & was_read) == 0) return;
        }
        recycle(&block);
    }

    alignas(cache_line) Position head_;
    alignas(cache_line) Position tail_;
    alignas(cache_line) Atomic<Block*> spare_{nullptr};
};

}  // namespace grainscope
