// What the programs of the concurrent collections share.
#pragma once

#include "contest.h"

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace grainscope::bench {

/// The seconds that body(0) to body(threads - 1) take at the same time, each on a thread of its own; the calling thread
/// is one of them. Starting the others is within the time, as for everybody.
inline double seconds_of(int threads, const std::function<void(int)>& body) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back(body, t);
    body(0);
    for (auto& other : others) other.join();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void add_queues(int threads);
void add_maps(int threads);

}  // namespace grainscope::bench
