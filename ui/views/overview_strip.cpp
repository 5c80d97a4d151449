#include <ui/views/overview_strip.h>

#include <algorithm>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <ui/models/lane_model.h>
#include <ui/theme/theme.h>
#include <ui/views/time_axis.h>

namespace grainscope::ui {
namespace {

/// While a recording grows, its overview is drawn again only when it is longer by this fraction: nobody sees less.
constexpr double noticeableGrowth = 0.01;

}  // namespace

OverviewStrip::OverviewStrip(LaneModel& model, TimeNavigator& time, QWidget* parent)
    : QWidget(parent), model_(model), time_(time) {
    setObjectName(QStringLiteral("overview"));
    setAccessibleName(tr("Overview"));
    setAccessibleDescription(
        tr("Busy workers over the whole recording, and the range that is visible. Left and right move it."));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(tr("The whole recording. Drag to move the visible range."));
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        stale_ = true;
        updateGeometry();
        update();
    });
}

void OverviewStrip::takeChange() {
    const Nanoseconds end = time_.end();
    if (end < drawnEnd_ || static_cast<double>(end - drawnEnd_) > noticeableGrowth * static_cast<double>(drawnEnd_))
        stale_ = true;
    update();
}

QSize OverviewStrip::sizeHint() const { return {400, Theme::instance().px(26)}; }

QRect OverviewStrip::track() const { return rect().adjusted(timeGutter(), 0, 0, 0); }

TimeRange OverviewStrip::whole() const { return {0, std::max<Nanoseconds>(1, drawnEnd_)}; }

void OverviewStrip::paintEvent(QPaintEvent*) {
    if (stale_ || raster_.width() != qRound(width() * devicePixelRatioF())) draw();
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    QPainter painter(this);
    painter.drawImage(0, 0, raster_);
    painter.setFont(theme.font(Type::small));
    painter.setPen(t.muted);
    lettering_.draw(painter, rect(), Qt::AlignLeft | Qt::AlignVCenter, tr("overview"));
    if (time_.end() <= 0) return;
    const QRect ground = track();
    const TimeRange visible = time_.visible();
    const int left =
        ground.left() + std::max(0, static_cast<int>(LaneModel::timeToX(visible.begin, whole(), ground.width())));
    const int right =
        std::min(width(), ground.left() + static_cast<int>(LaneModel::timeToX(visible.end, whole(), ground.width())));
    QColor veil = t.accent;
    veil.setAlphaF(0.22F);
    const QRect window(left, 1, std::max(2, right - left), height() - 2);
    painter.fillRect(window, veil);
    painter.setPen(QPen(t.accent, t.lineWidth));
    painter.drawRect(window.adjusted(0, 0, -1, -1));
    if (hasFocus()) painter.drawRect(ground.adjusted(0, 0, -1, -1));
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) { centreOn(event->position().x()); }

void OverviewStrip::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) centreOn(event->position().x());
}

void OverviewStrip::mouseReleaseEvent(QMouseEvent*) { time_.endGesture(); }

void OverviewStrip::keyPressEvent(QKeyEvent* event) {
    constexpr double step = 0.25;
    if (event->key() == Qt::Key_Left)
        time_.pan(-step);
    else if (event->key() == Qt::Key_Right)
        time_.pan(step);
    else
        QWidget::keyPressEvent(event);
}

void OverviewStrip::draw() {
    const Tokens& t = tokens();
    const qreal ratio = devicePixelRatioF();
    drawnEnd_ = time_.end();
    raster_ = QImage(size() * ratio, QImage::Format_RGB32);
    raster_.setDevicePixelRatio(ratio);
    raster_.fill(t.window);
    QPainter painter(&raster_);
    const QRect ground = track();
    painter.fillRect(ground, t.line);
    const QRect inner = ground.adjusted(t.lineWidth, t.lineWidth, -t.lineWidth, -t.lineWidth);
    painter.fillRect(inner, t.plotGround);
    if (drawnEnd_ > 0) {
        constexpr int columnWidth = 2;
        const int columns = inner.width() / (columnWidth + 1);
        const auto busy = model_.busyOverview(whole(), columns);
        for (std::size_t i = 0; i < busy.size(); ++i) {
            const int left = inner.left() + static_cast<int>(i * static_cast<std::size_t>(inner.width()) /
                                                             std::max<std::size_t>(1, busy.size()));
            const int tall = static_cast<int>(static_cast<float>(inner.height() - 2) * busy[i]);
            painter.fillRect(QRect(left, inner.bottom() + 1 - tall, columnWidth, tall), t.searching);
        }
    }
    stale_ = false;
}

void OverviewStrip::centreOn(double x) {
    if (time_.end() <= 0) return;
    const QRect ground = track();
    const Nanoseconds centre = LaneModel::xToTime(x - ground.left(), whole(), ground.width());
    const Nanoseconds half = time_.visible().length() / 2;
    time_.show({centre - half, centre + half});
}

}  // namespace grainscope::ui
