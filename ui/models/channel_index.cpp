#include "ui/models/channel_index.h"

#include <algorithm>

namespace grainscope::ui {

using trace::ChannelReading;
using trace::ChannelSample;
using trace::ChannelTrack;

namespace {

double growth(quint64 from, quint64 to) { return to > from ? static_cast<double>(to - from) : 0; }

/// From one sample to the next.
ChannelFlow step(const ChannelSample& from, const ChannelSample& to) {
    const ChannelReading &a = from.reading, &b = to.reading;
    const auto length = static_cast<double>(to.at - from.at);
    return {.sent = growth(a.sent, b.sent),
            .received = growth(a.received, b.received),
            .sendBlockedNs = growth(a.send_blocked_ns, b.send_blocked_ns),
            .receiveBlockedNs = growth(a.receive_blocked_ns, b.receive_blocked_ns),
            .depthNs = static_cast<double>(a.depth) * length,
            .knownNs = length};
}

/// The index of the first sample after `time`.
std::size_t beyond(const ChannelTrack& track, Nanoseconds time) {
    return static_cast<std::size_t>(std::ranges::upper_bound(track.samples, time, {}, &ChannelSample::at) -
                                    track.samples.begin());
}

}  // namespace

ChannelFlow& ChannelFlow::operator+=(const ChannelFlow& other) {
    sent += other.sent;
    received += other.received;
    sendBlockedNs += other.sendBlockedNs;
    receiveBlockedNs += other.receiveBlockedNs;
    depthNs += other.depthNs;
    knownNs += other.knownNs;
    return *this;
}

ChannelFlow operator-(const ChannelFlow& later, const ChannelFlow& earlier) {
    return {later.sent - earlier.sent,
            later.received - earlier.received,
            later.sendBlockedNs - earlier.sendBlockedNs,
            later.receiveBlockedNs - earlier.receiveBlockedNs,
            later.depthNs - earlier.depthNs,
            later.knownNs - earlier.knownNs};
}

void ChannelIndex::update(const ChannelTrack& track) {
    if (track.samples.size() < totals_.size()) *this = {};
    totals_.reserve(track.samples.size());
    for (std::size_t i = totals_.size(); i < track.samples.size(); ++i) {
        ChannelFlow total = i == 0 ? ChannelFlow{} : totals_.back();
        if (i > 0) total += step(track.samples[i - 1], track.samples[i]);
        totals_.push_back(total);
        const quint64 depth = track.samples[i].reading.depth;
        if (i % blockSize == 0) blocks_.push_back({depth, depth});
        blocks_.back() = {std::min(blocks_.back().least, depth), std::max(blocks_.back().most, depth)};
        deepestEver_ = std::max(deepestEver_, depth);
    }
}

const ChannelSample* ChannelIndex::at(const ChannelTrack& track, Nanoseconds time) {
    const std::size_t next = beyond(track, time);
    return next == 0 ? nullptr : &track.samples[next - 1];
}

ChannelFlow ChannelIndex::before(const ChannelTrack& track, Nanoseconds time) const {
    return before(track, time, std::min(beyond(track, time), totals_.size()));
}

ChannelFlow ChannelIndex::before(const ChannelTrack& track, Nanoseconds time, std::size_t next) const {
    if (next == 0) return {};
    ChannelFlow flow = totals_[next - 1];
    if (next == totals_.size()) return flow;
    const ChannelSample &from = track.samples[next - 1], &to = track.samples[next];
    const double part = static_cast<double>(time - from.at) / static_cast<double>(to.at - from.at);
    ChannelFlow more = step(from, to);
    for (double* total :
         {&more.sent, &more.received, &more.sendBlockedNs, &more.receiveBlockedNs, &more.depthNs, &more.knownNs})
        *total *= part;
    flow += more;
    return flow;
}

ChannelFlow ChannelIndex::between(const ChannelTrack& track, TimeRange range) const {
    return range.isEmpty() ? ChannelFlow{} : before(track, range.end) - before(track, range.begin);
}

ChannelIndex::Extremes ChannelIndex::extremes(const ChannelTrack& track, std::size_t first, std::size_t last) const {
    Extremes found{track.samples[first].reading.depth, track.samples[first].reading.depth};
    const auto take = [&found](Extremes more) {
        found = {std::min(found.least, more.least), std::max(found.most, more.most)};
    };
    for (std::size_t i = first; i < last;) {
        if (i % blockSize == 0 && i + blockSize <= last) {
            take(blocks_[i / blockSize]);
            i += blockSize;
        } else {
            take({track.samples[i].reading.depth, track.samples[i].reading.depth});
            ++i;
        }
    }
    return found;
}

quint64 ChannelIndex::deepest(const ChannelTrack& track, TimeRange range) const {
    const std::size_t last = std::min(beyond(track, range.end - 1), totals_.size());
    if (last == 0 || range.isEmpty()) return 0;
    const std::size_t next = std::min(beyond(track, range.begin), last);
    return extremes(track, next == 0 ? 0 : next - 1, last).most;
}

std::vector<FillColumn> ChannelIndex::columns(const ChannelTrack& track, TimeRange range, int width) const {
    std::vector<FillColumn> columns(static_cast<std::size_t>(std::max(0, width)));
    if (range.isEmpty() || totals_.empty()) return columns;
    const double perPx = static_cast<double>(range.length()) / width;
    const auto edge = [&](std::size_t x) {
        return range.begin + static_cast<Nanoseconds>(static_cast<double>(x) * perPx);
    };
    std::size_t next = std::min(beyond(track, range.begin), totals_.size());
    ChannelFlow flow = before(track, range.begin);
    for (std::size_t x = 0; x < columns.size(); ++x) {
        const Nanoseconds end = std::max(edge(x) + 1, edge(x + 1));
        const std::size_t first = next;
        while (next < totals_.size() && track.samples[next].at < end) ++next;
        const bool over = next == totals_.size() && edge(x) > track.samples.back().at;
        if (next == 0 || over) continue;
        const Extremes inside = extremes(track, first == 0 ? 0 : first - 1, next);
        const ChannelFlow after = before(track, end, next), gained = after - flow;
        flow = after;
        FillColumn& column = columns[x];
        column = {.known = true,
                  .least = inside.least,
                  .most = inside.most,
                  .sendBlockedNs = gained.sendBlockedNs,
                  .receiveBlockedNs = gained.receiveBlockedNs,
                  .columnNs = gained.knownNs};
        for (std::size_t i = std::max<std::size_t>(1, first); i < next; ++i)
            column.received += growth(track.samples[i - 1].reading.received, track.samples[i].reading.received);
    }
    return columns;
}

}  // namespace grainscope::ui
