// Wheel, mouse and keys on a picture with the shared time axis: one behaviour for all of them.
#pragma once

#include <optional>

#include <QPoint>

#include <ui/models/time_navigator.h>

class QKeyEvent;
class QMouseEvent;
class QWheelEvent;
class QWidget;

namespace grainscope::ui {

/// The time axis of a widget begins behind the gutter and ends at its right side. The widget hands its events on.
class TimeGestures {
  public:
    TimeGestures(TimeNavigator& time, const QWidget& widget) : time_(time), widget_(widget) {}

    [[nodiscard]] int trackWidth() const;
    [[nodiscard]] Nanoseconds timeAt(double x) const;
    [[nodiscard]] int xOf(Nanoseconds time) const;

    /// Zooms about the pointer; with Shift, or sideways, moves.
    void wheel(QWheelEvent& event);
    /// A click sets the cursor, a drag selects, the middle button moves.
    void press(const QMouseEvent& event);
    void move(const QMouseEvent& event);
    void release(const QMouseEvent& event);
    /// Zooms to the selection, or else shows all.
    void doubleClick();
    /// W S zoom, A D move, F all, Z selection, Backspace back, Esc clears, left and right move the cursor. False for
    /// any other key.
    [[nodiscard]] bool key(const QKeyEvent& event);

  private:
    TimeNavigator& time_;
    const QWidget& widget_;
    std::optional<Nanoseconds> pressed_;
    std::optional<QPoint> pannedFrom_;
    bool dragged_ = false;
};

}  // namespace grainscope::ui
