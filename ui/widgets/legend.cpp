#include <ui/widgets/legend.h>

#include <QPainter>
#include <QPainterPath>

#include <ui/theme/theme.h>

namespace grainscope::ui {

Legend::Legend(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("Legend"));
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
    setStates({LaneState::busy, LaneState::searching, LaneState::descheduled, LaneState::parked});
}

void Legend::setStates(std::vector<LaneState> states) {
    if (states == states_) return;
    states_ = std::move(states);
    QStringList names;
    for (const LaneState state : states_) names << laneStateText(state);
    setAccessibleDescription(names.join(QStringLiteral(", ")));
    update();
}

QSize Legend::sizeHint() const { return {0, Theme::instance().px(22)}; }

QSize Legend::minimumSizeHint() const { return sizeHint(); }

void Legend::paintEvent(QPaintEvent*) {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    const StateFill& fill = StateFill::shared(t, devicePixelRatioF());
    QPainter painter(this);
    painter.setFont(theme.font(Type::small));
    const QFontMetrics metrics = painter.fontMetrics();
    const int swatchWidth = theme.px(16);
    const int swatchHeight = theme.px(11);
    const int gap = theme.px(6);
    const int step = theme.px(20);
    int x = 0;
    for (const LaneState kind : states_) {
        const QRect swatch(x, (height() - swatchHeight) / 2, swatchWidth, swatchHeight);
        painter.setPen(QPen(t.line, t.lineWidth));
        painter.setBrush(t.plotGround);
        painter.drawRect(swatch.adjusted(0, 0, -1, -1));
        fill.paint(painter, swatch.adjusted(1, 1, -1, -1), kind, 0);
        painter.setPen(t.muted);
        const QString name = laneStateText(kind);
        painter.drawText(QRect(swatch.right() + gap, 0, width(), height()), Qt::AlignVCenter | Qt::AlignLeft, name);
        x = swatch.right() + gap + metrics.horizontalAdvance(name) + step;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(t.steal, 1.2));
    const qreal middle = height() / 2.0;
    QPainterPath curve(QPointF(x, middle - 4));
    curve.cubicTo(QPointF(x + 6, middle - 4), QPointF(x + 2, middle + 4), QPointF(x + 9, middle + 4));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(curve);
    painter.setBrush(t.steal);
    painter.drawEllipse(QPointF(x + 10, middle + 4), 2, 2);
    painter.setPen(t.muted);
    painter.drawText(QRect(x + theme.px(16), 0, width(), height()), Qt::AlignVCenter | Qt::AlignLeft, tr("steal"));
}

}  // namespace grainscope::ui
