#include <grainscope/platform/clock.h>

#include <ctime>
#include <limits>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace grainscope::platform {
namespace {

bool read_tsc_is_invariant() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    constexpr unsigned advanced_power_management = 0x80000007;
    if (__get_cpuid(advanced_power_management, &eax, &ebx, &ecx, &edx) == 0) return false;
    return (edx & (1U << 8)) != 0;
#else
    return false;
#endif
}

const ClockPair program_start = clock_pair();

}  // namespace

namespace detail {
bool tsc_is_invariant = false;

namespace {
// Before every constructor of a user: two readings of the clock must be of one kind.
[[gnu::constructor(101)]] void find_tsc() { tsc_is_invariant = read_tsc_is_invariant(); }
}  // namespace

Ticks monotonic_ticks() noexcept { return monotonic_ns(); }
}  // namespace detail

std::uint64_t monotonic_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

ClockPair clock_pair() noexcept {
    // A pair is as good as the shortest time between its two stamps: an interrupt in between would shift it.
    ClockPair best;
    Ticks shortest = std::numeric_limits<Ticks>::max();
    for (int attempt = 0; attempt < 5; ++attempt) {
        const Ticks before = ticks();
        const std::uint64_t ns = monotonic_ns();
        const Ticks after = ticks();
        if (after - before < shortest) {
            shortest = after - before;
            best = {before + (after - before) / 2, ns};
        }
    }
    return best;
}

double ticks_per_ns() noexcept {
    if (!ticks_are_tsc()) return 1.0;
    static const double rate = [] {
        constexpr std::uint64_t shortest_base_ns = 10'000'000;
        ClockPair now = clock_pair();
        while (now.monotonic_ns - program_start.monotonic_ns < shortest_base_ns) now = clock_pair();
        return static_cast<double>(now.ticks - program_start.ticks) /
               static_cast<double>(now.monotonic_ns - program_start.monotonic_ns);
    }();
    return rate;
}

}  // namespace grainscope::platform
