#include <grainscope/study/advice_evidence.h>

#include <algorithm>

namespace grainscope::study::detail {

using trace::Nanoseconds;
using trace::Recording;

Known known_of(const Recording& recording, std::span<const Recording* const> others) {
    Known known{.times = trace::analyze_times(recording, ranges_of_last_setting(recording)),
                .shares = {},
                .run = recorded_run(recording),
                .cost = {}};
    const trace::Analysis& times = known.times;
    if (times.worker_time <= 0) return known;
    const auto share = [&](const std::optional<Nanoseconds>& part) {
        return static_cast<double>(part.value_or(0)) / static_cast<double>(times.worker_time);
    };
    Shares& shares = known.shares;
    shares = {.computing = share(times.busy) - share(times.asleep_while_busy),
              .io = share(times.blocked.io),
              .asleep = share(times.asleep_while_busy),
              .channel = share(times.blocked.channel),
              .lock = share(times.blocked.lock),
              .searching = share(times.idle.searching),
              .parked = share(times.idle.parked),
              .descheduled = share(times.idle.descheduled)};
    known.workers = static_cast<double>(times.worker_time) / static_cast<double>(times.elapsed);
    known.active_workers = known.workers * shares.active();
    known.computing_cores = known.workers * std::max(0.0, shares.computing - shares.descheduled);

    std::vector<const Recording*> comparable{&recording};
    for (const Recording* other : others) {
        if (!why_not_comparable(recording, *other)) comparable.push_back(other);
    }
    known.cost = cost_growth(comparable);
    return known;
}

std::vector<Evidence> evidence_of(const Known& known) {
    const trace::Analysis& times = known.times;
    std::vector<Evidence> list{{"measured_time", static_cast<double>(times.elapsed), "ns"}};
    const auto add = [&](const char* name, bool is_known, double value, const char* unit) {
        if (is_known) list.push_back({name, value, unit});
    };
    const bool states = tells_states(times), kernel = tells_kernel_times(times);
    const Shares& shares = known.shares;
    if (times.worker_time > 0) {
        add("computing", kernel, shares.computing, "share");
        add("waiting_for_io", states, shares.io, "share");
        add("asleep_while_busy", states && kernel, shares.asleep, "share");
        add("blocked_on_channels", states, shares.channel, "share");
        add("blocked_on_locks", states, shares.lock, "share");
        add("searching", states, shares.searching, "share");
        add("parked", states, shares.parked, "share");
        add("descheduled", kernel, shares.descheduled, "share");
        add("workers", true, known.workers, "workers");
        add("active_workers", states && kernel, known.active_workers, "workers");
    }
    if (known.cost) {
        list.push_back({"cpu_time_growth", known.cost->growth, "ratio"});
        if (known.cost->interval) {
            list.push_back({"cpu_time_growth_low", known.cost->interval->low, "ratio"});
            list.push_back({"cpu_time_growth_high", known.cost->interval->high, "ratio"});
        }
        list.push_back({"speedup", known.cost->speedup, "ratio"});
        list.push_back({"compared_cores_at_once", known.cost->cores_at_once, "cores"});
        list.push_back({"compared_without_core", known.cost->without_core, "share"});
    }
    return list;
}

}  // namespace grainscope::study::detail
