#include <ui/views/channel_strips.h>

#include <algorithm>

#include <QElapsedTimer>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTextDocument>
#include <QToolTip>

#include <ui/models/format.h>
#include <ui/theme/mix.h>
#include <ui/theme/theme.h>
#include <ui/views/time_axis.h>

namespace grainscope::ui {
namespace {

constexpr int tallestStrip = 48;
constexpr int lowestStrip = 26;
constexpr int axisHeight = 20;
constexpr int tickSpacing = 110;
constexpr double levelInk = 0.45;

/// The share of so many rows' time in a column; 0 where nothing is known.
double share(double blockedNs, double knownNs, int rows) {
    return knownNs > 0 && rows > 0 ? std::clamp(blockedNs / (knownNs * rows), 0.0, 1.0) : 0;
}

/// What one px column may be tall.
int part(double share, int height) {
    return share > 0 ? std::max(1, static_cast<int>(std::lround(std::min(1.0, share) * height))) : 0;
}

}  // namespace

ChannelStrips::ChannelStrips(PipelineModel& model, TimeNavigator& time, QWidget* parent)
    : QWidget(parent), model_(model), time_(time), gestures_(time, *this) {
    setObjectName(QStringLiteral("channelStrips"));
    setAccessibleName(tr("Channels over time"));
    setAccessibleDescription(tr(
        "One strip a channel: how full it is, who waits for it, and which arms of a select were taken. Keys: W and S "
        "zoom, A and D move, F shows all, left and right move the cursor."));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        updateGeometry();
        stale_ = true;
        update();
    });
    connect(&time_, &TimeNavigator::cursorChanged, this, qOverload<>(&QWidget::update));
    connect(&time_, &TimeNavigator::selectionChanged, this, qOverload<>(&QWidget::update));
    connect(&model_, &PipelineModel::diagramChanged, this, [this] {
        updateGeometry();
        stale_ = true;
        update();
    });
}

void ChannelStrips::takeChange() {
    stale_ = stale_ || drawnRange_ != time_.visible() || drawnVersion_ != model_.version();
    update();
}

QAbstractItemModel* ChannelStrips::tableTwin() const { return &model_; }

int ChannelStrips::count() const { return model_.rowCount(); }

QSize ChannelStrips::sizeHint() const {
    Theme& theme = Theme::instance();
    return {600, std::max(1, count()) * theme.px(tallestStrip) + theme.px(axisHeight)};
}

QSize ChannelStrips::minimumSizeHint() const {
    Theme& theme = Theme::instance();
    return {200, std::max(1, count()) * theme.px(lowestStrip) + theme.px(axisHeight)};
}

int ChannelStrips::step() const {
    Theme& theme = Theme::instance();
    const int room = (height() - theme.px(axisHeight)) / std::max(1, count());
    return std::clamp(room, theme.px(lowestStrip), theme.px(tallestStrip));
}

QRect ChannelStrips::stripRect(int channel) const {
    return {timeGutter(), channel * step(), gestures_.trackWidth(), step() - Theme::instance().px(6)};
}

int ChannelStrips::stripAt(int y) const {
    const int strip = y / step();
    return y >= 0 && strip < count() ? strip : -1;
}

void ChannelStrips::paintEvent(QPaintEvent*) {
    if (stale_ || raster_.isNull()) draw();
    QPainter painter(this);
    painter.drawImage(0, 0, raster_);
    drawCursor(painter);
    if (!hasFocus() || count() == 0) return;
    painter.setPen(QPen(tokens().accent, tokens().lineWidth));
    painter.drawRect(QRect(timeGutter(), 0, gestures_.trackWidth() - 1, count() * step() - 1));
}

void ChannelStrips::resizeEvent(QResizeEvent*) { stale_ = true; }

void ChannelStrips::draw() {
    QElapsedTimer clock;
    clock.start();
    const qreal ratio = devicePixelRatioF();
    const QSize size(qRound(width() * ratio), qRound(height() * ratio));
    if (raster_.size() != size) raster_ = QImage(size, QImage::Format_RGB32);
    raster_.setDevicePixelRatio(ratio);
    raster_.fill(tokens().plotGround);
    QPainter painter(&raster_);
    for (int channel = 0; channel < count(); ++channel) {
        drawName(painter, channel);
        drawStrip(painter, channel);
    }
    if (count() > 0) drawAxis(painter);
    stale_ = false;
    drawnRange_ = time_.visible();
    drawnVersion_ = model_.version();
    drawMs_ = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

void ChannelStrips::drawName(QPainter& painter, int channel) {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    painter.setFont(theme.font(Type::small));
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect strip = stripRect(channel);
    const int width = timeGutter() - theme.px(space::half);
    const int line = metrics.height();
    // The name, broken at a space where that helps; below it what a full channel holds.
    QStringList lines{model_.diagram()->channel(channel).name};
    const bool roomy = strip.height() >= 3 * line;
    if (roomy && metrics.horizontalAdvance(lines.front()) > width) {
        const qsizetype space = lines.front().indexOf(u' ', 1);
        if (space > 0) lines = {lines.front().left(space), lines.front().mid(space + 1)};
    }
    const qsizetype names = lines.size();
    if (strip.height() >= (names + 1) * line)
        lines << (model_.diagram()->channel(channel).capacity
                      ? tr("of %1").arg(formatCompact(static_cast<double>(model_.full(channel))))
                      : tr("up to %1").arg(formatCompact(static_cast<double>(model_.full(channel)))));
    int y = strip.top() + std::max(0, (strip.height() - static_cast<int>(lines.size()) * line) / 2);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        painter.setPen(i < names ? t.text : t.muted);
        lettering_.draw(painter, QRect(0, y, width, line), Qt::AlignLeft | Qt::AlignVCenter,
                        metrics.elidedText(lines[i], Qt::ElideRight, width));
        y += line;
    }
}

void ChannelStrips::drawStrip(QPainter& painter, int channel) {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    const PipelineDiagram& diagram = *model_.diagram();
    const auto& described = diagram.channel(channel);
    const QRect frame = stripRect(channel);
    painter.fillRect(frame, t.line);
    const QRect track = frame.adjusted(t.lineWidth, t.lineWidth, -t.lineWidth, -t.lineWidth);
    painter.fillRect(track, t.plotGround);
    const int band = track.height() > theme.px(30) ? theme.px(7) : theme.px(4);
    const QRect level(track.left(), track.top() + band + 1, track.width(), track.height() - 2 * band - 2);
    painter.fillRect(QRect(track.left(), track.top() + band, track.width(), 1), t.grid);
    painter.fillRect(QRect(track.left(), level.bottom() + 1, track.width(), 1), t.grid);

    const QColor area = mixed(t.plotGround, t.accent, levelInk);
    const auto full = static_cast<double>(model_.full(channel));
    const int senders = described.from ? diagram.stage(*described.from).rows : 0;
    const int receivers = diagram.stage(described.to).rows;
    const auto columns = model_.columns(channel, time_.visible(), track.width());
    const bool selects = diagram.stage(described.to).selects;
    double mostTaken = 1;
    for (const FillColumn& column : columns) mostTaken = std::max(mostTaken, column.received);
    const int deepest = part(1, level.height());
    for (int x = 0; x < track.width(); ++x) {
        const FillColumn& column = columns[static_cast<std::size_t>(x)];
        if (!column.known) continue;
        const auto tall = [&](quint64 depth) {
            return std::min(deepest, part(static_cast<double>(depth) / full, level.height()));
        };
        const int left = track.left() + x, most = tall(column.most), least = tall(column.least);
        painter.fillRect(QRect(left, level.bottom() + 1 - most, 1, most), area);
        // The outline runs over all levels that the column had.
        if (most > 0) painter.fillRect(QRect(left, level.bottom() + 1 - most, 1, std::max(1, most - least)), t.accent);
        const int sends = part(share(column.sendBlockedNs, column.columnNs, senders), band);
        painter.fillRect(QRect(left, track.top() + band - sends, 1, sends), t.loss);
        const int receives = part(share(column.receiveBlockedNs, column.columnNs, receivers), band);
        painter.fillRect(QRect(left, track.bottom() + 1 - band, 1, receives), t.searching);
        if (selects && column.received > 0) {
            const int tick = theme.px(3) + static_cast<int>(theme.px(7) * column.received / mostTaken);
            painter.fillRect(QRect(left, level.bottom() + 1 - tick, 1, tick), t.text);
        }
    }
}

void ChannelStrips::drawAxis(QPainter& painter) {
    Theme& theme = Theme::instance();
    painter.setFont(theme.font(Type::small));
    painter.setPen(theme.tokens().muted);
    const int top = count() * step();
    for (const TimeTick& tick : timeTicks(time_.visible(), gestures_.trackWidth(), theme.px(tickSpacing))) {
        const int half = static_cast<int>(lettering_.size(painter, tick.label).width()) / 2 + 1;
        const int least = timeGutter() + half;
        const int centre = std::clamp(gestures_.xOf(tick.at), least, std::max(least, width() - half));
        lettering_.draw(painter, QRect(centre - half, top - theme.px(4), 2 * half, theme.px(axisHeight)),
                        Qt::AlignCenter, tick.label);
    }
}

void ChannelStrips::drawCursor(QPainter& painter) {
    const Tokens& t = tokens();
    const int bottom = count() * step();
    if (const auto selection = time_.selection(); selection && !selection->isEmpty()) {
        const int left = std::max(timeGutter(), gestures_.xOf(selection->begin));
        const int right = std::min(width(), gestures_.xOf(selection->end));
        if (right > left) {
            QColor veil = t.accent;
            veil.setAlphaF(0.18F);
            painter.fillRect(QRect(left, 0, right - left, bottom), veil);
        }
    }
    if (const auto cursor = time_.cursor(); cursor && time_.visible().contains(*cursor)) {
        painter.setPen(QPen(t.text, t.lineWidth, Qt::DashLine));
        const int x = gestures_.xOf(*cursor);
        painter.drawLine(x, 0, x, bottom);
    }
}

QString ChannelStrips::describe(int channel, Nanoseconds time) const {
    const TimeRange visible = time_.visible();
    const auto px = std::max<Nanoseconds>(1, visible.length() / gestures_.trackWidth());
    const FillColumn column = model_.columns(channel, {time, time + px}, 1).front();
    if (!column.known) return {};
    const PipelineDiagram& diagram = *model_.diagram();
    const auto& described = diagram.channel(channel);
    QStringList parts{
        described.name,
        described.capacity
            ? tr("%1 of %2 inside").arg(formatCount(static_cast<qint64>(column.most)), formatCount(*described.capacity))
            : tr("%1 inside").arg(formatCount(static_cast<qint64>(column.most)))};
    if (described.from)
        parts << tr("senders wait %1")
                     .arg(formatPercent(
                         share(column.sendBlockedNs, column.columnNs, diagram.stage(*described.from).rows)));
    parts << tr("receivers wait %1")
                 .arg(formatPercent(share(column.receiveBlockedNs, column.columnNs, diagram.stage(described.to).rows)));
    return parts.join(QStringLiteral(" · "));
}

bool ChannelStrips::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int strip = stripAt(help->pos().y());
    if (strip >= 0 && help->pos().x() < timeGutter())
        QToolTip::showText(
            help->globalPos(),
            Qt::convertFromPlainText(tr("%1: from %2 to %3")
                                         .arg(model_.diagram()->channel(strip).name, model_.senderName(strip),
                                              model_.diagram()->stage(model_.diagram()->channel(strip).to).name)),
            this);
    else
        QToolTip::hideText();
    return true;
}

void ChannelStrips::wheelEvent(QWheelEvent* event) { gestures_.wheel(*event); }

void ChannelStrips::mousePressEvent(QMouseEvent* event) { gestures_.press(*event); }

void ChannelStrips::mouseMoveEvent(QMouseEvent* event) {
    gestures_.move(*event);
    const int strip = stripAt(event->pos().y());
    const double x = event->position().x();
    Q_EMIT hovered(strip >= 0 && x >= timeGutter() ? describe(strip, gestures_.timeAt(x)) : QString());
}

void ChannelStrips::mouseReleaseEvent(QMouseEvent* event) { gestures_.release(*event); }

void ChannelStrips::mouseDoubleClickEvent(QMouseEvent*) { gestures_.doubleClick(); }

void ChannelStrips::leaveEvent(QEvent*) { Q_EMIT hovered(QString()); }

void ChannelStrips::keyPressEvent(QKeyEvent* event) {
    if (!gestures_.key(*event)) QWidget::keyPressEvent(event);
}

}  // namespace grainscope::ui
