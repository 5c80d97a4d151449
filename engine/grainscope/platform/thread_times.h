// What the kernel says about a thread: its time on a core, and its time ready to run but waiting for one.
#pragma once

#include <cstdint>
#include <optional>

#include <time.h>

namespace grainscope::platform {

/// The kernel's identifier of the calling thread (gettid).
int current_tid() noexcept;

struct ThreadTimes {
    std::uint64_t on_cpu_ns = 0;    ///< time on a core
    std::uint64_t runnable_ns = 0;  ///< ready to run, but waiting for a core ("descheduled")
};

/// Reads the times of one thread of this process: on a core from its CPU clock, waiting for one from
/// /proc/self/task/TID/schedstat; keeps the file open. About 2 µs a reading. A thread that has ended, or a kernel
/// without schedstat, reads as nullopt.
class ThreadTimesReader {
  public:
    explicit ThreadTimesReader(int tid) noexcept;
    ThreadTimesReader(ThreadTimesReader&& other) noexcept;
    ThreadTimesReader& operator=(ThreadTimesReader&& other) noexcept;
    ~ThreadTimesReader();
    [[nodiscard]] std::optional<ThreadTimes> read() const noexcept;

  private:
    int fd_ = -1;
    clockid_t cpu_clock_ = 0;
};

/// CPU time of the calling thread (CLOCK_THREAD_CPUTIME_ID), about 0.6 µs.
std::uint64_t thread_cpu_ns() noexcept;

}  // namespace grainscope::platform
