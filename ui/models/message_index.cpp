#include "ui/models/message_index.h"

#include <algorithm>
#include <numeric>

namespace grainscope::ui {

Nanoseconds FollowedMessage::worked() const {
    return std::accumulate(hops.begin(), hops.end(), Nanoseconds{0},
                           [](Nanoseconds sum, const MessageHop& hop) { return sum + hop.end - hop.begin; });
}

void MessageIndex::update(const trace::Recording& recording) {
    for (std::size_t worker = 0; worker < taken_.size(); ++worker)
        if (worker >= recording.workers.size() || recording.workers[worker].messages.size() < taken_[worker]) {
            clear();
            break;
        }
    taken_.resize(recording.workers.size(), 0);
    for (; phasesRead_ < recording.phases.size(); ++phasesRead_) {
        const trace::Phase& phase = recording.phases[phasesRead_];
        if (phase.kind == trace::PhaseKind::sample || phase.kind == trace::PhaseKind::warmup)
            starts_.push_back(phase.begin);
    }
    for (std::size_t worker = 0; worker < taken_.size(); ++worker) {
        const auto& spans = recording.workers[worker].messages;
        for (; taken_[worker] < spans.size(); ++taken_[worker]) take(worker, spans[taken_[worker]]);
    }
}

void MessageIndex::take(std::size_t worker, const trace::MessageSpan& span) {
    const auto phase = static_cast<std::size_t>(std::ranges::upper_bound(starts_, span.begin) - starts_.begin());
    const auto [known, isNew] = numbers_.try_emplace({span.message, phase}, messages_.size());
    if (isNew) {
        messages_.push_back({.id = span.message, .phase = phase, .hops = {}});
        lives_.push_back({span.begin, span.end});
    }
    const MessageHop hop{span.begin, span.end, static_cast<int>(span.stage), static_cast<int>(worker)};
    auto& hops = messages_[known->second].hops;
    hops.insert(std::ranges::upper_bound(hops, hop.begin, {}, &MessageHop::begin), hop);
    Life& life = lives_[known->second];
    life = {hops.front().begin, std::max(life.end, hop.end)};
}

bool MessageIndex::wentThrough(const FollowedMessage& message, const PipelineDiagram& diagram) {
    const int first = message.hops.front().stage, last = message.hops.back().stage;
    return first < diagram.stageCount() && last < diagram.stageCount() && message.hops.size() > 1 &&
           diagram.isSource(first) && diagram.isSink(last);
}

void MessageIndex::forEachIn(TimeRange range, const std::function<void(const FollowedMessage&)>& visit) const {
    for (std::size_t i = 0; i < lives_.size(); ++i)
        if (lives_[i].begin < range.end && lives_[i].end >= range.begin) visit(messages_[i]);
}

std::vector<MessagePlace> MessageIndex::placesAt(Nanoseconds time, const PipelineDiagram& diagram,
                                                 Nanoseconds patience) const {
    std::vector<MessagePlace> places;
    for (std::size_t i = 0; i < lives_.size(); ++i) {
        if (time < lives_[i].begin || time > lives_[i].end + patience) continue;
        const auto& hops = messages_[i].hops;
        const auto after = std::ranges::upper_bound(hops, time, {}, &MessageHop::begin);
        const MessageHop& hop = *std::prev(after);
        if (hop.stage >= diagram.stageCount()) continue;
        MessagePlace place{.message = i, .hop = static_cast<std::size_t>(after - hops.begin()) - 1, .channel = {}};
        const auto part = [time](Nanoseconds from, Nanoseconds to) {
            return to > from ? std::clamp(static_cast<double>(time - from) / static_cast<double>(to - from), 0.0, 1.0)
                             : 1;
        };
        if (time < hop.end) {
            place.done = part(hop.begin, hop.end);
        } else if (after != hops.end()) {
            place.channel = diagram.channelBetween(hop.stage, after->stage);
            place.done = part(hop.end, after->begin);
            if (!place.channel) continue;
        } else {
            // Where it goes next is known only when the next span is complete.
            const auto onward = diagram.outOf(hop.stage);
            if (onward.size() != 1 || time - hop.end > patience) continue;
            place.channel = onward.front();
            place.done = part(hop.end, hop.end + patience);
        }
        places.push_back(place);
    }
    return places;
}

std::optional<std::size_t> MessageIndex::find(quint64 id, Nanoseconds time) const {
    std::optional<std::size_t> nearest;
    Nanoseconds least = 0;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        if (messages_[i].id != id) continue;
        const Nanoseconds away = std::max({Nanoseconds{0}, lives_[i].begin - time, time - lives_[i].end});
        if (nearest && away >= least) continue;
        nearest = i;
        least = away;
    }
    return nearest;
}

}  // namespace grainscope::ui
