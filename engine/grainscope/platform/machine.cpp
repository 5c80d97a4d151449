#include <grainscope/platform/machine.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <grainscope/platform/clock.h>
#include <grainscope/platform/fence.h>
#include <grainscope/platform/thread_times.h>

namespace grainscope::platform {
namespace {

std::optional<std::string> first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    return line;
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return std::nullopt;
    text.remove_prefix(first);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    return value;
}

template <class Number>
std::optional<Number> read_number(const std::string& path) {
    const std::optional<std::string> line = first_line(path);
    return line ? parse<Number>(*line) : std::nullopt;
}

std::vector<int> read_affinity() {
    std::vector<int> cores;
    for (int capacity = 1024; capacity <= 1 << 16; capacity *= 2) {
        cpu_set_t* set = CPU_ALLOC(capacity);
        const std::size_t bytes = CPU_ALLOC_SIZE(capacity);
        const bool read = set != nullptr && sched_getaffinity(0, bytes, set) == 0;
        for (int core = 0; read && core < capacity; ++core) {
            if (CPU_ISSET_S(core, bytes, set)) cores.push_back(core);
        }
        CPU_FREE(set);
        if (read) break;  // otherwise the kernel's mask is longer than the set
    }
    return cores;
}

/// Threads that share a core name each other in the same list, so distinct lists are distinct cores.
std::optional<std::size_t> count_physical_cores(std::size_t logical) {
    std::set<std::string> siblings;
    std::size_t found = 0;
    for (std::size_t core = 0; core < 4 * logical && found < logical; ++core) {
        const auto list =
            first_line("/sys/devices/system/cpu/cpu" + std::to_string(core) + "/topology/thread_siblings_list");
        if (!list) continue;
        siblings.insert(*list);
        ++found;
    }
    return siblings.empty() ? std::nullopt : std::optional(siblings.size());
}

std::string read_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string_view key(line.data(), line.find_last_not_of(" \t", colon - 1) + 1);
        if (key != "model name" && key != "Model" && key != "cpu model") continue;
        const std::size_t first = line.find_first_not_of(" \t", colon + 1);
        return first == std::string::npos ? std::string() : line.substr(first);
    }
    return {};
}

std::optional<std::uint64_t> read_meminfo(std::string_view key) {
    std::ifstream file("/proc/meminfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
        const auto kibibytes = parse<std::uint64_t>(std::string_view(line).substr(key.size() + 1));
        return kibibytes ? std::optional(*kibibytes * 1024) : std::nullopt;
    }
    return std::nullopt;
}

void tighten(std::optional<double>& limit, double quota) { limit = std::min(limit.value_or(quota), quota); }

/// Both generations of control groups, from the process's own group up to the root.
std::optional<double> read_cgroup_quota() {
    std::optional<double> limit;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const std::size_t controllers = line.find(':') + 1;
        const std::size_t path_at = line.find(':', controllers);
        if (controllers == 0 || path_at == std::string::npos) continue;
        const std::string_view names(line.data() + controllers, path_at - controllers);
        const bool unified = names.empty();
        if (!unified && (',' + std::string(names) + ',').find(",cpu,") == std::string::npos) continue;
        std::string path = line.substr(path_at + 1);
        while (true) {
            if (unified) {
                const auto entry = first_line("/sys/fs/cgroup" + path + "/cpu.max");  // "200000 100000" or "max 100000"
                if (entry) {
                    const auto quota = parse<double>(*entry);
                    const auto period =
                        parse<double>(std::string_view(*entry).substr(std::min(entry->find(' '), entry->size())));
                    if (quota && period && *period > 0) tighten(limit, *quota / *period);
                }
            } else {
                const auto quota = read_number<double>("/sys/fs/cgroup/cpu" + path + "/cpu.cfs_quota_us");
                const auto period = read_number<double>("/sys/fs/cgroup/cpu" + path + "/cpu.cfs_period_us");
                if (quota && period && *quota > 0 && *period > 0) tighten(limit, *quota / *period);
            }
            if (path.empty() || path == "/") break;
            path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
        }
    }
    return limit;
}

bool may_open_perf_event(std::uint32_t type, std::uint64_t config, bool context_switches) {
    perf_event_attr attributes;
    std::memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = type;
    attributes.config = config;
    attributes.disabled = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.context_switch = context_switches ? 1 : 0;
    const long descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (descriptor < 0) return false;
    close(static_cast<int>(descriptor));
    return true;
}

}  // namespace

std::optional<double> load_average() { return read_number<double>("/proc/loadavg"); }

Machine read_machine() {
    Machine machine;
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    machine.logical_cores = online > 0 ? static_cast<std::size_t>(online) : 1;
    machine.physical_cores = count_physical_cores(machine.logical_cores);
    machine.affinity = read_affinity();
    machine.cgroup_cpu_quota = read_cgroup_quota();
    machine.model = read_model();
    utsname name{};
    if (uname(&name) == 0) machine.kernel = std::string(name.sysname) + ' ' + name.release;
    machine.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    machine.memory_bytes = read_meminfo("MemTotal");
    machine.available_memory_bytes = read_meminfo("MemAvailable");
    machine.load = load_average();
    machine.invariant_tsc = ticks_are_tsc();
    machine.membarrier = detail::has_membarrier;
    machine.hardware_counters = may_open_perf_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false);
    machine.context_switch_records = may_open_perf_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY, true);
    machine.schedstat = ThreadTimesReader(current_tid()).read().has_value();
    machine.perf_event_paranoid = read_number<int>("/proc/sys/kernel/perf_event_paranoid");
    return machine;
}

}  // namespace grainscope::platform
