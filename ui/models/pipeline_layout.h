// Where the stages and channels of a diagram stand: geometry without a painter.
#pragma once

#include <optional>
#include <vector>

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include "ui/models/pipeline_diagram.h"

namespace grainscope::ui {

/// Stages as boxes in columns, by the longest way from a source; channels as pipes in the gap before the stage that
/// they lead to. A chain that is too long for the width goes on in another band below, as text does. Lines that cannot
/// go straight on run through a corridor below their band.
class PipelineLayout {
  public:
    struct Pipe {
        QRectF body;                ///< what fills
        QRectF caption;             ///< above it: name and fill
        QRectF marks;               ///< below it: who waits
        std::vector<QPointF> feed;  ///< from the sender to the body's left end
        bool cornered = false;      ///< the feed turns at right angles; else it swings from point to point
        QPointF port;               ///< where it meets the receiving stage
    };

    PipelineLayout() = default;
    /// `unit`: how many px a px of the drawing is, for larger type. Nothing overlaps at neededSize() and above.
    PipelineLayout(const PipelineDiagram& diagram, QSizeF area, double unit);

    [[nodiscard]] const std::vector<QRectF>& stages() const { return stages_; }
    [[nodiscard]] const std::vector<Pipe>& pipes() const { return pipes_; }
    /// By channel: where its clock stands; an empty one where a stage sends.
    [[nodiscard]] const std::vector<QRectF>& clocks() const { return clocks_; }
    /// The least height at this width.
    [[nodiscard]] double neededHeight() const { return needed_; }
    /// The least width of any diagram.
    [[nodiscard]] static double neededWidth(double unit);

  private:
    class Maker;
    std::vector<QRectF> stages_;
    std::vector<Pipe> pipes_;
    std::vector<QRectF> clocks_;
    double needed_ = 0;
};

}  // namespace grainscope::ui
