// Numbers that go up, and numbers that go up and down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/platform/atomic.h>

namespace grainscope {

/// How often something happened. One atomic number: the cheapest for one thread, while threads that count at the same
/// time pass its cache line around.
///
/// Any thread may do anything at any time. A counter never goes down; past 2^64 - 1 it starts again at 0. Counting
/// orders nothing else: who has read a count has not seen what was done before it was counted.
///
///     grainscope::Counter requests;
///     requests.increment();
///     requests.add(4);
///     std::uint64_t seen = requests.value();  // 5
class Counter {
  public:
    void increment() noexcept { add(1); }
    void add(std::uint64_t n) noexcept { value_.fetch_add(n, relaxed); }  // a number by itself: nothing pairs with it
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(relaxed); }  // as in add

  private:
    Atomic<std::uint64_t> value_{0};
};

/// The same, as one number per core on cache lines of their own: threads that count at the same time do not disturb
/// each other, and value() adds the parts up, O(cores). A thread keeps to one part. What a thread has counted it sees
/// in value(), and two calls of value() by one thread never go down.
///
///     grainscope::ShardedCounter bytes;
///     bytes.add(512);
///     std::uint64_t seen = bytes.value();  // 512
class ShardedCounter {
  public:
    /// As many parts as this process has cores, rounded up to a power of two. Throws std::bad_alloc.
    ShardedCounter();
    /// `shards` parts, rounded up to a power of two. Throws std::invalid_argument for 0.
    explicit ShardedCounter(std::size_t shards);

    void increment() noexcept { add(1); }
    void add(std::uint64_t n) noexcept {
        shards_[this_threads_number() & mask_].value.fetch_add(n, relaxed);  // as in Counter
    }
    [[nodiscard]] std::uint64_t value() const noexcept {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i <= mask_; ++i) sum += shards_[i].value.load(relaxed);  // as in Counter
        return sum;
    }
    [[nodiscard]] std::size_t shards() const noexcept { return mask_ + 1; }

  private:
    struct alignas(cache_line) Shard {
        Atomic<std::uint64_t> value{0};
    };

    /// Threads are numbered as they first count, so that the first ones share no part.
    static std::size_t this_threads_number() noexcept {
        if (number_ == 0) [[unlikely]]
            number_ = next_number_.fetch_add(1, relaxed) + 1;  // a number by itself
        return number_ - 1;
    }

    static thread_local constinit std::size_t number_ [[gnu::tls_model("initial-exec")]];
    static Atomic<std::size_t> next_number_;

    std::size_t mask_;
    std::unique_ptr<Shard[]> shards_;
};

/// A number that goes up and down, and below zero: a length, a temperature, how many are at work.
///
///     grainscope::Gauge at_work;
///     at_work.add(3);
///     at_work.sub(1);
///     std::int64_t now = at_work.value();  // 2
class Gauge {
  public:
    void set(std::int64_t value) noexcept { value_.store(value, relaxed); }             // as in Counter
    void add(std::int64_t n) noexcept { value_.fetch_add(n, relaxed); }                 // as in Counter
    void sub(std::int64_t n) noexcept { value_.fetch_sub(n, relaxed); }                 // as in Counter
    [[nodiscard]] std::int64_t value() const noexcept { return value_.load(relaxed); }  // as in Counter

  private:
    Atomic<std::int64_t> value_{0};
};

}  // namespace grainscope
