// What this computer is, and which measurements it allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace grainscope::platform {

/// Read from the kernel; what cannot be read is none. Nothing here fails.
struct Machine {
    std::size_t logical_cores = 1;              ///< online
    std::optional<std::size_t> physical_cores;  ///< distinct cores among them
    std::vector<int> affinity;                  ///< the cores this process may use, by number
    std::optional<double> cgroup_cpu_quota;     ///< in cores, the tightest of the control groups; none: no limit
    std::string model;                          ///< "AMD EPYC 7B13"; empty if unknown
    std::string kernel;                         ///< "Linux 6.1.0-18-amd64"
    std::optional<std::string> governor;        ///< frequency governor of the first core
    std::optional<std::uint64_t> memory_bytes;
    std::optional<std::uint64_t> available_memory_bytes;
    std::optional<double> load;           ///< one-minute average of runnable threads
    bool invariant_tsc = false;           ///< a stamp costs 10 ns instead of 25
    bool membarrier = false;              ///< a fork costs no fence
    bool hardware_counters = false;       ///< cycles and misses may be counted
    bool context_switch_records = false;  ///< the kernel tells when a thread leaves its core
    bool schedstat = false;               ///< time on a core and time waiting for one, by thread
    std::optional<int> perf_event_paranoid;
};

/// Costs about a millisecond.
[[nodiscard]] Machine read_machine();

/// The one-minute load average alone.
[[nodiscard]] std::optional<double> load_average();

}  // namespace grainscope::platform
