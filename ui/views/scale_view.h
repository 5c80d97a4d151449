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

class Card;
class CurveModel;
class FigureChoice;
class LabelledLines;
class MeasuredMarks;
struct RunFigure;

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
    /// The upper plot: the speedup with its models, or a figure that was chosen instead.
    void takeSpeedup(double most);
    void takeFigure(const RunFigure& figure);
    void takeEfficiency(double most);
    void labelBest(double most);

    CurveModel& model_;
    QStackedLayout* stack_;
    QLabel* sentence_;
    FigureChoice* choice_;
    Card* speedupCard_;
    QCustomPlot* speedup_;
    QCustomPlot* efficiency_;
    std::unique_ptr<MeasuredMarks> speedupMarks_, efficiencyMarks_;
    LabelledLines* lines_;
    LabelledLines* efficiencyLines_;
    QCPItemText* best_;
};

}  // namespace grainscope::ui
