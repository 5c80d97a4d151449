#include "ui/models/pipeline_diagram.h"

#include <algorithm>
#include <cmath>

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <grainscope/trace/stream_format.h>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

/// More than this nobody can look at.
constexpr qsizetype mostStages = 128, mostChannels = 512;
constexpr double largestCapacity = 1e15;

/// A whole number in [low, high]; none for anything else.
std::optional<qint64> whole(const QJsonValue& json, double low, double high) {
    if (!json.isDouble()) return std::nullopt;
    const double number = json.toDouble();
    if (!(number >= low && number <= high) || number != std::floor(number)) return std::nullopt;
    return static_cast<qint64>(number);
}

/// A name from a file, without breaks and runs of spaces.
QString onOneLine(const QString& text) {
    static const QRegularExpression spaces(u"\\s+"_s);
    return text.split(spaces, Qt::SkipEmptyParts).join(u' ');
}

std::optional<PipelineDiagram::Stage> stageFrom(const QJsonObject& json) {
    const auto first = whole(json[u"first_row"], 0, trace::format::most_workers);
    const auto rows = whole(json[u"rows"], 0, trace::format::most_workers);
    const QString name = onOneLine(json[u"name"].toString());
    if (name.isEmpty() || !first || !rows) return std::nullopt;
    if (*first + *rows > static_cast<qint64>(trace::format::most_workers)) return std::nullopt;
    return PipelineDiagram::Stage{name, static_cast<int>(*first), static_cast<int>(*rows), json[u"selects"].toBool()};
}

std::optional<PipelineDiagram::Channel> channelFrom(const QJsonObject& json, int stages) {
    PipelineDiagram::Channel channel{.name = onOneLine(json[u"name"].toString()), .from = {}, .capacity = {}};
    const auto to = whole(json[u"to"], 0, stages - 1);
    if (!to) return std::nullopt;
    channel.to = static_cast<int>(*to);
    if (const QJsonValue from = json[u"from"]; !from.isNull()) {
        const auto stage = whole(from, 0, stages - 1);
        if (!stage) return std::nullopt;
        channel.from = static_cast<int>(*stage);
    }
    if (const QJsonValue capacity = json[u"capacity"]; !capacity.isNull()) {
        channel.capacity = whole(capacity, 0, largestCapacity);
        if (!channel.capacity) return std::nullopt;
    }
    return channel;
}

/// Walks the stages in depth and gives each the longest way behind it; an edge to a stage on the way runs backwards.
class LongestWays {
  public:
    explicit LongestWays(const PipelineDiagram& diagram)
        : diagram_(diagram), state_(diagram.stages.size(), State::fresh) {
        for (int stage = 0; stage < diagram.stageCount(); ++stage)
            if (diagram.isSource(stage)) visit(stage);
        for (int stage = 0; stage < diagram.stageCount(); ++stage) visit(stage);
    }
    [[nodiscard]] std::vector<int> layers() const {
        std::vector<int> layers(diagram_.stages.size(), 0);
        for (auto stage = finished_.rbegin(); stage != finished_.rend(); ++stage)
            for (const auto& [from, to] : edges_)
                if (from == *stage) raise(layers, to, from);
        return layers;
    }

  private:
    enum class State { fresh, onTheWay, done };
    static void raise(std::vector<int>& layers, int to, int from) {
        int& layer = layers[static_cast<std::size_t>(to)];
        layer = std::max(layer, layers[static_cast<std::size_t>(from)] + 1);
    }
    void visit(int stage) {
        State& state = state_[static_cast<std::size_t>(stage)];
        if (state != State::fresh) return;
        state = State::onTheWay;
        for (const int channel : diagram_.outOf(stage)) {
            const int to = diagram_.channel(channel).to;
            if (state_[static_cast<std::size_t>(to)] == State::onTheWay) continue;
            edges_.emplace_back(stage, to);
            visit(to);
        }
        state_[static_cast<std::size_t>(stage)] = State::done;
        finished_.push_back(stage);
    }

    const PipelineDiagram& diagram_;
    std::vector<State> state_;
    std::vector<std::pair<int, int>> edges_;
    std::vector<int> finished_;
};

}  // namespace

std::optional<PipelineDiagram> PipelineDiagram::fromJson(const QByteArray& json) {
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    const QJsonArray stages = object[u"stages"].toArray();
    const QJsonArray channels = object[u"channels"].toArray();
    if (stages.isEmpty() || stages.size() > mostStages || channels.isEmpty()) return std::nullopt;
    if (channels.size() > mostChannels) return std::nullopt;

    PipelineDiagram diagram;
    QSet<QString> names;
    for (const QJsonValue& entry : stages) {
        auto stage = stageFrom(entry.toObject());
        if (!stage || names.contains(stage->name)) return std::nullopt;
        names.insert(stage->name);
        diagram.stages.push_back(std::move(*stage));
    }
    for (const QJsonValue& entry : channels) {
        auto channel = channelFrom(entry.toObject(), diagram.stageCount());
        if (!channel) return std::nullopt;
        if (channel->name.isEmpty()) channel->name = diagram.stage(channel->to).name;
        diagram.channels.push_back(std::move(*channel));
    }
    diagram.message = onOneLine(object[u"message"].toString(u"message"_s));
    return diagram;
}

std::vector<int> PipelineDiagram::into(int stage) const {
    std::vector<int> found;
    for (int i = 0; i < channelCount(); ++i)
        if (channel(i).to == stage) found.push_back(i);
    return found;
}

std::vector<int> PipelineDiagram::outOf(int stage) const {
    std::vector<int> found;
    for (int i = 0; i < channelCount(); ++i)
        if (channel(i).from == stage) found.push_back(i);
    return found;
}

bool PipelineDiagram::isSource(int stage) const {
    return std::ranges::none_of(channels, [stage](const Channel& channel) {
        return channel.to == stage && channel.from && *channel.from != stage;
    });
}

bool PipelineDiagram::isSink(int stage) const {
    return std::ranges::none_of(
        channels, [stage](const Channel& channel) { return channel.from == stage && channel.to != stage; });
}

std::optional<int> PipelineDiagram::channelBetween(int from, int to) const {
    for (int i = 0; i < channelCount(); ++i)
        if (channel(i).from == from && channel(i).to == to) return i;
    return std::nullopt;
}

std::vector<int> PipelineDiagram::layers() const { return LongestWays(*this).layers(); }

}  // namespace grainscope::ui
