// A pool's counters and states, as they are now.
#pragma once

#include <cstdint>
#include <vector>

#include <grainscope/trace/event.h>

namespace grainscope {

/// One row a worker. Counters never fall; all are exact once the pool is idle.
struct WorkerTelemetry {
    std::uint64_t jobs = 0;           ///< tasks run, however they came
    std::uint64_t steals = 0;         ///< tasks taken from another worker
    std::uint64_t failed_steals = 0;  ///< sweeps over all victims that found nothing
    std::uint64_t parks = 0;
    std::uint64_t wakes = 0;
    trace::State state = trace::State::parked;
};

struct Telemetry {
    std::vector<WorkerTelemetry> workers;
};

}  // namespace grainscope
