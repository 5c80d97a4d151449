#include "ui/models/pipeline_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace grainscope::ui {
namespace {

// In px of the drawing.
constexpr double narrowestBox = 106, widestBox = 190;
constexpr double narrowestGap = 124, widestGap = 230;
constexpr double boxToGap = 0.85;
constexpr double lowestBox = 92, tallestStretch = 1.25;
constexpr double pipePitch = 54;  ///< of two channels that lead to one stage
constexpr double bodyHeight = 18, lineHeight = 16;
constexpr double feeder = 20, arrow = 11;
constexpr double clockSide = 34, passageHeight = 16;
constexpr double arms = 46;  ///< what a select draws inside its box
constexpr double spacing = 14, bandGap = 16, corridorPitch = 9;

enum class Kind { stage, clock, passage };

struct Node {
    Kind kind;
    int index;   ///< of the stage, or of the channel that it is the clock or a passage of
    int column;  ///< over all bands
    double height = 0;
    QRectF rect = {};
};

}  // namespace

class PipelineLayout::Maker {
  public:
    Maker(PipelineLayout& layout, const PipelineDiagram& diagram, QSizeF area, double unit)
        : l_(layout), diagram_(diagram), area_(area / unit), unit_(unit) {}

    void make() {
        l_.stages_.resize(diagram_.stages.size());
        l_.clocks_.resize(diagram_.channels.size());
        l_.pipes_.resize(diagram_.channels.size());
        if (std::ranges::any_of(diagram_.stages, &PipelineDiagram::Stage::selects)) armRoom_ = arms;
        placeColumns();
        foldIntoBands();
        addPassages();
        orderColumns();
        placeRows();
        for (int stage = 0; stage < diagram_.stageCount(); ++stage) connect(stage);
        scale();
    }

  private:
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }

    void placeColumns() {
        std::vector<int> layers = diagram_.layers();
        // A clock stands before the stage that it wakes.
        const bool early = std::ranges::any_of(
            diagram_.channels, [&](const auto& channel) { return !channel.from && layers[at(channel.to)] == 0; });
        for (int stage = 0; stage < diagram_.stageCount(); ++stage) {
            const int inputs = static_cast<int>(diagram_.into(stage).size());
            const double height = std::max(lowestBox, inputs * pipePitch + 8);
            nodes_.push_back({Kind::stage, stage, layers[at(stage)] + (early ? 1 : 0), height});
        }
        for (int channel = 0; channel < diagram_.channelCount(); ++channel) {
            if (diagram_.channel(channel).from) continue;
            const int column = nodes_[at(diagram_.channel(channel).to)].column - 1;
            nodes_.push_back({Kind::clock, channel, column, clockSide});
        }
        for (const Node& node : nodes_) columnCount_ = std::max(columnCount_, node.column + 1);
    }

    /// Whether a channel goes straight on to the right within its band.
    bool goesOn(int channel) const {
        const auto& described = diagram_.channel(channel);
        const int to = column(described.to);
        const int from = described.from ? column(*described.from) : to - 1;
        return from < to && bandOf(from) == bandOf(to);
    }
    int column(int stage) const { return nodes_[at(stage)].column; }
    int bandOf(int column) const { return column / perBand_; }
    int bandCount() const { return (columnCount_ + perBand_ - 1) / perBand_; }

    bool needsLead(int band) const {
        for (int channel = 0; channel < diagram_.channelCount(); ++channel)
            if (column(diagram_.channel(channel).to) == band * perBand_) return true;
        return false;
    }
    int columnsOf(int band) const { return std::min(perBand_, columnCount_ - band * perBand_); }
    double leastWidth(int band) const {
        const int columns = columnsOf(band), gaps = columns - 1 + (needsLead(band) ? 1 : 0);
        return columns * (narrowestBox + armRoom_) + gaps * narrowestGap;
    }

    void foldIntoBands() {
        for (int bands = 1; bands <= columnCount_; ++bands) {
            perBand_ = (columnCount_ + bands - 1) / bands;
            bool fits = true;
            for (int band = 0; band < bandCount(); ++band) fits = fits && leastWidth(band) <= area_.width();
            if (fits) break;
        }
        int columns = 1, gaps = 0;
        for (int band = 0; band < bandCount(); ++band) {
            columns = std::max(columns, columnsOf(band));
            gaps = std::max(gaps, columnsOf(band) - 1 + (needsLead(band) ? 1 : 0));
        }
        // Boxes and gaps share the width as far as both look well.
        gap_ = std::clamp(area_.width() / (gaps + columns * boxToGap), narrowestGap, widestGap);
        box_ = std::clamp((area_.width() - gaps * gap_) / columns, narrowestBox + armRoom_, widestBox + armRoom_);
        if (gaps > 0) gap_ = std::clamp((area_.width() - columns * box_) / gaps, narrowestGap, widestGap);
        const double used = columns * box_ + gaps * gap_;
        left_ = std::max(0.0, (area_.width() - used) / 2);
    }
    double columnLeft(int column) const {
        const int band = bandOf(column);
        return left_ + (needsLead(band) ? gap_ : 0) + (column - band * perBand_) * (box_ + gap_);
    }

    void addPassages() {
        for (int channel = 0; channel < diagram_.channelCount(); ++channel) {
            const auto& described = diagram_.channel(channel);
            if (!described.from || !goesOn(channel)) continue;
            for (int between = column(*described.from) + 1; between < column(described.to); ++between) {
                passages_[channel].push_back(nodes_.size());
                nodes_.push_back({Kind::passage, channel, between, passageHeight});
            }
        }
    }

    /// By the mean place of what sends to a node, column by column from the left.
    void orderColumns() {
        columns_.resize(at(columnCount_));
        for (std::size_t i = 0; i < nodes_.size(); ++i) columns_[at(nodes_[i].column)].push_back(i);
        std::vector<double> place(nodes_.size(), 0);
        for (auto& column : columns_) {
            std::vector<double> wish(nodes_.size(), 0);
            for (const std::size_t node : column) wish[node] = wishedPlace(nodes_[node], place);
            std::ranges::stable_sort(column, {}, [&](std::size_t node) { return wish[node]; });
            for (std::size_t row = 0; row < column.size(); ++row)
                place[column[row]] = (static_cast<double>(row) + 0.5) / static_cast<double>(column.size());
        }
    }
    double wishedPlace(const Node& node, const std::vector<double>& place) const {
        double sum = 0;
        int count = 0;
        const auto add = [&](int channel) {
            const auto& described = diagram_.channel(channel);
            if (!described.from || column(*described.from) >= node.column) return;
            sum += place[at(*described.from)];
            ++count;
        };
        if (node.kind == Kind::passage) add(node.index);
        if (node.kind == Kind::stage)
            for (const int channel : diagram_.into(node.index)) add(channel);
        if (count > 0) return sum / count;
        // What nobody sends to stands in the order of its first channel.
        if (node.kind == Kind::clock) return 0.01 * node.index;
        const auto out = diagram_.outOf(node.index);
        return 0.01 * (out.empty() ? node.index : out.front());
    }

    double columnHeight(int column) const {
        double height = 0;
        for (const std::size_t node : columns_[at(column)]) height += nodes_[node].height + spacing;
        return std::max(0.0, height - spacing);
    }
    double bandHeight(int band) const {
        double height = 0;
        for (int column = band * perBand_; column < band * perBand_ + columnsOf(band); ++column)
            height = std::max(height, columnHeight(column));
        return height;
    }
    int corridorLines(int band) const {
        int lines = 0;
        for (int channel = 0; channel < diagram_.channelCount(); ++channel) {
            const auto& described = diagram_.channel(channel);
            if (described.from && !goesOn(channel) && bandOf(column(*described.from)) == band) ++lines;
        }
        return lines;
    }
    double corridorHeight(int band) const {
        return corridorLines(band) > 0 ? (corridorLines(band) + 1) * corridorPitch : 0;
    }

    void placeRows() {
        double needed = (bandCount() - 1) * bandGap, fixed = needed;
        for (int band = 0; band < bandCount(); ++band) {
            needed += bandHeight(band) + corridorHeight(band);
            fixed += corridorHeight(band);
        }
        l_.needed_ = std::ceil(needed * unit_);
        const double stretch =
            std::clamp((area_.height() - fixed) / std::max(1.0, needed - fixed), 1.0, tallestStretch);
        for (Node& node : nodes_)
            if (node.kind == Kind::stage) node.height *= stretch;
        double used = fixed;
        for (int band = 0; band < bandCount(); ++band) used += bandHeight(band);
        double top = std::max(0.0, (area_.height() - used) / 2);
        for (int band = 0; band < bandCount(); ++band) {
            const double height = bandHeight(band);
            for (int column = band * perBand_; column < band * perBand_ + columnsOf(band); ++column) {
                double y = top + (height - columnHeight(column)) / 2;
                for (const std::size_t node : columns_[at(column)]) {
                    placeNode(nodes_[node], columnLeft(column), y);
                    y += nodes_[node].height + spacing;
                }
            }
            corridors_.push_back(top + height + corridorPitch);
            top += height + corridorHeight(band) + bandGap;
        }
    }
    void placeNode(Node& node, double left, double top) {
        node.rect = node.kind == Kind::clock ? QRectF(left + box_ - clockSide, top, clockSide, clockSide)
                                             : QRectF(left, top, box_, node.height);
        if (node.kind == Kind::stage) l_.stages_[at(node.index)] = node.rect;
        if (node.kind == Kind::clock) l_.clocks_[at(node.index)] = node.rect;
    }

    /// Where the i-th of `count` lines meets a side of a box: around its middle.
    static double portY(const QRectF& box, int i, int count, double pitch) {
        return box.center().y() + (i - (count - 1) / 2.0) * std::min(pitch, box.height() / std::max(1, count));
    }
    double senderY(int channel) const {
        const auto& described = diagram_.channel(channel);
        return described.from ? l_.stages_[at(*described.from)].center().y() : l_.clocks_[at(channel)].center().y();
    }

    void connect(int stage) {
        std::vector<int> inputs = diagram_.into(stage);
        std::ranges::stable_sort(inputs, {}, [this](int channel) { return senderY(channel); });
        const QRectF& box = l_.stages_[at(stage)];
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const double y =
                portY(box, static_cast<int>(i), static_cast<int>(inputs.size()), pipePitch * tallestStretch);
            Pipe& pipe = l_.pipes_[at(inputs[i])];
            pipe.port = {box.left(), y};
            pipe.body = QRectF(QPointF(box.left() - gap_ + feeder, y - bodyHeight / 2),
                               QPointF(box.left() - arrow, y + bodyHeight / 2));
            pipe.caption = pipe.body.adjusted(0, -lineHeight, 0, -bodyHeight);
            pipe.marks = pipe.body.adjusted(0, bodyHeight, 0, lineHeight);
            feed(pipe, inputs[i]);
        }
    }

    void feed(Pipe& pipe, int channel) {
        const QPointF end(pipe.body.left(), pipe.body.center().y());
        const auto from = diagram_.channel(channel).from;
        if (!from) {
            const QRectF& clock = l_.clocks_[at(channel)];
            pipe.feed = {QPointF(clock.right(), clock.center().y()), end};
            return;
        }
        const QRectF& box = l_.stages_[at(*from)];
        std::vector<int> outputs = diagram_.outOf(*from);
        std::ranges::stable_sort(outputs, {},
                                 [this](int out) { return l_.stages_[at(diagram_.channel(out).to)].center().y(); });
        const int place = static_cast<int>(std::ranges::find(outputs, channel) - outputs.begin());
        const QPointF begin(box.right(), portY(box, place, static_cast<int>(outputs.size()), 16));
        pipe.feed = {begin};
        if (goesOn(channel)) {
            for (const std::size_t passing : passages_[channel]) {
                const QRectF& rect = nodes_[passing].rect;
                pipe.feed.emplace_back(rect.left(), rect.center().y());
                pipe.feed.emplace_back(rect.right(), rect.center().y());
            }
        } else {
            const auto band = at(bandOf(column(*from)));
            const double y = corridors_[band] + corridorPitch * used_[band]++;
            const double out = begin.x() + 8, in = end.x() - 9;
            for (const QPointF turn : {QPointF(out, begin.y()), QPointF(out, y), QPointF(in, y), QPointF(in, end.y())})
                pipe.feed.push_back(turn);
            pipe.cornered = true;
        }
        pipe.feed.push_back(end);
    }

    void scale() {
        const auto scaled = [this](const QRectF& r) { return QRectF(r.topLeft() * unit_, r.size() * unit_); };
        for (QRectF& rect : l_.stages_) rect = scaled(rect);
        for (QRectF& rect : l_.clocks_) rect = scaled(rect);
        for (Pipe& pipe : l_.pipes_) {
            for (QRectF* rect : {&pipe.body, &pipe.caption, &pipe.marks}) *rect = scaled(*rect);
            for (QPointF& point : pipe.feed) point *= unit_;
            pipe.port *= unit_;
        }
    }

    PipelineLayout& l_;
    const PipelineDiagram& diagram_;
    QSizeF area_;
    double unit_;
    std::vector<Node> nodes_;  ///< the stages first, by number
    std::map<int, std::vector<std::size_t>> passages_;
    std::vector<std::vector<std::size_t>> columns_;
    std::vector<double> corridors_;
    std::map<std::size_t, int> used_;
    int columnCount_ = 1, perBand_ = 1;
    double box_ = 0, gap_ = 0, left_ = 0, armRoom_ = 0;
};

PipelineLayout::PipelineLayout(const PipelineDiagram& diagram, QSizeF area, double unit) {
    Maker(*this, diagram, area, unit).make();
}

double PipelineLayout::neededWidth(double unit) { return std::ceil((narrowestBox + narrowestGap) * unit); }

}  // namespace grainscope::ui
