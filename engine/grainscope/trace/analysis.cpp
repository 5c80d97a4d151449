#include <grainscope/trace/analysis.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <grainscope/trace/task_tree.h>

namespace grainscope::trace {
namespace {

constexpr std::size_t index_of(State state) noexcept { return static_cast<std::size_t>(state); }

Nanoseconds overlap(const StateSpan& span, TimeRange range) noexcept {
    return std::max<Nanoseconds>(0, std::min(span.end, range.end) - std::max(span.begin, range.begin));
}

/// Calls visit(span) for the worker's spans that overlap the range, the open one included.
template <class Visit>
void for_each_span(const WorkerTrack& track, TimeRange range, Visit&& visit) {
    for (const StateSpan& span : states_in(track, range)) visit(span);
    if (const auto open = open_span(track); open && overlap(*open, range) > 0) visit(*open);
}

/// Whether the worker's spans tell everything: nothing was dropped, and spans were recorded at all.
bool spans_are_whole(const WorkerTrack& track) {
    if (track.samples.empty()) return !track.states.empty();
    const WorkerSample& last = track.samples.back();
    if (last.dropped_events != 0) return false;
    if (!track.states.empty() || !last.state_ns) return !track.states.empty();
    return std::ranges::count_if(*last.state_ns, [](Nanoseconds ns) { return ns > 0; }) <= 1;  // one span, still open
}

/// A worker's running totals at any moment: exact at its samples; between two of them shared out as its spans say, or
/// evenly where there are none.
class Totals {
  public:
    explicit Totals(const WorkerTrack& track) : track_(track), by_spans_(spans_are_whole(track)) {}

    [[nodiscard]] bool has_states() const {
        return !track_.samples.empty() && track_.samples.back().state_ns.has_value();
    }
    [[nodiscard]] bool has_counters() const {
        return !track_.samples.empty() && track_.samples.back().counters.has_value();
    }
    [[nodiscard]] bool has_kernel_times() const {
        return !track_.samples.empty() && track_.samples.back().on_cpu_ns.has_value();
    }

    using States = std::array<double, state_count>;
    [[nodiscard]] States states_at(Nanoseconds at) const {
        const Place place = find(at);
        States totals = states_of(place.before);
        if (place.after == nullptr) return totals;
        const States next = states_of(place.after);
        std::array<Nanoseconds, state_count> until{}, all{};
        if (by_spans_) {
            const TimeRange between{place.before->at, place.after->at};
            for_each_span(track_, between, [&](const StateSpan& span) {
                until[index_of(span.state)] += overlap(span, {between.begin, at});
                all[index_of(span.state)] += overlap(span, between);
            });
        }
        for (std::size_t s = 0; s < state_count; ++s) {
            const double share = all[s] > 0 ? static_cast<double>(until[s]) / static_cast<double>(all[s]) : place.share;
            totals[s] += (next[s] - totals[s]) * share;
        }
        return totals;
    }
    [[nodiscard]] double busy_at(Nanoseconds at) const {
        const auto of = [this](const WorkerSample* sample) -> double {
            if (sample == nullptr) return 0;
            if (has_states()) return sample->state_ns ? static_cast<double>((*sample->state_ns)[0]) : 0;
            return static_cast<double>(sample->on_cpu_ns.value_or(0) + sample->descheduled_ns.value_or(0));
        };
        return evenly(at, of);
    }
    [[nodiscard]] double on_cpu_at(Nanoseconds at) const {
        return evenly(at, [](const WorkerSample* s) {
            return s == nullptr ? 0.0 : static_cast<double>(s->on_cpu_ns.value_or(0));
        });
    }
    [[nodiscard]] double descheduled_at(Nanoseconds at) const {
        return evenly(at, [](const WorkerSample* s) {
            return s == nullptr ? 0.0 : static_cast<double>(s->descheduled_ns.value_or(0));
        });
    }
    /// The most of the range in which the thread was ready for a core and had none. The kernel counts such a wait when
    /// it ends: one at the end of the range is in no sample before the first in which the thread has run again.
    [[nodiscard]] double most_descheduled_in(TimeRange range) const {
        const auto behind = std::ranges::lower_bound(track_.samples, range.end, {}, &WorkerSample::at);
        const auto on_cpu = [](const WorkerSample& sample) {
            return static_cast<double>(sample.on_cpu_ns.value_or(0));
        };
        const auto ran = std::ranges::upper_bound(behind, track_.samples.end(), on_cpu_at(range.end), {}, on_cpu);
        const WorkerSample& counted = ran == track_.samples.end() ? track_.samples.back() : *ran;
        return static_cast<double>(counted.descheduled_ns.value_or(0)) - descheduled_at(range.begin);
    }
    [[nodiscard]] double steals_at(Nanoseconds at) const {
        return evenly(at, [](const WorkerSample* s) {
            return s == nullptr || !s->counters ? 0.0 : static_cast<double>(s->counters->steals);
        });
    }
    /// Dropped between the samples around the range: what was dropped near its edges counts.
    [[nodiscard]] std::uint64_t dropped_in(TimeRange range) const {
        const WorkerSample* const before = find(range.begin).before;
        const auto after = std::ranges::lower_bound(track_.samples, range.end, {}, &WorkerSample::at);
        if (track_.samples.empty()) return 0;
        const std::uint64_t last = (after == track_.samples.end() ? track_.samples.back() : *after).dropped_events;
        const std::uint64_t first = before == nullptr ? 0 : before->dropped_events;
        return last > first ? last - first : 0;
    }
    /// The part of the range in which the row had a worker that was sampled.
    [[nodiscard]] Nanoseconds covered(TimeRange range) const {
        const Place end = find(range.end);
        if (end.before == nullptr || !end.before->present) return 0;
        return std::max<Nanoseconds>(
            0, std::min(range.end, track_.samples.back().at) - std::max(range.begin, track_.samples.front().at));
    }

  private:
    /// Between which samples a moment lies, and how far along. before is null ahead of the first one; after is null at
    /// a sample and behind the last one.
    struct Place {
        const WorkerSample* before = nullptr;
        const WorkerSample* after = nullptr;
        double share = 0;
    };
    [[nodiscard]] Place find(Nanoseconds at) const {
        const auto after = std::ranges::upper_bound(track_.samples, at, {}, &WorkerSample::at);
        if (after == track_.samples.begin()) return {};
        const WorkerSample* const before = &*(after - 1);
        if (after == track_.samples.end() || before->at == at) return {before, nullptr, 0};
        return {before, &*after, static_cast<double>(at - before->at) / static_cast<double>(after->at - before->at)};
    }
    [[nodiscard]] static States states_of(const WorkerSample* sample) {
        States states{};
        if (sample != nullptr && sample->state_ns) std::ranges::copy(*sample->state_ns, states.begin());
        return states;
    }
    template <class Value>
    [[nodiscard]] double evenly(Nanoseconds at, const Value& value) const {
        const Place place = find(at);
        const double before = value(place.before);
        return place.after == nullptr ? before : before + (value(place.after) - before) * place.share;
    }

    const WorkerTrack& track_;
    bool by_spans_;
};

/// A sum that becomes unknown with its first unknown part.
template <class T>
class KnownSum {
  public:
    void add(std::optional<T> part) {
        known_ = known_ && part.has_value();
        if (part) sum_ += *part;
        any_ = true;
    }
    [[nodiscard]] std::optional<T> value() const { return known_ && any_ ? std::optional(sum_) : std::nullopt; }

  private:
    T sum_{};
    bool known_ = true;
    bool any_ = false;
};

Nanoseconds rounded(double ns) { return static_cast<Nanoseconds>(std::llround(ns)); }

std::optional<std::uint64_t> steals_between(const WorkerTrack& track, const Totals& totals, TimeRange range) {
    // Marks are exact at any moment, counters only at samples; but marks may be missing (dropped, or not recorded).
    const bool marks_are_whole = !totals.has_counters() || track.samples.back().counters->steals == track.steals.size();
    if (marks_are_whole) {
        if (!totals.has_counters() && track.steals.empty()) return std::nullopt;
        return steals_in(track, range).size();
    }
    return static_cast<std::uint64_t>(std::llround(totals.steals_at(range.end) - totals.steals_at(range.begin)));
}

struct Sums {
    KnownSum<double> busy, searching, parked, blocked, descheduled;
    KnownSum<double> blocked_channel, blocked_lock, blocked_io, on_cpu, asleep_while_busy;
    KnownSum<std::uint64_t> steals;
    std::uint64_t dropped = 0;
    double worker_time = 0;
};

void add_worker(const WorkerTrack& track, TimeRange range, Sums& sums) {
    const Totals totals(track);
    sums.dropped += totals.dropped_in(range);
    Nanoseconds covered = totals.covered(range);
    if (covered == 0) return;
    sums.steals.add(steals_between(track, totals, range));

    std::optional<double> descheduled, on_cpu;
    if (totals.has_kernel_times()) {
        descheduled = totals.descheduled_at(range.end) - totals.descheduled_at(range.begin);
        on_cpu = totals.on_cpu_at(range.end) - totals.on_cpu_at(range.begin);
    }
    sums.descheduled.add(descheduled);
    sums.on_cpu.add(on_cpu);

    if (totals.has_states()) {
        const Totals::States from = totals.states_at(range.begin);
        const Totals::States to = totals.states_at(range.end);
        const auto in = [&](State state) { return to[index_of(state)] - from[index_of(state)]; };
        sums.busy.add(in(State::busy));
        sums.searching.add(in(State::searching));
        sums.parked.add(in(State::parked));
        sums.blocked.add(in(State::blocked_channel) + in(State::blocked_lock) + in(State::blocked_io));
        sums.blocked_channel.add(in(State::blocked_channel));
        sums.blocked_lock.add(in(State::blocked_lock));
        sums.blocked_io.add(in(State::blocked_io));
        std::optional<double> asleep;
        if (on_cpu) {
            const double busy = in(State::busy);
            asleep = std::clamp(busy - *on_cpu - totals.most_descheduled_in(range), 0.0, std::max(0.0, busy));
        }
        sums.asleep_while_busy.add(asleep);
        for (std::size_t s = 0; s < state_count; ++s) sums.worker_time += to[s] - from[s];
        return;
    }
    std::optional<double> busy;
    if (on_cpu) busy = std::min(*on_cpu + *descheduled, static_cast<double>(covered));
    sums.busy.add(busy);
    for (KnownSum<double>* unknown : {&sums.searching, &sums.parked, &sums.blocked, &sums.blocked_channel,
                                      &sums.blocked_lock, &sums.blocked_io, &sums.asleep_while_busy})
        unknown->add(std::nullopt);
    sums.worker_time += static_cast<double>(covered);
}

std::optional<Nanoseconds> rounded(const KnownSum<double>& sum) {
    const std::optional<double> value = sum.value();
    return value ? std::optional(rounded(*value)) : std::nullopt;
}

TimeRange recorded_part(const Recording& recording, TimeRange wanted) {
    return {std::max<Nanoseconds>(wanted.begin, 0), std::min(wanted.end, recording.end)};
}

void subtract(std::vector<TimeRange>& ranges, TimeRange hole) {
    std::vector<TimeRange> rest;
    for (const TimeRange& range : ranges) {
        if (hole.end <= range.begin || hole.begin >= range.end) {
            rest.push_back(range);
            continue;
        }
        if (range.begin < hole.begin) rest.push_back({range.begin, hole.begin});
        if (hole.end < range.end) rest.push_back({hole.end, range.end});
    }
    ranges = std::move(rest);
}

}  // namespace

std::vector<TimeRange> measured_ranges(const Recording& recording) {
    if (recording.phases.empty()) return {{0, recording.end}};
    const auto range_of = [&](const Phase& phase) {
        return TimeRange{phase.begin, std::max(phase.begin, phase.end.value_or(recording.end))};
    };
    std::vector<TimeRange> ranges;
    for (std::size_t i = 0; i < recording.phases.size(); ++i) {
        const Phase& phase = recording.phases[i];
        if (phase.kind != PhaseKind::sample || phase.discarded) continue;
        const TimeRange sample = range_of(phase);
        std::vector<TimeRange> parts = {sample};
        // Phases are in the order of their begin, so a pause inside this sample stands behind it.
        for (std::size_t j = i + 1; j < recording.phases.size() && recording.phases[j].begin < sample.end; ++j) {
            if (recording.phases[j].kind == PhaseKind::paused) subtract(parts, range_of(recording.phases[j]));
        }
        ranges.insert(ranges.end(), parts.begin(), parts.end());
    }
    return ranges;
}

Analysis analyze(const Recording& recording) { return analyze(recording, measured_ranges(recording)); }

Analysis analyze(const Recording& recording, TimeRange range) { return analyze(recording, std::span(&range, 1)); }

Analysis analyze_times(const Recording& recording, std::span<const TimeRange> ranges) {
    Analysis result;
    result.complete = recording.complete;
    Sums sums;
    for (const TimeRange& wanted : ranges) {
        const TimeRange range = recorded_part(recording, wanted);
        if (range.end <= range.begin) continue;
        ++result.ranges;
        result.elapsed += range.end - range.begin;
        for (const WorkerTrack& track : recording.workers) {
            if (!track.samples.empty()) add_worker(track, range, sums);
        }
    }
    result.worker_time = rounded(sums.worker_time);
    result.busy = rounded(sums.busy);
    if (const auto busy = sums.busy.value(); busy && sums.worker_time > 0) {
        result.utilisation = std::clamp(*busy / sums.worker_time, 0.0, 1.0);
    }
    result.idle = {rounded(sums.searching), rounded(sums.parked), rounded(sums.blocked), rounded(sums.descheduled)};
    result.blocked = {rounded(sums.blocked_channel), rounded(sums.blocked_lock), rounded(sums.blocked_io)};
    result.on_cpu = rounded(sums.on_cpu);
    result.asleep_while_busy = rounded(sums.asleep_while_busy);
    result.steals = sums.steals.value();
    result.dropped_events = sums.dropped;
    return result;
}

Analysis analyze(const Recording& recording, std::span<const TimeRange> ranges) {
    Analysis result = analyze_times(recording, ranges);
    KnownSum<Nanoseconds> work, span, burdened;
    for (const TimeRange& wanted : ranges) {
        const TimeRange range = recorded_part(recording, wanted);
        if (range.end <= range.begin) continue;
        const std::optional<WorkAndSpan> tree = work_and_span(recording, range);
        work.add(tree ? std::optional(tree->work) : std::nullopt);
        span.add(tree ? std::optional(tree->span) : std::nullopt);
        burdened.add(tree ? std::optional(tree->burdened_span) : std::nullopt);
    }
    result.work = work.value();
    result.span = span.value();
    result.burdened_span = burdened.value();
    if (result.work && result.span && *result.span > 0) {
        result.parallelism = static_cast<double>(*result.work) / static_cast<double>(*result.span);
    }
    return result;
}

std::span<const StateSpan> states_in(const WorkerTrack& track, TimeRange range) {
    const auto first = std::ranges::upper_bound(track.states, range.begin, {}, &StateSpan::end);
    const auto last = std::lower_bound(first, track.states.end(), range.end,
                                       [](const StateSpan& span, Nanoseconds at) { return span.begin < at; });
    return {first, last};
}

std::span<const StealMark> steals_in(const WorkerTrack& track, TimeRange range) {
    const auto first = std::ranges::lower_bound(track.steals, range.begin, {}, &StealMark::at);
    const auto last = std::lower_bound(first, track.steals.end(), range.end,
                                       [](const StealMark& steal, Nanoseconds at) { return steal.at < at; });
    return {first, last};
}

std::optional<StateSpan> open_span(const WorkerTrack& track) {
    if (track.samples.empty() || !track.samples.back().present || !track.samples.back().state_ns) return std::nullopt;
    const WorkerSample& last = track.samples.back();
    const Nanoseconds begin =
        track.states.empty() ? last.open_since : std::max(last.open_since, track.states.back().end);
    if (begin >= last.at) return std::nullopt;
    return StateSpan{begin, last.at, last.open_state};
}

std::vector<float> busy_fraction(const Recording& recording, std::size_t worker, TimeRange range, std::size_t buckets) {
    if (worker >= recording.workers.size() || buckets == 0) return {};
    const WorkerTrack& track = recording.workers[worker];
    std::vector<float> fractions(buckets, 0.0F);
    if (range.end <= range.begin) return fractions;
    const double width = static_cast<double>(range.end - range.begin) / static_cast<double>(buckets);
    const auto edge = [&](std::size_t bucket) {
        return range.begin + static_cast<Nanoseconds>(static_cast<double>(bucket) * width);
    };
    const Totals totals(track);
    const auto first = std::ranges::lower_bound(track.samples, range.begin, {}, &WorkerSample::at);
    const auto last = std::ranges::upper_bound(track.samples, range.end, {}, &WorkerSample::at);
    const bool samples_are_finer = last - first >= static_cast<std::ptrdiff_t>(buckets);

    if (samples_are_finer || !totals.has_states() || !spans_are_whole(track)) {
        double before = totals.busy_at(range.begin);
        for (std::size_t i = 0; i < buckets; ++i) {
            const double after = totals.busy_at(i + 1 == buckets ? range.end : edge(i + 1));
            fractions[i] = static_cast<float>(std::clamp((after - before) / width, 0.0, 1.0));
            before = after;
        }
        return fractions;
    }
    const auto bucket_of = [&](Nanoseconds at) {
        const double bucket = static_cast<double>(at - range.begin) / width;
        return std::min(static_cast<std::size_t>(std::max(bucket, 0.0)), buckets - 1);
    };
    std::vector<double> busy(buckets, 0.0);
    for_each_span(track, range, [&](const StateSpan& span) {
        if (span.state != State::busy) return;
        const Nanoseconds begin = std::max(span.begin, range.begin);
        const Nanoseconds end = std::min(span.end, range.end);
        for (std::size_t i = bucket_of(begin); i < buckets && edge(i) < end; ++i) {
            const double from = std::max(static_cast<double>(begin - range.begin), static_cast<double>(i) * width);
            const double to = std::min(static_cast<double>(end - range.begin), static_cast<double>(i + 1) * width);
            busy[i] += std::max(0.0, to - from);
        }
    });
    for (std::size_t i = 0; i < buckets; ++i) fractions[i] = static_cast<float>(std::clamp(busy[i] / width, 0.0, 1.0));
    return fractions;
}

}  // namespace grainscope::trace
