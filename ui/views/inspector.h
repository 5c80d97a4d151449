// The panel at the right: what held the run back, where the time of the selection went, and what was counted.
#pragma once

#include <QWidget>

#include <ui/models/advice_text.h>

class QLabel;
class QTableView;
class QTransposeProxyModel;

namespace grainscope::ui {

class PanelHeading;
class ShareRows;
class Workspace;

class Inspector : public QWidget {
    Q_OBJECT

  public:
    explicit Inspector(Workspace& workspace, QWidget* parent = nullptr);
    /// Reads everything about the inspected range again.
    void takeReadouts();
    /// While the pipeline is in front, its bottleneck is the explanation.
    void setPipeline(bool inFront) { pipelineIsInFront_ = inFront; }
    /// The figures only, while a run goes on: a sentence that changes with them cannot be read to its end.
    void takeFigures();

  private:
    Workspace& workspace_;
    bool pipelineIsInFront_ = false;
    QLabel* explanation_;
    QWidget* figuresBlock_;
    QLabel* figures_;
    AdviceText advice_;
    PanelHeading* rangeHeading_;
    ShareRows* shares_;
    QTransposeProxyModel* countersByRow_;
    QTableView* counters_;
};

}  // namespace grainscope::ui
