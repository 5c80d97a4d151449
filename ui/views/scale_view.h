// SCALE: how much faster it gets with more threads.
#pragma once

#include <memory>

#include <QWidget>

#include <ui/views/plot_source.h>
#include <ui/widgets/table_twin.h>

class QAction;
class QCPItemText;
class QCustomPlot;
class QLabel;
class QStackedLayout;

namespace grainscope::ui {

class CurveModel;
class LabelledLines;
class MeasuredMarks;

class ScaleView : public QWidget, public View {
    Q_OBJECT

  public:
    /// `sweep` is the action that fills the view.
    ScaleView(CurveModel& model, QAction* sweep, QWidget* parent = nullptr);
    ~ScaleView() override;
    [[nodiscard]] std::vector<PlotSource> plots() override;
    void takeChange() override;

  private:
    void dress();

    CurveModel& model_;
    QStackedLayout* stack_;
    QLabel* sentence_;
    QCustomPlot* speedup_;
    QCustomPlot* efficiency_;
    std::unique_ptr<MeasuredMarks> speedupMarks_, efficiencyMarks_;
    LabelledLines* lines_;
    LabelledLines* efficiencyLines_;
    QCPItemText* best_;
};

}  // namespace grainscope::ui
