// Busy workers over time, stacked by worker.
#pragma once

#include <QWidget>

#include <ui/models/time_navigator.h>
#include <ui/widgets/table_twin.h>

class QCustomPlot;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemRect;

namespace grainscope::ui {

class UtilisationModel;

class UtilisationPlot : public QWidget, public TableTwin {
    Q_OBJECT

  public:
    UtilisationPlot(UtilisationModel& model, TimeNavigator& time, QWidget* parent = nullptr);

    /// The model changed, or another range is visible: one replot, at the next pass of the event loop.
    void takeChange();
    /// What the last replot cost.
    [[nodiscard]] double replotMilliseconds() const;
    [[nodiscard]] QAbstractItemModel* tableTwin() const override;
    [[nodiscard]] QCustomPlot& plot() { return *plot_; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void dress();
    void arrangeGraphs();
    void takeCursor();
    void placeCursor();

    UtilisationModel& model_;
    TimeNavigator& time_;
    QCustomPlot* plot_;
    std::vector<QCPGraph*> graphs_;  ///< graph i: busy workers 0 to i; the last one is drawn first, lowest
    QCPItemStraightLine* cursor_;
    QCPItemRect* selection_;
};

}  // namespace grainscope::ui
