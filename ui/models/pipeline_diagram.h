// The stages of a run and the channels between them, as a note of the recording names them.
#pragma once

#include <optional>
#include <vector>

#include <QString>

class QByteArray;

namespace grainscope::ui {

struct PipelineDiagram {
    struct Stage {
        QString name;
        int firstRow = 0, rows = 1;  ///< its workers are the rows firstRow to firstRow + rows - 1
        bool selects = false;        ///< each channel that leads here is one arm of a select
        bool operator==(const Stage&) const = default;
    };
    struct Channel {
        QString name;
        std::optional<int> from;         ///< the stage that sends; none: a clock does
        int to = 0;                      ///< the stage that receives
        std::optional<qint64> capacity;  ///< none: unbounded
        bool operator==(const Channel&) const = default;
    };
    std::vector<Stage> stages;
    std::vector<Channel> channels;
    QString message;  ///< the word for what is handed on: "document"
    bool operator==(const PipelineDiagram&) const = default;

    /// From a note of kind `diagram`. None for anything that is not one: no stages or channels, two stages of one name,
    /// a channel to a stage that is not there, more rows or channels than a recording may have.
    [[nodiscard]] static std::optional<PipelineDiagram> fromJson(const QByteArray& json);

    [[nodiscard]] const Stage& stage(int index) const { return stages[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const Channel& channel(int index) const { return channels[static_cast<std::size_t>(index)]; }
    [[nodiscard]] int stageCount() const { return static_cast<int>(stages.size()); }
    [[nodiscard]] int channelCount() const { return static_cast<int>(channels.size()); }

    /// The channels that lead to a stage, and those that lead away from it, by number.
    [[nodiscard]] std::vector<int> into(int stage) const;
    [[nodiscard]] std::vector<int> outOf(int stage) const;
    /// Where messages enter: no other stage sends to it. Where they leave: it sends to no other stage.
    [[nodiscard]] bool isSource(int stage) const;
    [[nodiscard]] bool isSink(int stage) const;
    /// The number of the channel from one stage to another; the first of several, none if there is none.
    [[nodiscard]] std::optional<int> channelBetween(int from, int to) const;

    /// For every stage how many stages lie before it on the longest way from a source. What runs backwards in a circle
    /// does not count.
    [[nodiscard]] std::vector<int> layers() const;
};

}  // namespace grainscope::ui
