// The diagram of a pipeline at one moment: stages, channels, who waits, and the followed messages on their way.
#pragma once

#include <optional>

#include <QWidget>

#include <ui/models/message_model.h>
#include <ui/models/pipeline_layout.h>
#include <ui/models/pipeline_model.h>
#include <ui/views/pipeline_painter.h>
#include <ui/widgets/table_twin.h>

namespace grainscope::ui {

class PipelineDiagramView : public QWidget, public TableTwin {
    Q_OBJECT

  public:
    PipelineDiagramView(PipelineModel& model, LifeModel& life, QWidget* parent = nullptr);

    /// The model shows another moment or has new figures.
    void takeChange();
    [[nodiscard]] QAbstractItemModel* tableTwin() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] const PipelineLayout& layoutNow();
    /// The followed messages as they are drawn, in device-independent px of this widget.
    [[nodiscard]] std::vector<MessageDot> dots();
    /// What the tooltip at a point says; empty where nothing is.
    [[nodiscard]] QString textAt(QPointF at);
    /// What the last picture cost to draw.
    [[nodiscard]] double drawMilliseconds() const { return drawMs_; }

  Q_SIGNALS:
    /// Space was pressed: play, or stop playing.
    void playAsked();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    [[nodiscard]] QPointF origin() const;

    PipelineModel& model_;
    LifeModel& life_;
    std::optional<PipelineLayout> layout_;
    double drawMs_ = 0;
};

}  // namespace grainscope::ui
