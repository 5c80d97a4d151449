// How stages, channels and followed messages are drawn. The widget that does it is PipelineDiagramView.
#pragma once

#include <optional>
#include <vector>

#include <QPainter>

#include <ui/models/pipeline_layout.h>
#include <ui/models/pipeline_model.h>
#include <ui/theme/tokens.h>

namespace grainscope::ui {

/// A followed message as it is drawn.
struct MessageDot {
    std::size_t message = 0;  ///< its number in the index
    QRectF rect;
    QString label;  ///< its id; empty where it is too crowded for one
};

/// Paints one picture: everything at the moment that the model shows. Notes which texts did not fit.
class PipelinePainter {
  public:
    PipelinePainter(QPainter& painter, const PipelineModel& model, const PipelineLayout& layout, qreal deviceRatio);

    /// All of it. `chosen`: the message whose way is highlighted.
    void paint(std::optional<std::size_t> chosen);
    /// Where the followed messages are drawn, those that lie on top last.
    [[nodiscard]] static std::vector<MessageDot> dots(const PipelineModel& model, const PipelineLayout& layout,
                                                      std::optional<std::size_t> chosen);
    /// Where the worker of a row stands in its stage's box.
    [[nodiscard]] static QRectF cell(const PipelineDiagram& diagram, const PipelineLayout& layout, int stage,
                                     int place);

  private:
    void paintStage(int stage, const FollowedMessage* followed);
    void paintCells(int stage);
    void paintArms(int stage);
    void paintFeed(int channel, bool isOnTheWay);
    void paintPipe(int channel, bool isOnTheWay);
    void paintLevel(int channel);
    void paintMarks(int channel, const trace::ChannelReading& now);
    void paintClock(int channel);
    void paintDot(const MessageDot& dot, bool isChosen);
    /// A text in one line, elided where it does not fit.
    void write(const QRectF& rect, Qt::Alignment alignment, const QString& text);
    [[nodiscard]] bool isOnTheWay(int channel, const FollowedMessage* followed) const;

    QPainter& p_;
    const PipelineModel& model_;
    const PipelineDiagram& diagram_;
    const PipelineLayout& layout_;
    const Tokens& t_;
    qreal ratio_;
};

}  // namespace grainscope::ui
