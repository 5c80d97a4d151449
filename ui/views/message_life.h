// The life of the followed message: where it waited and who worked on it, to scale, in one bar.
#pragma once

#include <QWidget>

#include <ui/models/message_model.h>
#include <ui/models/pipeline_model.h>
#include <ui/widgets/table_twin.h>

namespace grainscope::ui {

class MessageLife : public QWidget, public TableTwin {
    Q_OBJECT

  public:
    MessageLife(const PipelineModel& pipeline, LifeModel& life, QWidget* parent = nullptr);

    /// The model shows another moment.
    void takeChange();
    [[nodiscard]] QAbstractItemModel* tableTwin() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void paintLife(QPainter& painter, const FollowedMessage& message);
    [[nodiscard]] QRect bar() const;

    const PipelineModel& pipeline_;
    LifeModel& life_;
};

}  // namespace grainscope::ui
