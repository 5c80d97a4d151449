// How a worker's state looks: by colour and by pattern, so that neither is needed alone.
#pragma once

#include <array>

#include <QBrush>
#include <QRect>

#include <ui/models/lane_model.h>
#include <ui/theme/tokens.h>

class QPainter;

namespace grainscope::ui {

/// Paints stretches of state. Holds the brushes of one look at one device ratio.
class StateFill {
  public:
    StateFill(const Tokens& tokens, qreal deviceRatio);
    /// The one for this look and ratio: made once, then kept, as brushes cost more to make than a lane to paint.
    [[nodiscard]] static const StateFill& shared(const Tokens& tokens, qreal deviceRatio);

    /// Fills `rect` (device-independent px). Patterns keep to the painter's brush origin. Parked paints nothing.
    void paint(QPainter& painter, const QRect& rect, LaneState state, int worker) const;

    /// A worker's colour, with its stripe from the ninth worker on (always, in high contrast).
    [[nodiscard]] QBrush workerBrush(int worker) const;

    /// The same by rows, for who fills px by himself: the ink in row `row` of stripePeriod() rows.
    [[nodiscard]] QRgb workerInk(int worker, int row) const;
    [[nodiscard]] int stripePeriod() const;

    [[nodiscard]] int stripeWidth() const;
    [[nodiscard]] bool isStriped(int worker) const;

  private:
    [[nodiscard]] QBrush hatch(const QColor& ink, bool rising, int period) const;
    [[nodiscard]] QBrush stripes(const QColor& ink, const QColor& ground) const;

    const Tokens& tokens_;
    qreal ratio_;
    QBrush searching_;
    QBrush descheduled_;
    QBrush blockedLock_;
    std::array<QBrush, workerColourCount> plain_;
    std::array<QBrush, workerColourCount> striped_;
    std::array<QBrush, workerColourCount> channel_;
};

}  // namespace grainscope::ui
