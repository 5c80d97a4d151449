#include <grainscope/platform/parking.h>

#include <ctime>

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace grainscope::platform {

// A futex is 32 bits of plain memory: the atomic must be just that.
static_assert(sizeof(Atomic<std::uint32_t>) == 4 && Atomic<std::uint32_t>::is_always_lock_free);

void futex_wait(const Atomic<std::uint32_t>& word, std::uint32_t expected) noexcept {
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futex_wait_until(const Atomic<std::uint32_t>& word, std::uint32_t expected, std::uint64_t deadline_ns) noexcept {
    constexpr std::uint64_t second = 1'000'000'000;
    timespec deadline{};
    deadline.tv_sec = static_cast<time_t>(deadline_ns / second);
    deadline.tv_nsec = static_cast<long>(deadline_ns % second);
    // FUTEX_WAIT takes a duration; with a bit set it takes a moment of CLOCK_MONOTONIC.
    ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake_one(const Atomic<std::uint32_t>& word) noexcept {
    ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void yield_thread() noexcept { ::sched_yield(); }

}  // namespace grainscope::platform
