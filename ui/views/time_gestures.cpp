#include <ui/views/time_gestures.h>

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <QWidget>

#include <ui/models/lane_model.h>
#include <ui/views/time_axis.h>

namespace grainscope::ui {
namespace {

constexpr double wheelFactor = 1.25;
constexpr double panStep = 0.2;
/// A press that moves less than this is a click.
constexpr int dragDistance = 4;

}  // namespace

int TimeGestures::trackWidth() const { return std::max(1, widget_.width() - timeGutter()); }

Nanoseconds TimeGestures::timeAt(double x) const {
    return LaneModel::xToTime(x - timeGutter(), time_.visible(), trackWidth());
}

int TimeGestures::xOf(Nanoseconds time) const {
    return timeGutter() + static_cast<int>(std::lround(LaneModel::timeToX(time, time_.visible(), trackWidth())));
}

void TimeGestures::wheel(QWheelEvent& event) {
    const QPoint turn = event.angleDelta();
    if (std::abs(turn.x()) > std::abs(turn.y()) || event.modifiers() & Qt::ShiftModifier)
        time_.pan(-(turn.x() != 0 ? turn.x() : turn.y()) / 120.0 * panStep);
    else
        time_.zoom(std::pow(wheelFactor, turn.y() / 120.0), timeAt(event.position().x()));
    event.accept();
}

void TimeGestures::press(const QMouseEvent& event) {
    dragged_ = false;
    if (event.button() == Qt::LeftButton)
        pressed_ = timeAt(event.position().x());
    else if (event.button() == Qt::MiddleButton)
        pannedFrom_ = event.pos();
}

void TimeGestures::move(const QMouseEvent& event) {
    const double x = event.position().x();
    if (pressed_ && (dragged_ || std::abs(x - xOf(*pressed_)) >= dragDistance)) {
        dragged_ = true;
        const Nanoseconds here = timeAt(std::clamp<double>(x, timeGutter(), widget_.width()));
        time_.setSelection(TimeRange{std::min(*pressed_, here), std::max(*pressed_, here)});
    } else if (pannedFrom_) {
        time_.pan(-(x - pannedFrom_->x()) / trackWidth());
        pannedFrom_ = event.pos();
    }
}

void TimeGestures::release(const QMouseEvent& event) {
    if (event.button() == Qt::LeftButton && pressed_ && !dragged_) {
        time_.setSelection(std::nullopt);
        time_.setCursor(*pressed_);
    }
    pressed_.reset();
    pannedFrom_.reset();
    time_.endGesture();
}

void TimeGestures::doubleClick() {
    if (time_.selection())
        time_.zoomToSelection();
    else
        time_.fit();
}

bool TimeGestures::key(const QKeyEvent& event) {
    const TimeRange visible = time_.visible();
    const Nanoseconds middle = visible.begin + visible.length() / 2;
    const Nanoseconds anchor = time_.cursor() && visible.contains(*time_.cursor()) ? *time_.cursor() : middle;
    switch (event.key()) {
        case Qt::Key_W:
        case Qt::Key_Plus:
            time_.zoom(wheelFactor, anchor);
            break;
        case Qt::Key_S:
        case Qt::Key_Minus:
            time_.zoom(1 / wheelFactor, anchor);
            break;
        case Qt::Key_A:
            time_.pan(-panStep);
            break;
        case Qt::Key_D:
            time_.pan(panStep);
            break;
        case Qt::Key_F:
            time_.fit();
            break;
        case Qt::Key_Z:
            time_.zoomToSelection();
            break;
        case Qt::Key_Backspace:
            time_.undo();
            break;
        case Qt::Key_Escape:
            time_.setSelection(std::nullopt);
            time_.setCursor(std::nullopt);
            break;
        case Qt::Key_Left:
        case Qt::Key_Right: {
            const Nanoseconds step = std::max<Nanoseconds>(1, visible.length() / 100);
            const Nanoseconds to = anchor + (event.key() == Qt::Key_Left ? -step : step);
            time_.setCursor(std::clamp<Nanoseconds>(to, visible.begin, visible.end - 1));
            break;
        }
        default:
            return false;
    }
    if (!event.isAutoRepeat()) time_.endGesture();
    return true;
}

}  // namespace grainscope::ui
