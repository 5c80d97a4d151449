#include "ui/models/state_index.h"

#include <algorithm>
#include <numeric>

#include <grainscope/trace/analysis.h>

namespace grainscope::ui {

using trace::Nanoseconds;
using trace::StateSpan;
using trace::WorkerTrack;

void StateIndex::update(const WorkerTrack& track) {
    if (track.states.size() < indexed_) *this = {};
    for (; indexed_ < track.states.size(); ++indexed_) {
        if (indexed_ % blockSize == 0) totals_.push_back(running_);
        const StateSpan& span = track.states[indexed_];
        running_[static_cast<std::size_t>(span.state)] += span.end - span.begin;
    }
}

StateIndex::Walk::Walk(const StateIndex& index, const WorkerTrack& track)
    : index_(index), track_(track), open_(trace::open_span(track)) {}

StateTimes StateIndex::Walk::before(Nanoseconds time) {
    const auto& states = track_.states;
    // Double the stride until a span beyond `time` is met: moments that lie close together cost a step or two.
    const auto beginsEarlier = [time](const StateSpan& span) { return span.begin < time; };
    if (from_ > 0 && !beginsEarlier(states[from_ - 1])) from_ = 0;
    std::size_t stride = 1, last = from_;
    while (last < states.size() && beginsEarlier(states[last])) {
        from_ = last + 1;
        last += stride;
        stride *= 2;
    }
    const auto first = states.begin() + static_cast<std::ptrdiff_t>(from_);
    const auto bound = states.begin() + static_cast<std::ptrdiff_t>(std::min(last, states.size()));
    from_ =
        static_cast<std::size_t>(std::partition_point(first, std::max(first, bound), beginsEarlier) - states.begin());

    StateTimes times{};
    std::size_t span = 0;
    if (from_ > 0 && !index_.totals_.empty()) {
        const std::size_t block = std::min((from_ - 1) / blockSize, index_.totals_.size() - 1);
        times = index_.totals_[block];
        span = block * blockSize;
    }
    for (; span < from_; ++span) {
        const StateSpan& closed = states[span];
        times[static_cast<std::size_t>(closed.state)] += std::min(closed.end, time) - closed.begin;
    }
    if (open_ && time > open_->begin) {
        times[static_cast<std::size_t>(open_->state)] += std::min(open_->end, time) - open_->begin;
    }
    return times;
}

StateTimes StateIndex::before(const WorkerTrack& track, Nanoseconds time) const {
    return Walk(*this, track).before(time);
}

StateTimes StateIndex::between(const WorkerTrack& track, Nanoseconds begin, Nanoseconds end) const {
    Walk walk(*this, track);
    const StateTimes earlier = walk.before(begin);
    return difference(walk.before(end), earlier);
}

StateTimes StateIndex::exactlyBefore(const WorkerTrack& track, Nanoseconds time) const {
    const auto beyond = std::ranges::upper_bound(track.samples, time, {}, &trace::WorkerSample::at);
    if (beyond == track.samples.begin() || !std::prev(beyond)->state_ns) return before(track, time);
    const trace::WorkerSample& sample = *std::prev(beyond);
    StateTimes times = *sample.state_ns;
    if (beyond == track.samples.end()) return times;
    const StateTimes since = between(track, sample.at, time);
    std::ranges::transform(times, since, times.begin(), std::plus{});
    return times;
}

StateTimes StateIndex::exactlyBetween(const WorkerTrack& track, Nanoseconds begin, Nanoseconds end) const {
    StateTimes times = difference(exactlyBefore(track, end), exactlyBefore(track, begin));
    // A short search counts as busy among spans and as searching among totals: at an edge one of them may lag behind.
    for (Nanoseconds& time : times) time = std::max<Nanoseconds>(0, time);
    return times;
}

Nanoseconds knownTime(const StateTimes& times) { return std::accumulate(times.begin(), times.end(), Nanoseconds{0}); }

StateTimes difference(const StateTimes& later, const StateTimes& earlier) {
    StateTimes result;
    std::ranges::transform(later, earlier, result.begin(), std::minus{});
    return result;
}

bool tellsStates(const WorkerTrack& track) {
    return !track.states.empty() || (!track.samples.empty() && track.samples.back().state_ns.has_value());
}

}  // namespace grainscope::ui
