// The bounded queue of many producers and many consumers: a ring of cells, each with a stamp that says whose turn it
// is.
//
// Dmitry Vyukov: "Bounded MPMC queue" (1024cores.net), in the form of crossbeam-queue's `ArrayQueue`.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/collections/cell.h>
#include <grainscope/collections/second_look.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/platform/backoff.h>

namespace grainscope {

/// A bounded queue: any thread may push and pop at any time, and nobody ever blocks. The memory for `capacity` elements
/// is allocated once. Each element comes out exactly once; what one thread pushed comes out in that order.
///
/// push and pop are O(1), one compare-and-swap each, and linearizable: a pop that answers "empty" and a push that
/// answers "full" were right at some moment during the call. Two threads that want the same cell wait for each other
/// only while one of them is moving an element.
///
/// T may be move-only. Where its move constructor may throw, elements lie in memory of their own, and a throw leaves
/// the queue as it was (push), or without the element, destroyed once (pop).
///
///     grainscope::ArrayQueue<int> queue(2);
///     (void)queue.push(1);
///     (void)queue.push(2);
///     std::expected<void, int> third = queue.push(3);  // full: third.error() == 3
///     std::optional<int> first = queue.pop();          // 1
template <class T>
class ArrayQueue {
    static_assert(std::is_object_v<T> && !std::is_const_v<T> && std::is_move_constructible_v<T>,
                  "ArrayQueue<T>: T is an object that can be moved");

  public:
    using value_type = T;

    /// Allocates `capacity` cells. Throws std::invalid_argument for 0, std::length_error for more than memory can
    /// address.
    explicit ArrayQueue(std::size_t capacity)
        : capacity_(checked(capacity)),
          one_lap_(std::bit_ceil(capacity + 1)),
          cells_(std::make_unique_for_overwrite<Slot[]>(capacity)) {
        for (std::size_t i = 0; i < capacity; ++i) cells_[i].stamp.store(i, relaxed);  // nobody else knows the queue
    }
    ArrayQueue(const ArrayQueue&) = delete;
    ArrayQueue& operator=(const ArrayQueue&) = delete;
    ~ArrayQueue() {
        for (std::size_t left = len(), head = head_.load(relaxed); left > 0; --left, head = after(head))
            cell(head).element.drop();
    }

    /// Puts an element at the end. A full queue hands it back.
    ///
    ///     grainscope::ArrayQueue<int> queue(1);
    ///     bool pushed = queue.push(10).has_value();  // true
    ///     int handed_back = queue.push(20).error();  // 20
    [[nodiscard]] std::expected<void, T> push(T value) {
        if constexpr (detail::travels_boxed<T>) {
            auto parcel = detail::wrap<T>(std::move(value));
            if (try_push(parcel)) return {};
            return std::unexpected<T>(detail::unwrap<T>(std::move(parcel)));
        } else {
            if (try_push(value)) [[likely]]
                return {};
            return std::unexpected<T>(std::move(value));
        }
    }

    /// Puts an element at the end and, where there is no room, takes out the oldest, which is returned: a ring of the
    /// latest `capacity` elements.
    ///
    ///     grainscope::ArrayQueue<int> latest(2);
    ///     latest.force_push(1);
    ///     latest.force_push(2);
    ///     std::optional<int> oldest = latest.force_push(3);  // 1
    std::optional<T> force_push(T value) {
        auto parcel = detail::wrap<T>(std::move(value));
        platform::Backoff backoff;
        for (;;) {
            if (try_push(parcel)) return std::nullopt;
            if (auto oldest = replace_oldest(parcel)) return detail::unwrap<T>(std::move(*oldest));
            backoff.spin();
        }
    }

    /// Takes the oldest element, or nothing from an empty queue.
    [[nodiscard]] std::optional<T> pop() {
        std::size_t head = head_.load(seq_cst);
        // Acquire pairs with the release in try_push: the element. The exchange, as all of head_ and tail_, is
        // sequentially consistent: the proofs of "empty" and "full" need one order.
        if (cell(head).stamp.load(acquire) != head + 1 ||
            !head_.compare_exchange_strong(head, after(head), seq_cst, relaxed)) [[unlikely]] {
            if (!claim_oldest_slowly(head)) return std::nullopt;
        }
        return take(cell(head), head + one_lap_);
    }

    /// How many elements there are. While others push and pop: how many there were at a moment during the call.
    [[nodiscard]] std::size_t len() const noexcept {
        for (;;) {
            const std::size_t tail = tail_.load(seq_cst);
            const std::size_t head = head_.load(seq_cst);
            if (tail_.load(seq_cst) != tail) continue;  // the two belong to one moment if the tail stood still
            const std::size_t head_index = head & (one_lap_ - 1);
            const std::size_t tail_index = tail & (one_lap_ - 1);
            if (head_index < tail_index) return tail_index - head_index;
            if (head_index > tail_index) return capacity_ - head_index + tail_index;
            return tail == head ? 0 : capacity_;
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return len(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool is_empty() const noexcept {
        const std::size_t head = head_.load(seq_cst);  // first, so that an equal tail was equal at one moment
        return tail_.load(seq_cst) == head;
    }
    [[nodiscard]] bool empty() const noexcept { return is_empty(); }
    [[nodiscard]] bool is_full() const noexcept {
        const std::size_t tail = tail_.load(seq_cst);
        return head_.load(seq_cst) + one_lap_ == tail;
    }

    /// All elements in their order; the queue is empty afterwards. For its only user.
    [[nodiscard]] std::vector<T> into_vector() && {
        std::vector<T> elements;
        elements.reserve(len());
        while (std::optional<T> element = pop()) elements.push_back(std::move(*element));
        return elements;
    }

  private:
    struct Slot {
        Atomic<std::size_t> stamp;  ///< a tail: that push may write; a tail + 1: the pop with that head may read
        detail::Cell<T> element;
    };

    static std::size_t checked(std::size_t capacity) {
        if (capacity == 0) throw std::invalid_argument("ArrayQueue: the capacity is 0; it must be at least 1");
        constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(Slot);
        if (capacity > most) {
            throw std::length_error("ArrayQueue: the capacity is " + std::to_string(capacity) + "; at most " +
                                    std::to_string(most) + " elements of this type fit into memory");
        }
        return capacity;
    }

    // A head or a tail is an index below capacity_ in its low bits, and above them the lap: how often it came around.
    [[nodiscard]] Slot& cell(std::size_t position) const noexcept { return cells_[position & (one_lap_ - 1)]; }
    [[nodiscard]] std::size_t after(std::size_t position) const noexcept {
        const std::size_t next = position + 1;
        return (next & (one_lap_ - 1)) < capacity_ ? next : (position & ~(one_lap_ - 1)) + one_lap_;
    }

    /// False: the queue was full, and the parcel is as before.
    bool try_push(detail::Parcel<T>& parcel) noexcept {
        std::size_t tail = tail_.load(seq_cst);
        Slot& slot = cell(tail);
        // Acquire pairs with the release in take: the cell is free.
        if (slot.stamp.load(acquire) == tail && tail_.compare_exchange_strong(tail, after(tail), seq_cst, relaxed))
            [[likely]] {
            put(slot, tail, parcel);
            return true;
        }
        return try_push_slowly(parcel);
    }
    /// The same, for when others are in the way or the queue is full.
    [[gnu::noinline]] bool try_push_slowly(detail::Parcel<T>& parcel) noexcept {
        platform::Backoff backoff;
        for (bool first_look = true;; first_look = false) {
            std::size_t tail = tail_.load(seq_cst);
            Slot& slot = cell(tail);
            const std::size_t stamp = slot.stamp.load(acquire);  // as above
            if (stamp == tail) {
                if (tail_.compare_exchange_strong(tail, after(tail), seq_cst, relaxed)) {
                    put(slot, tail, parcel);
                    return true;
                }
                backoff.spin();
            } else if (stamp + one_lap_ == tail + 1 && first_look) {
                detail::let_others_get_on();
            } else if (stamp + one_lap_ == tail + 1) {
                // The element of the lap before is still here. If the head is there as well, the queue was full at
                // that moment: the tail only grows, and never gets more than a lap ahead.
                if (head_.load(seq_cst) + one_lap_ == tail) return false;
                backoff.snooze();
            } else {
                backoff.snooze();
            }
        }
    }
    /// Claims the oldest element, for when others are in the way. False: the queue was empty.
    [[nodiscard, gnu::noinline]] bool claim_oldest_slowly(std::size_t& head) noexcept {
        platform::Backoff backoff;
        for (bool first_look = true;; first_look = false) {
            head = head_.load(seq_cst);
            const std::size_t stamp = cell(head).stamp.load(acquire);  // as in pop
            if (stamp == head + 1) {
                if (head_.compare_exchange_strong(head, after(head), seq_cst, relaxed)) return true;
                backoff.spin();
            } else if (stamp == head && first_look) {
                detail::let_others_get_on();
            } else if (stamp == head) {
                // Nothing was put here in this lap. If the tail stands here too, the queue was empty at that moment:
                // the head only grows and never overtakes the tail.
                if (tail_.load(seq_cst) == head) return false;
                backoff.snooze();
            } else {
                backoff.snooze();
            }
        }
    }

    void put(Slot& slot, std::size_t tail, detail::Parcel<T>& parcel) noexcept {
        slot.element.put(std::move(parcel));
        slot.stamp.store(tail + 1, release);  // pairs with the acquire in pop
    }

    /// Moves head and tail on together by one element, if the queue is full.
    std::optional<detail::Parcel<T>> replace_oldest(detail::Parcel<T>& parcel) noexcept {
        const std::size_t tail = tail_.load(seq_cst);
        Slot& slot = cell(tail);
        if (slot.stamp.load(acquire) + one_lap_ != tail + 1) return std::nullopt;  // pairs with try_push: the element
        std::size_t head = tail - one_lap_;
        if (!head_.compare_exchange_strong(head, after(tail) - one_lap_, seq_cst, relaxed)) return std::nullopt;
        // The oldest is ours, and so is its cell: no push gets past a tail whose cell is taken.
        tail_.store(after(tail), seq_cst);
        std::optional<detail::Parcel<T>> oldest(slot.element.take());
        slot.element.put(std::move(parcel));
        slot.stamp.store(tail + 1, release);  // pairs with the acquire in pop
        return oldest;
    }

    [[nodiscard]] std::optional<T> take(Slot& slot, std::size_t next_stamp) {
        if constexpr (detail::travels_boxed<T>) {
            auto parcel = slot.element.take();
            slot.stamp.store(next_stamp, release);  // pairs with the acquire in try_push
            return detail::unwrap<T>(std::move(parcel));
        } else {
            std::optional<T> element(slot.element.take());
            slot.stamp.store(next_stamp, release);  // as above
            return element;
        }
    }

    alignas(cache_line) Atomic<std::size_t> head_{0};
    alignas(cache_line) Atomic<std::size_t> tail_{0};
    alignas(cache_line) std::size_t capacity_;
    std::size_t one_lap_;
    std::unique_ptr<Slot[]> cells_;
};

}  // namespace grainscope
