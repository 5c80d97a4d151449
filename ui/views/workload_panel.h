// The tree of workloads.
#pragma once

#include <QWidget>

class QTreeView;

namespace grainscope::ui {

class Workspace;

class WorkloadPanel : public QWidget {
    Q_OBJECT

  public:
    explicit WorkloadPanel(Workspace& workspace, QWidget* parent = nullptr);

  private:
    void followWorkload();

    Workspace& workspace_;
    QTreeView* tree_;
};

}  // namespace grainscope::ui
