#include <ui/views/workload_panel.h>

#include <QHeaderView>
#include <QTreeView>
#include <QVBoxLayout>

#include <ui/session/workspace.h>
#include <ui/theme/theme.h>

namespace grainscope::ui {

WorkloadPanel::WorkloadPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace), tree_(new QTreeView) {
    setObjectName(QStringLiteral("workloadPanel"));
    tree_->setObjectName(QStringLiteral("workloads"));
    tree_->setAccessibleName(tr("Workloads"));
    tree_->setModel(&workspace_.tree);
    tree_->setHeaderHidden(true);
    tree_->setRootIsDecorated(true);
    tree_->setIndentation(space::panel);
    tree_->setUniformRowHeights(true);
    tree_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::half, 0, space::half, 0);
    column->addWidget(tree_);

    connect(tree_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        const QString name = current.data(WorkloadTreeModel::NameRole).toString();
        if (!name.isEmpty()) workspace_.chooseWorkload(name);
    });
    connect(&workspace_.tree, &QAbstractItemModel::modelReset, this, &WorkloadPanel::followWorkload);
    connect(&workspace_.parameters, &ParameterModel::workloadChanged, this, &WorkloadPanel::followWorkload);
    followWorkload();
}

void WorkloadPanel::followWorkload() {
    tree_->expandAll();
    const QModelIndex index = workspace_.tree.indexOf(workspace_.parameters.workload().name);
    if (!index.isValid() || index == tree_->currentIndex()) return;
    tree_->setCurrentIndex(index);
    tree_->viewport()->update();
}

}  // namespace grainscope::ui
