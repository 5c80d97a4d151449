#include <grainscope/workloads/latencies.h>

#include <algorithm>
#include <cmath>

namespace grainscope::workloads {

std::vector<Figure> latency_figures(std::vector<std::chrono::nanoseconds> took, const std::string& name,
                                    const std::string& what) {
    if (took.empty()) return {};
    const auto ranked = [&](double share) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(took.size())));
        const auto place = took.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
        std::nth_element(took.begin(), place, took.end());
        return static_cast<double>(place->count());
    };
    return {{name + "_median_ns", what + ", median", "ns", ranked(0.5)},
            {name + "_p99_ns", what + ", 99 % below", "ns", ranked(0.99)},
            {name + "_max_ns", what + ", longest", "ns", ranked(1)}};
}

float latency_height(std::chrono::nanoseconds took) {
    constexpr double lowest_ns = 1e5, highest_ns = 6e10;
    const double decades = std::log(static_cast<double>(took.count()) / lowest_ns);
    return static_cast<float>(std::clamp(decades / std::log(highest_ns / lowest_ns), 0.02, 1.0));
}

}  // namespace grainscope::workloads
