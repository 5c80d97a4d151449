// Stands in for engine/grainscope/platform/parking.h in the model program.
#pragma once

#include <chrono>
#include <cstdint>

#include <grainscope/platform/atomic.h>

namespace grainscope::platform {

inline void futex_wait(const Atomic<std::uint32_t>& word, std::uint32_t expected,
                       model::Where where = model::Where::current()) noexcept {
    model::futex_wait(word.cell(), expected, nullptr, where);
}
/// Returns false if the deadline passed; both a wake-up and the deadline are tried.
inline bool futex_wait_until(const Atomic<std::uint32_t>& word, std::uint32_t expected,
                             std::chrono::steady_clock::time_point deadline,
                             model::Where where = model::Where::current()) noexcept {
    return model::futex_wait(word.cell(), expected, &deadline, where);
}
inline void futex_wait_until(const Atomic<std::uint32_t>& word, std::uint32_t expected, std::uint64_t deadline_ns,
                             model::Where where = model::Where::current()) noexcept {
    futex_wait_until(word, expected, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline_ns)),
                     where);
}
inline void futex_wake_one(const Atomic<std::uint32_t>& word, model::Where where = model::Where::current()) noexcept {
    model::futex_wake_one(word.cell(), where);
}
inline void cpu_relax(model::Where where = model::Where::current()) noexcept { model::yield(where); }
inline void yield_thread(model::Where where = model::Where::current()) noexcept { model::yield(where); }

}  // namespace grainscope::platform
