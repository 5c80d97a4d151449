#include "machine_check.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>

namespace grainscope::bench {

namespace {

// Depends on itself from step to step and touches no memory: only the core's time counts.
void busy_work() {
    std::uint64_t x = 1;
    for (int i = 0; i < 40'000'000; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        asm volatile("" : "+r"(x));
    }
}

template <class F>
double seconds(F f) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

std::string machine_check() {
    if (std::thread::hardware_concurrency() < 2) return "one core: nothing here can be faster than one thread";
    // The median of three: one preemption is no busy machine.
    double ratios[3];
    for (double& ratio : ratios) {
        const double alone = seconds(busy_work);
        const double both = seconds([] {
            const std::jthread other(busy_work);
            busy_work();
        });
        ratio = 2 * alone / both;
    }
    std::ranges::sort(ratios);
    char line[160];
    std::snprintf(line, sizeof line, "two busy threads do %.2f times the work of one%s", ratios[1],
                  ratios[1] < 1.8 ? ": the machine is busy, do not believe what follows" : "");
    return line;
}

}  // namespace grainscope::bench
