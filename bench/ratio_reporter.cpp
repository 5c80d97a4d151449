#include "ratio_reporter.h"

#include <grainscope/study/statistics.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>

namespace grainscope::bench {

namespace {

std::vector<std::string>& registration_order() {
    static std::vector<std::string> names;
    return names;
}

std::string with_interval(double value, const std::optional<study::Interval>& interval) {
    char text[64];
    if (interval) {
        std::snprintf(text, sizeof text, "%8.2f [%.2f, %.2f]", value, interval->low, interval->high);
    } else {
        std::snprintf(text, sizeof text, "%8.2f", value);
    }
    return text;
}

}  // namespace

benchmark::internal::Benchmark* add(const std::string& group, const std::string& peer, Body body) {
    registration_order().push_back(group + '/' + peer);
    return benchmark::RegisterBenchmark(registration_order().back().c_str(), std::move(body));
}

RatioReporter::Peer& RatioReporter::peer_named(const std::string& benchmark_name) {
    const std::size_t slash = benchmark_name.rfind('/');
    const std::string group_name = benchmark_name.substr(0, slash);
    const std::string peer_name = benchmark_name.substr(slash + 1);
    auto group = std::ranges::find(groups_, group_name, &Group::name);
    if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{group_name, {}});
    auto peer = std::ranges::find(group->peers, peer_name, &Peer::name);
    if (peer == group->peers.end()) peer = group->peers.insert(group->peers.end(), Peer{peer_name, {}});
    return *peer;
}

bool RatioReporter::ReportContext(const Context& context) {
    for (const std::string& name : registration_order()) (void)peer_named(name);
    PrintBasicContext(&GetErrorStream(), context);
    return true;
}

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
    for (const Run& run : runs) {
        if (run.error_occurred) {
            std::fprintf(stderr, "%s: %s\n", run.run_name.function_name.c_str(), run.error_message.c_str());
            failed_ = true;
            continue;
        }
        if (run.run_type != Run::RT_Iteration) continue;
        const double items = run.counters.at("items").value;
        const double seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
        peer_named(run.run_name.function_name).ns_per_item.push_back(seconds * 1e9 / items);
    }
}

void RatioReporter::Finalize() {
    for (const Group& group : groups_) {
        const auto measured = [](const Peer& peer) { return !peer.ns_per_item.empty(); };
        if (std::ranges::none_of(group.peers, measured)) continue;
        std::printf("\n%-34s %-28s %s\n", group.name.c_str(), ("ns a " + unit_).c_str(), "times ours");
        const Peer& ours = group.peers.front();
        for (const Peer& peer : group.peers) {
            if (!measured(peer)) continue;
            const double median = study::median(peer.ns_per_item).value();
            std::string ratio;
            if (&peer != &ours && measured(ours)) {
                ratio = with_interval(median / study::median(ours.ns_per_item).value(),
                                      study::median_ratio_interval(peer.ns_per_item, ours.ns_per_item));
            }
            std::printf("  %-32s %-28s %s\n", peer.name.c_str(),
                        with_interval(median, study::median_interval(peer.ns_per_item)).c_str(), ratio.c_str());
        }
    }
    std::fflush(stdout);
}

int run_and_report(int argc, char** argv, const std::string& unit) {
    // Ours go first: what the caller writes on the command line overrides them.
    std::string interleaving = "--benchmark_enable_random_interleaving=true";
    std::string repetitions = "--benchmark_repetitions=11";
    std::vector<char*> arguments{argv[0], interleaving.data(), repetitions.data()};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

    RatioReporter reporter(unit);
    benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::Shutdown();
    return reporter.failed() ? 1 : 0;
}

}  // namespace grainscope::bench
