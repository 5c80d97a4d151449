// A service that counts what it does: counters, a gauge and a histogram in a registry, from every worker at once, and
// the page that Prometheus would read. A sharded counter costs its writers nothing that others do.
//
//     service_metrics [requests]
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <grainscope/grainscope.h>

int main(int argc, char** argv) {
    const int requests = argc > 1 ? std::atoi(argv[1]) : 20'000;
    grainscope::MetricsRegistry registry;
    auto& served = registry.sharded_counter("requests_total", "Requests that were answered.");
    auto& failed = registry.counter("errors_total", "Requests that were not.");
    auto& open = registry.gauge("requests_open", "Requests that are being answered.");
    auto& size = registry.histogram("response_bytes", "How long the answers were.");

    grainscope::par_range(0, requests).for_each([&](int i) {
        open.add(1);
        if (i % 50 == 7) failed.increment();
        served.increment();
        size.record(static_cast<std::uint64_t>(i % 1000));
        open.sub(1);
    });

    std::printf("%s", registry.to_prometheus().c_str());
    const grainscope::MetricsSnapshot now = registry.snapshot();
    std::uint64_t failures = 0;
    for (int i = 0; i < requests; ++i) failures += i % 50 == 7 ? 1 : 0;
    const bool right = now.counters.at("requests_total") == static_cast<std::uint64_t>(requests) &&
                       now.counters.at("errors_total") == failures && now.gauges.at("requests_open") == 0 &&
                       now.histograms.at("response_bytes").count == static_cast<std::uint64_t>(requests);
    if (!right) {
        std::fprintf(stderr, "service_metrics: that is wrong\n");
        return 1;
    }
    return 0;
}
