// What a pipeline did in a stretch of time, in numbers and in a sentence.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <QString>

#include "ui/models/channel_index.h"
#include "ui/models/message_index.h"
#include "ui/models/pipeline_diagram.h"
#include "ui/models/state_index.h"

namespace grainscope::ui {

struct ChannelFigures {
    bool known = false;  ///< whether the recording has samples of it in that time; the rest is 0 if not
    double sent = 0, received = 0;
    double perSecond = 0;                    ///< messages received a second
    double meanFill = 0;                     ///< messages inside, on average over time
    quint64 deepest = 0;                     ///< the most messages inside at any sample
    std::optional<double> sendersBlocked;    ///< share of the senders' time; none for a clock, which never waits
    std::optional<double> receiversBlocked;  ///< share of the receivers' time
    std::optional<double> armShare;          ///< of all that its selecting stage took; none where nothing selects
};

struct StageFigures {
    std::optional<double> busy;       ///< share of its workers' time in which they neither wait for a channel nor sleep
    double perSecond = 0;             ///< messages a second that it hands on; of a sink, that it takes
    std::optional<double> serviceNs;  ///< median time that a worker of it works on one message
    int followed = 0;                 ///< messages that this median is of
    std::optional<double> waitBefore;  ///< share of their time that those who send to it wait
};

struct LatencyFigures {
    int followed = 0;  ///< messages that went all the way and ended in that time
    std::optional<double> median, p90, p99;
};

/// Fewer messages than this tell no latency; fewer than the second no 99th percentile.
inline constexpr int fewestForLatency = 10, fewestForP99 = 100;
/// A stage whose workers are busy for less than this share of the time holds nobody back.
inline constexpr double saturated = 0.85;

struct PipelineFigures {
    double seconds = 0;  ///< of the time looked at
    std::vector<ChannelFigures> channels;
    std::vector<StageFigures> stages;
    LatencyFigures latency;
    double outPerSecond = 0;        ///< messages a second that the sinks take
    std::optional<int> busiest;     ///< the stage with the largest share; none where no stage tells any
    std::optional<int> bottleneck;  ///< the same, if it is saturated
    bool busyIsEstimated = false;   ///< the workers tell no states: busy is service time by throughput
};

/// What the figures are made from. The indexes are up to date with the recording.
struct PipelineSources {
    const trace::Recording& recording;
    const PipelineDiagram& diagram;
    std::span<const ChannelIndex> channels;  ///< by number of the channel; may be fewer than the diagram's
    std::span<const StateIndex> states;      ///< by row
    const MessageIndex& messages;
};

/// The figures of some stretches of time together, by begin and disjoint. Costs a few binary searches a channel and a
/// row for each of them, and a pass over the followed messages.
[[nodiscard]] PipelineFigures pipelineFigures(const PipelineSources& sources, std::span<const TimeRange> ranges);

/// "'compress' is the bottleneck: its 2 workers are busy 97 % of the time, senders to it wait 81 %, and 12,300 messages
/// a second come out. Latency is 4.1 ms (median), 9.8 ms (99 %)." Says what is not known rather than guess.
/// `workers`: whether that is what works at the stages, and not threads of other kinds.
[[nodiscard]] QString pipelineSentence(const PipelineDiagram& diagram, const PipelineFigures& figures,
                                       bool workers = true);

}  // namespace grainscope::ui
