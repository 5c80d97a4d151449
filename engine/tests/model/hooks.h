// What the stand-ins for platform/ call: every operation on a word that threads share goes through here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>

namespace grainscope::model {

using Where = std::source_location;

/// What stands behind an Atomic: its newest value, and its place in the execution's memory.
struct Cell {
    static constexpr std::uint32_t none = 0;
    static constexpr std::uint32_t dead = 0xDDDD'DDDD;  ///< also what freed memory is filled with

    std::uint64_t bits = 0;
    std::uint32_t execution = none;  ///< in which it was made or first used
    std::uint32_t location = none;   ///< its number there, from 1
    std::uint16_t maker = 0;         ///< the thread that made it, and when: its first value is no atomic store
    std::uint16_t made = 0;
};

void construct(Cell& cell) noexcept;
void destroy(Cell& cell) noexcept;

[[nodiscard]] std::uint64_t load(const Cell& cell, std::memory_order order, const Where& where) noexcept;
void store(Cell& cell, std::uint64_t bits, std::memory_order order, const Where& where) noexcept;

/// A read-modify-write in two halves, which nothing can come between.
[[nodiscard]] std::uint64_t begin_update(Cell& cell, std::memory_order order, const Where& where) noexcept;
void end_update(Cell& cell, std::uint64_t bits, std::memory_order order) noexcept;

/// Stores if the cell holds `expected`; else puts what it holds there.
[[nodiscard]] bool compare_exchange(Cell& cell, std::uint64_t& expected, std::uint64_t desired,
                                    std::memory_order success, std::memory_order failure, bool weak,
                                    const Where& where) noexcept;

void fence(std::memory_order order, const Where& where) noexcept;
[[nodiscard]] bool fences_are_asymmetric() noexcept;
void heavy_fence(const Where& where) noexcept;

using Deadline = std::chrono::steady_clock::time_point;
/// Blocks while the cell holds `expected`; a deadline may pass at any moment, unless somebody wakes it before.
/// Returns false if the deadline passed.
bool futex_wait(const Cell& word, std::uint32_t expected, const Deadline* deadline, const Where& where) noexcept;
void futex_wake_one(const Cell& word, const Where& where) noexcept;

/// Not scheduled again until another thread has changed something.
void yield(const Where& where) noexcept;

/// A further thread, for code that starts its own. Returns its number, for join_thread.
[[nodiscard]] std::size_t start_thread(std::move_only_function<void()> body, const Where& where) noexcept;
void join_thread(std::size_t thread, const Where& where) noexcept;

// -- locks (pthread_mutex_t and pthread_cond_t, by their addresses) ---------------------------------------------------

/// Whether the caller runs inside an execution, so that its locks are the model's.
[[nodiscard]] bool is_running() noexcept;
bool lock(const void* mutex, bool may_block) noexcept;
void unlock(const void* mutex) noexcept;
/// Returns false if the deadline passed.
bool wait(const void* condition, const void* mutex, const Deadline* deadline) noexcept;
void notify(const void* condition, bool all) noexcept;
[[nodiscard]] Deadline now() noexcept;
/// The time passes for once: for code that looks how long it has been at something.
void let_time_pass(std::chrono::nanoseconds by) noexcept;
void at_thread_exit(void (*destructor)(void*), void* object) noexcept;

// -- plain memory -----------------------------------------------------------------------------------------------------

/// When each thread last touched a plain value.
struct Touches {
    static constexpr std::uint32_t mark = 0x600D'DA7A;
    std::uint32_t alive = mark;
    std::uint32_t execution = 0;
    std::uint16_t writer = 0;
    std::uint16_t written = 0;
    std::uint16_t read[8] = {};
};
/// Fail if another thread's touch is not ordered before this one.
void plain_read(Touches& touches, const Where& where) noexcept;
void plain_write(Touches& touches, const Where& where) noexcept;

[[noreturn]] void fail(const char* what, const Where& where) noexcept;

}  // namespace grainscope::model
