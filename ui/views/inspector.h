// The panel at the right: what held the run back, where the time of the selection went, and what was counted.
#pragma once

#include <QWidget>

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
    /// Reads the figures of the inspected range again: a few times a second is as often as they can be read.
    void takeReadouts();

  private:
    Workspace& workspace_;
    QLabel* explanation_;
    PanelHeading* rangeHeading_;
    ShareRows* shares_;
    QTransposeProxyModel* countersByRow_;
    QTableView* counters_;
};

}  // namespace grainscope::ui
