// The whole recording in one line, and which part of it is on show.
#pragma once

#include <QImage>
#include <QWidget>

#include <ui/models/time_navigator.h>
#include <ui/widgets/lettering.h>

namespace grainscope::ui {

class LaneModel;

class OverviewStrip : public QWidget {
    Q_OBJECT

  public:
    OverviewStrip(LaneModel& model, TimeNavigator& time, QWidget* parent = nullptr);
    /// The recording grew, or another range is visible.
    void takeChange();
    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void draw();
    void centreOn(double x);
    [[nodiscard]] QRect track() const;
    [[nodiscard]] TimeRange whole() const;

    LaneModel& model_;
    TimeNavigator& time_;
    QImage raster_;
    Lettering lettering_;
    Nanoseconds drawnEnd_ = -1;
    bool stale_ = true;
};

}  // namespace grainscope::ui
