#include <ui/views/message_life.h>

#include <algorithm>

#include <QHelpEvent>
#include <QPainter>
#include <QTextDocument>
#include <QToolTip>

#include <ui/models/format.h>
#include <ui/theme/state_fill.h>
#include <ui/theme/theme.h>
#include <ui/views/time_axis.h>

namespace grainscope::ui {
namespace {

constexpr int lineHeight = 16, barHeight = 14;

}  // namespace

MessageLife::MessageLife(const PipelineModel& pipeline, LifeModel& life, QWidget* parent)
    : QWidget(parent), pipeline_(pipeline), life_(life) {
    setObjectName(QStringLiteral("messageLife"));
    setAccessibleName(tr("Life of the followed message"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    const auto changed = [this] {
        setAccessibleDescription(life_.sentence());
        updateGeometry();
        update();
    };
    connect(&life_, &LifeModel::chosenChanged, this, changed);
    connect(&life_, &QAbstractItemModel::modelReset, this, changed);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void MessageLife::takeChange() { update(); }

QAbstractItemModel* MessageLife::tableTwin() const { return &life_; }

QSize MessageLife::sizeHint() const {
    return {400, Theme::instance().px(life_.message() ? 2 * lineHeight + barHeight + 4 : lineHeight + 4)};
}

QRect MessageLife::bar() const {
    Theme& theme = Theme::instance();
    return {timeGutter(), theme.px(lineHeight + 1), std::max(1, width() - timeGutter()), theme.px(barHeight)};
}

void MessageLife::paintEvent(QPaintEvent*) {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    QPainter painter(this);
    painter.setFont(theme.font(Type::small));
    if (const FollowedMessage* message = life_.message()) return paintLife(painter, *message);
    painter.setPen(t.muted);
    const QString hint = pipeline_.messages().messages().empty()
                             ? tr("No message was followed in this recording.")
                             : tr("Click a numbered dot to follow that message; play shows its way in slow motion.");
    painter.drawText(rect(), Qt::AlignCenter, painter.fontMetrics().elidedText(hint, Qt::ElideRight, width()));
}

void MessageLife::paintLife(QPainter& painter, const FollowedMessage& message) {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    const StateFill& fill = StateFill::shared(t, devicePixelRatioF());
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect track = bar();
    const auto length = static_cast<double>(std::max<Nanoseconds>(1, message.latency()));
    const auto xOf = [&](Nanoseconds time) {
        return track.left() + static_cast<int>(static_cast<double>(time - message.begin()) / length * track.width());
    };
    painter.setPen(t.text);
    const int gutter = timeGutter() - theme.px(space::half);
    painter.drawText(QRect(0, track.top(), gutter, track.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(tr("no. %1").arg(message.id), Qt::ElideRight, gutter));
    painter.fillRect(track, t.line);
    painter.fillRect(track.adjusted(t.lineWidth, t.lineWidth, -t.lineWidth, -t.lineWidth), t.plotGround);
    // What is too narrow for its words stays without; the table has them all.
    const auto label = [&](int left, int right, int top, const QColor& ink, const QString& text) {
        const QRect room(left, top, right - left, theme.px(lineHeight));
        if (metrics.horizontalAdvance(text) + theme.px(2) > room.width()) return;
        painter.setPen(ink);
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    for (std::size_t i = 0; i < message.hops.size(); ++i) {
        const MessageHop& hop = message.hops[i];
        const int left = xOf(hop.begin), right = std::max(left + 2, xOf(hop.end));
        painter.setBrushOrigin(track.topLeft());
        fill.paint(painter, QRect(left, track.top() + 1, right - left, track.height() - 2), LaneState::busy,
                   hop.worker);
        const int next = i + 1 < message.hops.size() ? xOf(message.hops[i + 1].begin) : track.right() + 1;
        const QString stage =
            hop.stage < pipeline_.diagram()->stageCount() ? pipeline_.diagram()->stage(hop.stage).name : unknownText();
        label(left, next, 0, t.text, tr("%1 %2").arg(stage, formatDuration(static_cast<double>(hop.end - hop.begin))));
        if (i + 1 < message.hops.size())
            label(right, next, track.bottom() + 1, t.muted,
                  tr("waited %1").arg(formatDuration(static_cast<double>(LifeModel::waited(message, i + 1)))));
    }
    if (const Nanoseconds now = pipeline_.moment(); now >= message.begin() && now <= message.end()) {
        painter.setPen(QPen(t.text, t.lineWidth, Qt::DashLine));
        painter.drawLine(xOf(now), track.top() - 2, xOf(now), track.bottom() + 2);
    }
}

bool MessageLife::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || !life_.message()) return QWidget::event(event);
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), Qt::convertFromPlainText(life_.sentence()), this);
    return true;
}

}  // namespace grainscope::ui
