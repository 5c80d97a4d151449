#include <grainscope/platform/thread_times.h>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <utility>

namespace grainscope::platform {

int current_tid() noexcept { return static_cast<int>(::syscall(SYS_gettid)); }

namespace {
/// The clock of the CPU time of one thread, as pthread_getcpuclockid would name it for a thread that is known by its
/// kernel's identifier only (the kernel's CPUCLOCK_PERTHREAD_MASK and CPUCLOCK_SCHED).
clockid_t cpu_clock_of(int tid) noexcept { return static_cast<clockid_t>(~static_cast<unsigned>(tid) << 3U | 6U); }

std::uint64_t nanoseconds(const timespec& time) noexcept {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}
}  // namespace

ThreadTimesReader::ThreadTimesReader(int tid) noexcept : cpu_clock_(cpu_clock_of(tid)) {
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/task/%d/schedstat", tid);
    fd_ = ::open(path.data(), O_RDONLY | O_CLOEXEC);
}

ThreadTimesReader::ThreadTimesReader(ThreadTimesReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), cpu_clock_(other.cpu_clock_) {}

ThreadTimesReader& ThreadTimesReader::operator=(ThreadTimesReader&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(cpu_clock_, other.cpu_clock_);
    return *this;
}

ThreadTimesReader::~ThreadTimesReader() {
    if (fd_ >= 0) ::close(fd_);
}

std::optional<ThreadTimes> ThreadTimesReader::read() const noexcept {
    if (fd_ < 0) return std::nullopt;
    std::array<char, 96> text{};
    const ssize_t size = ::pread(fd_, text.data(), text.size(), 0);
    if (size <= 0) return std::nullopt;
    const char* const end = text.data() + size;
    ThreadTimes times;
    const auto on_cpu = std::from_chars(text.data(), end, times.on_cpu_ns);
    if (on_cpu.ec != std::errc{} || on_cpu.ptr == end) return std::nullopt;
    const auto waiting = std::from_chars(on_cpu.ptr + 1, end, times.runnable_ns);
    if (waiting.ec != std::errc{}) return std::nullopt;
    // Of a thread that is running now, schedstat says what was so at the last tick, milliseconds ago; its clock is
    // exact.
    timespec now{};
    if (clock_gettime(cpu_clock_, &now) == 0) times.on_cpu_ns = nanoseconds(now);
    return times;
}

std::uint64_t thread_cpu_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return nanoseconds(now);
}

}  // namespace grainscope::platform
