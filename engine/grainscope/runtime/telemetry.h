// A pool's counters and states, as they are now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// Where a pipeline's grain came from.
enum class GrainOrigin : std::uint8_t {
    given,   ///< by with_grain(n)
    probed,  ///< by timing the pipeline's own blocks of items
};

/// How parallel iterators were cut into pieces: all but `runs` speaks of the pipeline that ended last. A pipeline
/// inside another one's items counts as a part of that one.
struct SplittingTelemetry {
    std::uint64_t runs = 0;   ///< pipelines that have run to their end so far
    std::uint64_t items = 0;  ///< items of the pipeline's source; 0 where it does not know
    std::size_t grain = 0;    ///< items between two looks whether somebody waits for work, in the end
    GrainOrigin why_grain = GrainOrigin::probed;
    double item_ns = 0;       ///< what an item costs, by the last probe; 0 where nothing was probed
    std::size_t min_len = 0;  ///< no piece was split into parts of fewer items
    std::size_t max_len = 0;  ///< longer pieces were split in any case
    std::size_t workers = 0;
    std::uint64_t pieces = 0;             ///< parts that were worked on; each split makes one more
    std::uint64_t splits_at_start = 0;    ///< one piece a worker, before anything ran
    std::uint64_t splits_on_demand = 0;   ///< because what had been on offer was taken
    std::uint64_t splits_by_max_len = 0;  ///< because of with_max_len
    std::uint64_t migrated = 0;           ///< pieces that another worker took over
};

struct Telemetry {
    std::vector<WorkerTelemetry> workers;
    std::optional<SplittingTelemetry> splitting;  ///< none as long as no pipeline has ended in this pool
};

}  // namespace grainscope
