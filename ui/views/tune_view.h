// TUNE: the time over the threshold, and the plateau on which it does not matter.
#pragma once

#include <memory>

#include <QWidget>

#include <ui/views/plot_source.h>

class QAction;
class QCPGraph;
class QCPItemRect;
class QCPItemStraightLine;
class QCPItemText;
class QCustomPlot;
class QLabel;
class QPushButton;
class QStackedLayout;

namespace grainscope::ui {

class Card;
class CurveModel;
class FigureChoice;
class MeasuredMarks;
struct Measured;
struct RunFigure;

class TuneView : public QWidget, public View {
    Q_OBJECT

  public:
    /// `sweep` is the action that fills the view.
    TuneView(CurveModel& model, QAction* sweep, QWidget* parent = nullptr);
    ~TuneView() override;
    [[nodiscard]] std::vector<PlotSource> plots() override;
    void takeChange() override;

  Q_SIGNALS:
    /// The user wants the recommended value.
    void valueChosen(const QString& parameter, double value);

  private:
    void dress();
    [[nodiscard]] QString shownName() const;
    /// The curve: the times, or a figure that was chosen instead.
    void takeTimes();
    void takeFigure(const RunFigure& figure);
    void setMarks(const std::vector<Measured>& marks);
    void takePlateau(double top);

    CurveModel& model_;
    QStackedLayout* stack_;
    QLabel* sentence_;
    QPushButton* use_;
    FigureChoice* choice_;
    Card* card_;
    QCustomPlot* plot_;
    QCPGraph* thread_;
    std::unique_ptr<MeasuredMarks> marks_;
    QCPItemRect* plateau_;
    QCPItemText* plateauLabel_;
    QCPItemStraightLine* recommended_;
    QCPItemText* recommendedLabel_;
};

}  // namespace grainscope::ui
