// A worker's own ring of events: one producer (the worker), one consumer (the collector).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <grainscope/platform/atomic.h>
#include <grainscope/trace/event.h>

namespace grainscope::trace {

/// Single-producer single-consumer ring (Lamport's, with each side caching the other's index). push never waits and
/// never allocates: a full ring counts what it drops.
class EventRing {
  public:
    /// capacity: a power of two.
    explicit EventRing(std::size_t capacity)
        : mask_(capacity - 1), slots_(std::make_unique_for_overwrite<Event[]>(capacity)) {}

    /// Worker only. O(1), about 3 ns.
    void push(const Event& event) noexcept {
        const std::uint64_t tail = tail_.load(relaxed);  // own index: only this thread writes it
        if (tail - cached_head_ > mask_) {
            cached_head_ = head_.load(acquire);  // pairs with the release in drain: the slots were read before reuse
            if (tail - cached_head_ > mask_) {
                dropped_.store(dropped_.load(relaxed) + 1, relaxed);  // a lone statistic, written by this thread only
                return;
            }
        }
        slots_[tail & mask_] = event;
        tail_.store(tail + 1, release);  // pairs with the acquire in drain: the slot is whole before it is seen
    }

    /// Collector only. Calls sink(std::span<const Event>) for what is there, at most twice (the ring wraps), and frees
    /// it.
    template <class Sink>
    std::size_t drain(Sink&& sink) {
        const std::uint64_t head = head_.load(relaxed);  // own index
        const std::uint64_t tail = tail_.load(acquire);  // pairs with the release in push
        const std::size_t count = static_cast<std::size_t>(tail - head);
        if (count == 0) return 0;
        const std::size_t first = static_cast<std::size_t>(head & mask_);
        const std::size_t until_wrap = mask_ + 1 - first;
        if (count <= until_wrap) {
            sink(std::span<const Event>(&slots_[first], count));
        } else {
            sink(std::span<const Event>(&slots_[first], until_wrap));
            sink(std::span<const Event>(&slots_[0], count - until_wrap));
        }
        head_.store(tail, release);  // pairs with the acquire in push
        return count;
    }

    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(relaxed); }

  private:
    const std::uint64_t mask_;
    const std::unique_ptr<Event[]> slots_;
    alignas(cache_line) Atomic<std::uint64_t> tail_{0};
    std::uint64_t cached_head_ = 0;
    Atomic<std::uint64_t> dropped_{0};
    alignas(cache_line) Atomic<std::uint64_t> head_{0};
};

}  // namespace grainscope::trace
