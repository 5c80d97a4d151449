// Channels over time: one strip a channel with its fill level, who waits for it, and which arm of a select was taken.
#pragma once

#include <QImage>
#include <QWidget>

#include <ui/models/pipeline_model.h>
#include <ui/models/time_navigator.h>
#include <ui/views/time_gestures.h>
#include <ui/widgets/lettering.h>
#include <ui/widgets/table_twin.h>

namespace grainscope::ui {

class ChannelStrips : public QWidget, public TableTwin {
    Q_OBJECT

  public:
    ChannelStrips(PipelineModel& model, TimeNavigator& time, QWidget* parent = nullptr);

    /// The model has another version, or another range is visible.
    void takeChange();
    [[nodiscard]] QAbstractItemModel* tableTwin() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where a channel's strip stands, without gutter and axis.
    [[nodiscard]] QRect stripRect(int channel) const;
    /// What the last picture cost to draw.
    [[nodiscard]] double drawMilliseconds() const { return drawMs_; }

  Q_SIGNALS:
    /// What lies under the pointer, in words; empty when nothing does.
    void hovered(const QString& text);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void draw();
    void drawName(QPainter& painter, int channel);
    void drawStrip(QPainter& painter, int channel);
    void drawAxis(QPainter& painter);
    void drawCursor(QPainter& painter);
    [[nodiscard]] int count() const;
    [[nodiscard]] int step() const;
    [[nodiscard]] int stripAt(int y) const;
    [[nodiscard]] QString describe(int channel, Nanoseconds time) const;

    PipelineModel& model_;
    TimeNavigator& time_;
    TimeGestures gestures_;
    QImage raster_;
    Lettering lettering_;
    bool stale_ = true;
    TimeRange drawnRange_;
    quint64 drawnVersion_ = 0;
    double drawMs_ = 0;
};

}  // namespace grainscope::ui
