// The timeline: one lane a worker, its states by colour and pattern, steals as curves from victim to thief.
#pragma once

#include <functional>
#include <vector>

#include <QImage>
#include <QWidget>

#include <ui/models/lane_model.h>
#include <ui/models/time_navigator.h>
#include <ui/views/time_gestures.h>
#include <ui/widgets/lettering.h>
#include <ui/widgets/table_twin.h>

namespace grainscope::ui {

class LanesView : public QWidget, public TableTwin {
    Q_OBJECT

  public:
    LanesView(LaneModel& model, TimeNavigator& time, QWidget* parent = nullptr);

    /// What stands before a lane instead of "worker 3"; cut where it does not fit.
    void setNames(std::function<QString(int worker)> names);
    /// The model has another version, or another range is visible.
    void takeChange();
    /// The states that the last picture contained, for the legend.
    [[nodiscard]] std::vector<LaneState> statesShown() const;
    [[nodiscard]] QAbstractItemModel* tableTwin() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where a lane stands, without gutter and axis. For tests and for hit-testing.
    [[nodiscard]] QRect laneRect(int worker) const;

  Q_SIGNALS:
    /// What lies under the pointer, in words; empty when nothing does.
    void hovered(const QString& text);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void draw();
    void drawLane(QPainter& painter, int worker, qreal ratio);
    /// The name as it fits: in smaller type, on two lines, or without the last word of its kind, as in "blocking 3".
    /// Its number stays.
    void drawName(QPainter& painter, const QRect& room, const RowName& name);
    void drawSteals(QPainter& painter);
    void drawAxis(QPainter& painter);
    void drawSelection(QPainter& painter);
    void drawFocus(QPainter& painter);
    [[nodiscard]] int trackWidth() const;
    [[nodiscard]] int laneStep() const;
    [[nodiscard]] int laneAt(int y) const;

    LaneModel& model_;
    TimeNavigator& time_;
    TimeGestures gestures_;
    std::function<QString(int)> names_;
    QImage raster_;
    Lettering lettering_;
    std::uint32_t shown_ = 0;  ///< a bit a LaneState
    bool stale_ = true;
};

}  // namespace grainscope::ui
