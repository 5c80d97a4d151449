#include "ui/models/kernel_times.h"

#include <algorithm>
#include <iterator>

namespace grainscope::ui {

using trace::Nanoseconds;
using trace::WorkerSample;
using trace::WorkerTrack;

namespace {

using Field = std::optional<Nanoseconds> WorkerSample::*;

/// The field's value at a moment inside the samples.
std::optional<double> interpolated(const WorkerTrack& track, Nanoseconds time, Field field) {
    const auto& samples = track.samples;
    auto after = std::ranges::lower_bound(samples, time, {}, &WorkerSample::at);
    if (after == samples.end()) --after;
    const auto& high = (*after).*field;
    if (!high) return std::nullopt;
    if (after == samples.begin() || after->at <= time) return static_cast<double>(*high);
    const WorkerSample& before = *std::prev(after);
    const auto& low = before.*field;
    if (!low) return std::nullopt;
    const double part = static_cast<double>(time - before.at) / static_cast<double>(after->at - before.at);
    return static_cast<double>(*low) + part * static_cast<double>(*high - *low);
}

}  // namespace

KernelTimes kernelTimes(const WorkerTrack& track, Nanoseconds begin, Nanoseconds end) {
    if (track.samples.size() < 2) return {};
    begin = std::max(begin, track.samples.front().at);
    end = std::min(end, track.samples.back().at);
    if (end <= begin) return {};
    const auto between = [&](Field field) -> std::optional<double> {
        const auto low = interpolated(track, begin, field);
        const auto high = interpolated(track, end, field);
        if (!low || !high) return std::nullopt;
        return std::max(0.0, *high - *low);
    };
    return {between(&WorkerSample::on_cpu_ns), between(&WorkerSample::descheduled_ns),
            static_cast<double>(end - begin)};
}

SampleHull sampleHull(const WorkerTrack& track, Nanoseconds begin, Nanoseconds end) {
    const auto& samples = track.samples;
    if (samples.size() < 2 || end <= samples.front().at || begin >= samples.back().at) return {};
    auto first = std::ranges::upper_bound(samples, begin, {}, &WorkerSample::at);
    if (first != samples.begin()) --first;
    auto last = std::ranges::lower_bound(samples, end, {}, &WorkerSample::at);
    if (last == samples.end()) --last;
    return {&*first, &*last};
}

double withoutCore(double active, const std::optional<double>& onCpu, double descheduled) {
    return onCpu ? std::clamp(active - *onCpu, 0.0, descheduled) : descheduled;
}

double descheduledPartOfBusy(const SampleHull& hull) {
    if (!hull.first || hull.first == hull.last) return 0;
    const WorkerSample &first = *hull.first, &last = *hull.last;
    if (!first.state_ns || !last.state_ns || !first.descheduled_ns || !last.descheduled_ns) return 0;
    const auto spent = [&](trace::State state) {
        const auto index = static_cast<std::size_t>(state);
        return static_cast<double>((*last.state_ns)[index] - (*first.state_ns)[index]);
    };
    const double busyTime = spent(trace::State::busy);
    if (busyTime <= 0) return 0;
    std::optional<double> onCpu;
    if (first.on_cpu_ns && last.on_cpu_ns) onCpu = static_cast<double>(*last.on_cpu_ns - *first.on_cpu_ns);
    const auto descheduled = static_cast<double>(*last.descheduled_ns - *first.descheduled_ns);
    return std::clamp(withoutCore(busyTime + spent(trace::State::searching), onCpu, descheduled) / busyTime, 0.0, 1.0);
}

}  // namespace grainscope::ui
