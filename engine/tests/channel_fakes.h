// Messages that count, refuse and throw, and threads that are joined: what the tests of the channels share.
#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/channel/channel.h>

namespace grainscope::channel_test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int scale = 10;  ///< what is run ten times less under a sanitizer
#else
inline constexpr int scale = 1;
#endif

/// Counts how many of its kind are alive. Movable only.
class Counted {
  public:
    explicit Counted(std::atomic<int>& alive, int value = 0) : alive_(&alive), value_(value) { ++*alive_; }
    Counted(Counted&& other) noexcept : alive_(other.alive_), value_(other.value_) { ++*alive_; }
    Counted& operator=(Counted&& other) noexcept {
        value_ = other.value_;
        return *this;
    }
    ~Counted() { --*alive_; }
    [[nodiscard]] int value() const { return value_; }

  private:
    std::atomic<int>* alive_;
    int value_;
};

/// Its move throws while it is armed.
class Fragile {
  public:
    explicit Fragile(int value) : value_(value) {}
    Fragile(Fragile&& other) : value_(other.value_) {  // NOLINT: may throw, which is the point
        if (armed && --moves_left < 0) throw std::runtime_error("fragile");
    }
    Fragile& operator=(Fragile&&) = default;
    [[nodiscard]] int value() const { return value_; }

    static inline thread_local bool armed = false;
    static inline thread_local int moves_left = 0;

  private:
    int value_;
};

/// Four threads send each number below `messages` once and four receive: every one arrives four times.
inline void exchange_between_many_threads(Sender<int> tx, Receiver<int> rx, int messages) {
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(messages));
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([tx, messages] {
            for (int i = 0; i < messages; ++i) tx.send(i).value();
        });
        threads.emplace_back([rx, &seen] {
            for (const int& message : rx) ++seen[static_cast<std::size_t>(message)];
        });
    }
    tx.reset();
    threads.clear();
    for (const auto& count : seen) EXPECT_EQ(count, 4);
}

/// Waits, without sleeping, until other threads have made it true.
template <class Condition>
void wait_until(Condition&& condition) {
    while (!condition()) std::this_thread::yield();
}

/// Waits until so many threads have parked in the channel.
template <class Handle>
void wait_blocked_senders(const Handle& handle, std::size_t count) {
    wait_until([&] { return handle.telemetry().blocked_senders == count; });
}
template <class Handle>
void wait_blocked_receivers(const Handle& handle, std::size_t count) {
    wait_until([&] { return handle.telemetry().blocked_receivers == count; });
}

/// A seed of its own for every run, printed when the test fails.
inline std::uint64_t seed() {
    static const std::uint64_t value = std::random_device()();
    return value;
}

}  // namespace grainscope::channel_test
