#include <ui/theme/state_fill.h>

#include <map>
#include <utility>

#include <QImage>
#include <QPainter>

namespace grainscope::ui {

StateFill::StateFill(const Tokens& tokens, qreal deviceRatio)
    : tokens_(tokens),
      ratio_(deviceRatio),
      searching_(hatch(tokens.searching, true, 6)),
      descheduled_(hatch(tokens.descheduled, false, 5)),
      blockedLock_(hatch(tokens.muted, false, 8)) {
    for (std::size_t i = 0; i < plain_.size(); ++i) {
        plain_[i] = tokens.workers[i];
        striped_[i] = stripes(tokens.stripe, tokens.workers[i]);
        channel_[i] = stripes(tokens.workers[i], tokens.plotGround);
    }
}

const StateFill& StateFill::shared(const Tokens& tokens, qreal deviceRatio) {
    static std::map<std::pair<const Tokens*, qreal>, StateFill> made;
    return made.try_emplace({&tokens, deviceRatio}, tokens, deviceRatio).first->second;
}

QBrush StateFill::workerBrush(int worker) const {
    const auto colour = static_cast<std::size_t>(worker % workerColourCount);
    return isStriped(worker) ? striped_[colour] : plain_[colour];
}

QRgb StateFill::workerInk(int worker, int row) const {
    return isStriped(worker) && row % stripePeriod() < stripeWidth() ? tokens_.stripe.rgb()
                                                                     : tokens_.worker(worker).rgb();
}

int StateFill::stripePeriod() const { return qRound(5 * ratio_); }

int StateFill::stripeWidth() const { return qMax(1, qRound(1.5 * ratio_)); }

bool StateFill::isStriped(int worker) const {
    // In high contrast every second worker is striped, so that neighbours differ without colour.
    return worker >= workerColourCount || (tokens_.patternsAlways && worker % 2 == 1);
}

void StateFill::paint(QPainter& painter, const QRect& rect, LaneState state, int worker) const {
    switch (state) {
        case LaneState::busy:
            painter.fillRect(rect, workerBrush(worker));
            return;
        case LaneState::searching:
            painter.fillRect(rect, searching_);
            return;
        case LaneState::descheduled:
            painter.fillRect(rect, descheduled_);
            return;
        case LaneState::blockedChannel:
            painter.fillRect(rect, channel_[static_cast<std::size_t>(worker % workerColourCount)]);
            return;
        case LaneState::blockedLock:
            painter.fillRect(rect, blockedLock_);
            return;
        case LaneState::blockedIo:
            painter.setPen(tokens_.worker(worker));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(rect.adjusted(0, 0, -1, -1));
            return;
        case LaneState::parked:
            return;
    }
}

QBrush StateFill::hatch(const QColor& ink, bool rising, int period) const {
    const int side = qRound(period * ratio_);
    QImage tile(side, side, QImage::Format_RGB32);
    tile.fill(tokens_.plotGround);
    QPainter painter(&tile);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(ink, 1.6 * ratio_));
    // Three parallels, so that the tile joins itself without a seam.
    for (int shift = -side; shift <= side; shift += side) {
        if (rising)
            painter.drawLine(QPointF(shift - 1, side + 1), QPointF(shift + side + 1, -1));
        else
            painter.drawLine(QPointF(shift - 1, -1), QPointF(shift + side + 1, side + 1));
    }
    painter.end();
    tile.setDevicePixelRatio(ratio_);
    return QBrush(tile);
}

QBrush StateFill::stripes(const QColor& ink, const QColor& ground) const {
    const int period = stripePeriod();
    QImage tile(period, period, QImage::Format_RGB32);
    tile.fill(ground);
    QPainter painter(&tile);
    painter.fillRect(0, 0, period, stripeWidth(), ink);
    painter.end();
    tile.setDevicePixelRatio(ratio_);
    return QBrush(tile);
}

}  // namespace grainscope::ui
