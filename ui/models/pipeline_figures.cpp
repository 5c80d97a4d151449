#include "ui/models/pipeline_figures.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>

#include "ui/models/format.h"

namespace grainscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::PipelineFigures)
};

/// The smallest value that at least `share` of all values do not exceed. Reorders them.
double quantile(std::vector<double>& values, double share) {
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
    const auto at = values.begin() + std::clamp<std::ptrdiff_t>(rank, 0, std::ssize(values) - 1);
    std::ranges::nth_element(values, at);
    return *at;
}

class Reckoning {
  public:
    Reckoning(const PipelineSources& sources, std::span<const TimeRange> ranges)
        : s_(sources), diagram_(sources.diagram), ranges_(ranges) {}

    PipelineFigures make() {
        f_.channels.resize(diagram_.channels.size());
        f_.stages.resize(diagram_.stages.size());
        flows_.resize(diagram_.channels.size());
        for (const TimeRange& range : ranges_) f_.seconds += static_cast<double>(range.length()) * 1e-9;
        for (int channel = 0; channel < diagram_.channelCount(); ++channel) takeChannel(channel);
        for (int stage = 0; stage < diagram_.stageCount(); ++stage) takeArms(stage);
        takeMessages();
        for (int stage = 0; stage < diagram_.stageCount(); ++stage) takeStage(stage);
        nameBottleneck();
        return std::move(f_);
    }

  private:
    ChannelFigures& channel(int index) { return f_.channels[static_cast<std::size_t>(index)]; }
    StageFigures& stage(int index) { return f_.stages[static_cast<std::size_t>(index)]; }
    const ChannelFlow& flow(int index) const { return flows_[static_cast<std::size_t>(index)]; }

    /// The share of the time of so many waiting rows.
    static std::optional<double> share(double blockedNs, double knownNs, int rows) {
        if (knownNs <= 0 || rows <= 0) return std::nullopt;
        return std::clamp(blockedNs / (knownNs * rows), 0.0, 1.0);
    }

    void takeChannel(int index) {
        const auto number = static_cast<std::size_t>(index);
        if (number >= s_.channels.size() || number >= s_.recording.channels.size()) return;
        const trace::ChannelTrack& track = s_.recording.channels[number];
        ChannelFlow& all = flows_[number];
        ChannelFigures& figures = channel(index);
        for (const TimeRange& range : ranges_) {
            all += s_.channels[number].between(track, range);
            figures.deepest = std::max(figures.deepest, s_.channels[number].deepest(track, range));
        }
        figures.known = all.knownNs > 0;
        if (!figures.known) return;
        const PipelineDiagram::Channel& described = diagram_.channel(index);
        figures.sent = std::round(all.sent);
        figures.received = std::round(all.received);
        figures.perSecond = all.received * 1e9 / all.knownNs;
        figures.meanFill = all.depthNs / all.knownNs;
        if (described.from)
            figures.sendersBlocked = share(all.sendBlockedNs, all.knownNs, diagram_.stage(*described.from).rows);
        figures.receiversBlocked = share(all.receiveBlockedNs, all.knownNs, diagram_.stage(described.to).rows);
    }

    void takeArms(int index) {
        if (!diagram_.stage(index).selects) return;
        const std::vector<int> arms = diagram_.into(index);
        double all = 0;
        for (const int arm : arms) all += flow(arm).received;
        if (all <= 0) return;
        for (const int arm : arms) channel(arm).armShare = flow(arm).received / all;
    }

    void takeMessages() {
        std::vector<double> latencies;
        service_.resize(diagram_.stages.size());
        if (!ranges_.empty()) {
            s_.messages.forEachIn({ranges_.front().begin, ranges_.back().end}, [&](const FollowedMessage& message) {
                for (const MessageHop& hop : message.hops)
                    if (isLookedAt(hop.end) && hop.stage < diagram_.stageCount())
                        service_[static_cast<std::size_t>(hop.stage)].push_back(
                            static_cast<double>(hop.end - hop.begin));
                if (isLookedAt(message.end()) && MessageIndex::wentThrough(message, diagram_))
                    latencies.push_back(static_cast<double>(message.latency()));
            });
        }
        f_.latency.followed = static_cast<int>(latencies.size());
        if (f_.latency.followed < fewestForLatency) return;
        f_.latency.median = quantile(latencies, 0.5);
        f_.latency.p90 = quantile(latencies, 0.9);
        if (f_.latency.followed >= fewestForP99) f_.latency.p99 = quantile(latencies, 0.99);
    }

    [[nodiscard]] bool isLookedAt(Nanoseconds time) const {
        const auto after = std::ranges::upper_bound(ranges_, time, {}, &TimeRange::begin);
        return after != ranges_.begin() && time <= std::prev(after)->end;
    }

    void takeStage(int index) {
        StageFigures& figures = stage(index);
        const PipelineDiagram::Stage& described = diagram_.stage(index);
        double handed = 0, taken = 0, blockedNs = 0, senderNs = 0;
        for (const int out : diagram_.outOf(index)) handed += rate(out, flow(out).sent);
        for (const int in : diagram_.into(index)) {
            taken += rate(in, flow(in).received);
            const auto from = diagram_.channel(in).from;
            if (!from) continue;
            blockedNs += flow(in).sendBlockedNs;
            senderNs += flow(in).knownNs * diagram_.stage(*from).rows;
        }
        const bool sink = diagram_.isSink(index);
        figures.perSecond = sink ? taken : handed;
        if (sink) f_.outPerSecond += taken;
        if (senderNs > 0) figures.waitBefore = std::clamp(blockedNs / senderNs, 0.0, 1.0);
        std::vector<double>& service = service_[static_cast<std::size_t>(index)];
        figures.followed = static_cast<int>(service.size());
        if (figures.followed > 0) figures.serviceNs = quantile(service, 0.5);
        figures.busy = busyByStates(described);
        if (!figures.busy && figures.serviceNs && described.rows > 0 && figures.followed >= fewestForLatency) {
            f_.busyIsEstimated = true;
            const double each = diagram_.isSource(index) ? handed : taken;
            figures.busy = std::min(1.0, *figures.serviceNs * 1e-9 * each / described.rows);
        }
    }

    double rate(int index, double messages) const {
        return flow(index).knownNs > 0 ? messages * 1e9 / flow(index).knownNs : 0;
    }

    std::optional<double> busyByStates(const PipelineDiagram::Stage& described) const {
        Nanoseconds idle = 0, known = 0;
        for (int row = described.firstRow; row < described.firstRow + described.rows; ++row) {
            const auto number = static_cast<std::size_t>(row);
            if (number >= s_.states.size() || !tellsStates(s_.recording.workers[number])) continue;
            for (const TimeRange& range : ranges_) {
                const StateTimes times =
                    s_.states[number].exactlyBetween(s_.recording.workers[number], range.begin, range.end);
                known += knownTime(times);
                idle += times[static_cast<std::size_t>(trace::State::blocked_channel)] +
                        times[static_cast<std::size_t>(trace::State::parked)];
            }
        }
        if (known <= 0) return std::nullopt;
        return static_cast<double>(known - idle) / static_cast<double>(known);
    }

    void nameBottleneck() {
        double most = 0;
        for (int index = 0; index < diagram_.stageCount(); ++index) {
            const auto busy = stage(index).busy;
            if (!busy || *busy <= most) continue;
            most = *busy;
            f_.busiest = index;
        }
        if (most >= saturated) f_.bottleneck = f_.busiest;
    }

    const PipelineSources& s_;
    const PipelineDiagram& diagram_;
    std::span<const TimeRange> ranges_;
    PipelineFigures f_;
    std::vector<ChannelFlow> flows_;
    std::vector<std::vector<double>> service_;  ///< by stage
};

/// "12,300"; below ten with a digit behind the point.
QString rateText(double perSecond) {
    return perSecond < 10
               ? formatReal(perSecond, 2)
               : formatCount(std::llround(perSecond < 10'000 ? perSecond : std::round(perSecond / 100) * 100));
}

QString latencySentence(const PipelineDiagram& diagram, const LatencyFigures& latency) {
    if (!latency.median)
        return latency.followed == 0
                   ? Text::tr("No %1 was followed all the way: the latency is not known.").arg(diagram.message)
                   : Text::tr("Too few were followed all the way to tell the latency: %1.")
                         .arg(formatCount(latency.followed));
    const QString median = formatDuration(*latency.median);
    return latency.p99 ? Text::tr("Latency is %1 (median), %2 (99 %).").arg(median, formatDuration(*latency.p99))
                       : Text::tr("Latency is %1 (median), %2 (90 % of %3 followed).")
                             .arg(median, formatDuration(*latency.p90), formatCount(latency.followed));
}

QString busySentence(int rows, const QString& busy, bool areWorkers) {
    if (rows == 1)
        return (areWorkers ? Text::tr("its worker is busy %1 of the time")
                           : Text::tr("its thread is busy %1 of the time"))
            .arg(busy);
    return (areWorkers ? Text::tr("its %1 workers are busy %2 of the time")
                       : Text::tr("its %1 threads are busy %2 of the time"))
        .arg(formatCount(rows), busy);
}

}  // namespace

PipelineFigures pipelineFigures(const PipelineSources& sources, std::span<const TimeRange> ranges) {
    return Reckoning(sources, ranges).make();
}

QString pipelineSentence(const PipelineDiagram& diagram, const PipelineFigures& figures, bool areWorkers) {
    const bool any = std::ranges::any_of(figures.channels, &ChannelFigures::known);
    if (!any) return Text::tr("In this stretch of time the recording knows nothing of its channels.");
    const QString out = Text::tr("%1 messages a second come out").arg(rateText(figures.outPerSecond));
    const QString tail = u' ' + latencySentence(diagram, figures.latency);
    if (!figures.busiest)
        return (areWorkers
                    ? Text::tr(
                          "Which stage is the bottleneck is not known, as the workers do not tell their states; %1.")
                    : Text::tr(
                          "Which stage is the bottleneck is not known, as the threads do not tell their states; %1."))
                   .arg(out) +
               tail;
    const int index = *figures.busiest;
    const StageFigures& stage = figures.stages[static_cast<std::size_t>(index)];
    const PipelineDiagram::Stage& described = diagram.stage(index);
    const QString name = described.name;
    const QString busy = formatPercent(*stage.busy);
    if (!figures.bottleneck)
        return (areWorkers
                    ? Text::tr("No stage is saturated, the producer sets the pace: even the workers of “%1” are busy "
                               "only %2 of the time, and %3.")
                    : Text::tr("No stage is saturated, the producer sets the pace: even the threads of “%1” are busy "
                               "only %2 of the time, and %3."))
                   .arg(name, busy, out) +
               tail;
    const QString workers = busySentence(described.rows, busy, areWorkers);
    if (diagram.isSource(index)) return Text::tr("“%1” sets the pace: %2, and %3.").arg(name, workers, out) + tail;
    const QString wait =
        stage.waitBefore ? Text::tr("senders to it wait %1, ").arg(formatPercent(*stage.waitBefore)) : QString();
    return Text::tr("“%1” is the bottleneck: %2, %3and %4.").arg(name, workers, wait, out) + tail;
}

}  // namespace grainscope::ui
