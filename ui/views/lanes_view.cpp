#include <ui/views/lanes_view.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>

#include <ui/theme/state_fill.h>
#include <ui/theme/theme.h>
#include <ui/views/time_axis.h>

namespace grainscope::ui {
namespace {

constexpr int tallestLane = 46;
constexpr int lowestLane = 12;
constexpr int axisHeight = 22;
constexpr int tickSpacing = 110;
/// Curves nearer to one another than this, on average, are a blot: then steals are ticks at the thief's lane only.
constexpr int pxPerCurve = 14;

}  // namespace

LanesView::LanesView(LaneModel& model, TimeNavigator& time, QWidget* parent)
    : QWidget(parent), model_(model), time_(time), gestures_(time, *this) {
    setObjectName(QStringLiteral("lanes"));
    setAccessibleName(tr("Timeline"));
    setAccessibleDescription(
        tr("One lane a worker. As a table: the share of each state in the visible range. Keys: W and S zoom, "
           "A and D move, F shows all, left and right move the cursor."));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        updateGeometry();
        takeChange();
    });
    connect(&time_, &TimeNavigator::cursorChanged, this, qOverload<>(&QWidget::update));
    connect(&time_, &TimeNavigator::selectionChanged, this, qOverload<>(&QWidget::update));
    connect(&model_, &QAbstractItemModel::modelReset, this, [this] { updateGeometry(); });
    connect(&model_, &QAbstractItemModel::rowsInserted, this, [this] { updateGeometry(); });
}

void LanesView::setNames(std::function<QString(int)> names) {
    names_ = std::move(names);
    takeChange();
}

void LanesView::takeChange() {
    stale_ = true;
    update();
}

std::vector<LaneState> LanesView::statesShown() const {
    std::vector<LaneState> states;
    for (int i = 0; i <= static_cast<int>(LaneState::descheduled); ++i)
        if (shown_ & 1U << i) states.push_back(static_cast<LaneState>(i));
    return states;
}

QAbstractItemModel* LanesView::tableTwin() const { return &model_; }

QSize LanesView::sizeHint() const {
    Theme& theme = Theme::instance();
    return {600, std::max(1, model_.laneCount()) * theme.px(tallestLane) + theme.px(axisHeight)};
}

QSize LanesView::minimumSizeHint() const {
    Theme& theme = Theme::instance();
    return {200, std::max(2, model_.laneCount()) * theme.px(lowestLane) + theme.px(axisHeight)};
}

QRect LanesView::laneRect(int worker) const {
    const int step = laneStep();
    const int gap = std::max(1, std::min(Theme::instance().px(8), step / 4));
    return {timeGutter(), worker * step, trackWidth(), step - gap};
}

int LanesView::trackWidth() const { return gestures_.trackWidth(); }

int LanesView::laneStep() const {
    Theme& theme = Theme::instance();
    const int room = (height() - theme.px(axisHeight)) / std::max(1, model_.laneCount());
    return std::clamp(room, theme.px(lowestLane), theme.px(tallestLane));
}

int LanesView::laneAt(int y) const {
    const int lane = y / laneStep();
    return y >= 0 && lane < model_.laneCount() ? lane : -1;
}

void LanesView::paintEvent(QPaintEvent*) {
    if (stale_ || raster_.isNull()) draw();
    QPainter painter(this);
    painter.drawImage(0, 0, raster_);
    if (model_.laneCount() == 0) {
        painter.setPen(tokens().muted);
        painter.drawText(rect(), Qt::AlignCenter, tr("Run a workload, and every worker gets a lane here."));
    }
    drawSelection(painter);
    drawFocus(painter);
}

void LanesView::resizeEvent(QResizeEvent*) { stale_ = true; }

void LanesView::draw() {
    const qreal ratio = devicePixelRatioF();
    const QSize size(qRound(width() * ratio), qRound(height() * ratio));
    if (raster_.size() != size) raster_ = QImage(size, QImage::Format_RGB32);
    raster_.setDevicePixelRatio(ratio);
    raster_.fill(tokens().window);
    shown_ = 0;
    QPainter painter(&raster_);
    for (int worker = 0; worker < model_.laneCount(); ++worker) drawLane(painter, worker, ratio);
    if (model_.laneCount() > 0) {
        drawSteals(painter);
        drawAxis(painter);
    }
    stale_ = false;
}

void LanesView::drawLane(QPainter& painter, int worker, qreal ratio) {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    const QRect lane = laneRect(worker);
    painter.fillRect(lane, t.line);
    const QRect track = lane.adjusted(t.lineWidth, t.lineWidth, -t.lineWidth, -t.lineWidth);
    painter.fillRect(track, t.plotGround);

    // A hatch keeps its place in time, not on the screen, while the range scrolls by.
    const TimeRange visible = time_.visible();
    const double nsPerPx = static_cast<double>(visible.length()) / trackWidth();
    const double origin = nsPerPx > 0 ? std::fmod(static_cast<double>(visible.begin) / nsPerPx, 240.0) : 0;
    painter.setBrushOrigin(QPointF(-std::floor(origin), 0));
    const StateFill& fill = StateFill::shared(t, ratio);
    painter.setClipRect(track);
    for (const LaneRun& run : model_.runs(worker, visible, trackWidth())) {
        shown_ |= 1U << static_cast<unsigned>(run.state);
        fill.paint(painter, QRect(lane.left() + run.x0, track.top(), run.x1 - run.x0, track.height()), run.state,
                   worker);
    }
    painter.setClipping(false);

    const int textHeight = theme.px(11);
    if (laneStep() >= textHeight || worker % 4 == 0) {
        painter.setFont(theme.font(laneStep() >= theme.px(20) && !names_ ? Type::body : Type::small));
        painter.setPen(t.text);
        const QRect room(0, lane.top(), timeGutter() - theme.px(space::half), lane.height());
        if (names_) {
            const QString name = painter.fontMetrics().elidedText(names_(worker), Qt::ElideRight, room.width());
            lettering_.draw(painter, room, Qt::AlignLeft | Qt::AlignVCenter, name);
        } else {
            drawName(painter, room, model_.laneName(worker));
        }
    }
}

void LanesView::drawName(QPainter& painter, const QRect& room, const RowName& name) {
    const auto draw = [&](const QRect& line, const QString& text) {
        lettering_.draw(painter, line, Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    const auto fits = [&](const QString& text) { return lettering_.size(painter, text).width() <= room.width(); };
    const QString whole = name.text();
    if (!fits(whole)) painter.setFont(Theme::instance().font(Type::small));
    if (!fits(whole)) {
        QFont narrow = painter.font();
        narrow.setStretch(QFont::SemiCondensed);
        painter.setFont(narrow);
    }
    if (fits(whole)) return draw(room, whole);
    const QString number = u' ' + QString::number(name.number);
    const QFontMetrics metrics = painter.fontMetrics();
    const auto cut = [&](const QString& words) {
        return metrics.elidedText(words, Qt::ElideRight, room.width() - metrics.horizontalAdvance(number)) + number;
    };
    const qsizetype space = name.kind.lastIndexOf(u' ');
    if (space < 0) return draw(room, cut(name.kind));
    const QString head = name.kind.first(space);
    if (room.height() < 2 * metrics.height()) return draw(room, cut(head));
    const QRect upper(room.left(), room.center().y() - metrics.height(), room.width(), metrics.height());
    draw(upper, metrics.elidedText(head, Qt::ElideRight, room.width()));
    draw(upper.translated(0, metrics.height()), cut(name.kind.sliced(space + 1)));
}

void LanesView::drawSteals(QPainter& painter) {
    const Tokens& t = tokens();
    const auto steals = model_.steals(time_.visible(), trackWidth());
    const bool curves = static_cast<int>(steals.size()) * pxPerCurve <= trackWidth();
    painter.setClipRect(QRect(timeGutter(), 0, trackWidth(), height()));
    painter.setRenderHint(QPainter::Antialiasing, curves);
    const double dot = Theme::instance().px(2.5);
    for (const LaneSteal& steal : steals) {
        const int x = timeGutter() + steal.x;
        const QRect thief = laneRect(steal.thief);
        if (!curves) {
            painter.fillRect(QRect(x, thief.top() + 1, 1, std::max(3, thief.height() / 4)), t.steal);
            continue;
        }
        const QRect victim = laneRect(steal.victim);
        const bool down = steal.thief > steal.victim;
        const QPointF to(x, down ? thief.top() + thief.height() * 0.3 : thief.bottom() - thief.height() * 0.3);
        const QPointF from(x - 9, down ? victim.bottom() : victim.top());
        const double reach = (to.y() - from.y()) * 0.6;
        QPainterPath curve(from);
        curve.cubicTo(from + QPointF(7, reach * 0.4), to - QPointF(7, reach), to);
        painter.setPen(QPen(t.steal, 1.2 * t.lineWidth));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(curve);
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.steal);
        painter.drawEllipse(to, dot, dot);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setClipping(false);
}

void LanesView::drawAxis(QPainter& painter) {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    const int top = model_.laneCount() * laneStep();
    painter.setFont(theme.font(Type::small));
    painter.setPen(t.muted);
    for (const TimeTick& tick : timeTicks(time_.visible(), trackWidth(), theme.px(tickSpacing))) {
        const int x = gestures_.xOf(tick.at);
        const int half = static_cast<int>(lettering_.size(painter, tick.label).width()) / 2 + 1;
        const int centre = std::clamp(x, timeGutter() + half, std::max(timeGutter() + half, width() - half));
        lettering_.draw(painter, QRect(centre - half, top, 2 * half, theme.px(axisHeight)), Qt::AlignCenter,
                        tick.label);
    }
}

void LanesView::drawSelection(QPainter& painter) {
    const Tokens& t = tokens();
    const int bottom = model_.laneCount() * laneStep();
    if (const auto selection = time_.selection(); selection && !selection->isEmpty()) {
        const int left = std::max(timeGutter(), gestures_.xOf(selection->begin));
        const int right = std::min(width(), gestures_.xOf(selection->end));
        if (right > left) {
            QColor veil = t.accent;
            veil.setAlphaF(0.18F);
            painter.fillRect(QRect(left, 0, right - left, bottom), veil);
            painter.fillRect(QRect(left, 0, t.lineWidth, bottom), t.accent);
            painter.fillRect(QRect(right - t.lineWidth, 0, t.lineWidth, bottom), t.accent);
        }
    }
    if (const auto cursor = time_.cursor(); cursor && time_.visible().contains(*cursor)) {
        painter.setPen(QPen(t.accent, t.lineWidth, Qt::DashLine));
        const int x = gestures_.xOf(*cursor);
        painter.drawLine(x, 0, x, bottom);
    }
}

void LanesView::drawFocus(QPainter& painter) {
    if (!hasFocus() || model_.laneCount() == 0) return;
    painter.setPen(QPen(tokens().accent, tokens().lineWidth));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRect(timeGutter(), 0, trackWidth(), model_.laneCount() * laneStep()).adjusted(0, 0, -1, -1));
}

void LanesView::wheelEvent(QWheelEvent* event) { gestures_.wheel(*event); }

void LanesView::mousePressEvent(QMouseEvent* event) { gestures_.press(*event); }

void LanesView::mouseMoveEvent(QMouseEvent* event) {
    gestures_.move(*event);
    const double x = event->position().x();
    const int lane = laneAt(event->pos().y());
    QString text;
    if (lane >= 0 && x >= timeGutter()) {
        const TimeRange visible = time_.visible();
        const auto tolerance = static_cast<Nanoseconds>(4.0 * static_cast<double>(visible.length()) / trackWidth());
        if (const auto hit = model_.hit(lane, gestures_.timeAt(x), tolerance)) text = model_.describe(*hit);
    }
    Q_EMIT hovered(text);
}

void LanesView::mouseReleaseEvent(QMouseEvent* event) { gestures_.release(*event); }

void LanesView::mouseDoubleClickEvent(QMouseEvent*) { gestures_.doubleClick(); }

void LanesView::leaveEvent(QEvent*) { Q_EMIT hovered(QString()); }

void LanesView::keyPressEvent(QKeyEvent* event) {
    if (!gestures_.key(*event)) QWidget::keyPressEvent(event);
}

}  // namespace grainscope::ui
