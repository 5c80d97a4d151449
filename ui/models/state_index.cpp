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
        const StateSpan& span = track.states[indexed_];
        if (indexed_ % blockSize == 0) {
            begins_.push_back(span.begin);
            totals_.push_back(running_);
        }
        running_[static_cast<std::size_t>(span.state)] += span.end - span.begin;
    }
}

StateIndex::Walk::Walk(const StateIndex& index, const WorkerTrack& track)
    : index_(index), track_(track), open_(trace::open_span(track)) {}

bool StateIndex::Walk::locate(Nanoseconds time) {
    const auto& begins = index_.begins_;
    if (begins.empty() || begins.front() >= time) return false;
    if (begins[block_] >= time) block_ = 0;
    // Double the stride until a block beyond `time` is met: moments that lie close together cost a step or two.
    std::size_t low = block_, high = block_ + 1;
    for (std::size_t stride = 1; high < begins.size() && begins[high] < time; stride *= 2) {
        low = high;
        high += stride;
    }
    const auto first = begins.begin() + static_cast<std::ptrdiff_t>(low);
    const auto last = begins.begin() + static_cast<std::ptrdiff_t>(std::min(high, begins.size()));
    block_ = static_cast<std::size_t>(std::lower_bound(first, last, time) - begins.begin()) - 1;
    return true;
}

StateTimes StateIndex::Walk::before(Nanoseconds time) {
    StateTimes times{};
    std::size_t next = 0;
    if (locate(time)) {
        times = index_.totals_[block_];
        next = block_ * blockSize;
    }
    const auto& states = track_.states;
    for (; next < states.size() && states[next].begin < time; ++next) {
        const StateSpan& span = states[next];
        times[static_cast<std::size_t>(span.state)] += std::min(span.end, time) - span.begin;
    }
    if (open_ && time > open_->begin) {
        times[static_cast<std::size_t>(open_->state)] += std::min(open_->end, time) - open_->begin;
    }
    return times;
}

StateTimes StateIndex::Walk::nearlyBefore(Nanoseconds time) {
    // The last block is still growing, and nothing tells where it ends.
    if (!locate(time) || block_ + 1 == index_.begins_.size()) return before(time);
    return index_.totals_[block_];
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
