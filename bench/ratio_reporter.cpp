#include "ratio_reporter.h"

#include "contest.h"

#include <grainscope/study/statistics.h>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace grainscope::bench {

namespace {

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
        Peer& peer = peer_named(run.run_name.function_name);
        peer.ns_per_item.push_back(seconds * 1e9 / items);
        peer.bytes_per_item = run.counters.at("bytes").value / items;
    }
}

void RatioReporter::Finalize() {
    for (const Group& group : groups_) {
        const auto measured = [](const Peer& peer) { return !peer.ns_per_item.empty(); };
        if (std::ranges::any_of(group.peers, measured)) print(group);
    }
    std::fflush(stdout);
}

void RatioReporter::print(const Group& group) const {
    const Peer& ours = group.peers.front();
    const auto loop = std::ranges::find(group.peers, read_loop, &Peer::name);
    const auto best = loop == group.peers.end() ? std::nullopt : study::median(loop->ns_per_item);
    std::printf("\n%s\n  %-40s %-30s %-26s%s%s\n", group.name.c_str(), "", ("ns " + unit_).c_str(), "times ours",
                ours.bytes_per_item > 0 ? "   GB/s" : "", best ? "   of the read loop" : "");
    for (const Peer& peer : group.peers) {
        const auto median = study::median(peer.ns_per_item);
        if (!median) continue;
        std::string ratio;
        if (const auto base = study::median(ours.ns_per_item); base && &peer != &ours) {
            ratio = with_interval(*median / *base, study::median_ratio_interval(peer.ns_per_item, ours.ns_per_item));
        }
        std::printf("  %-40s %-30s %-26s", peer.name.c_str(),
                    with_interval(*median, study::median_interval(peer.ns_per_item)).c_str(), ratio.c_str());
        if (peer.bytes_per_item > 0) std::printf(" %6.2f", peer.bytes_per_item / *median);
        if (peer.bytes_per_item > 0 && best) std::printf("   %6.0f %%", 100 * *best / *median);
        std::printf("\n");
    }
}

}  // namespace grainscope::bench
