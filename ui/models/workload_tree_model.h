// Categories and their workloads, for the tree at the left.
#pragma once

#include <memory>
#include <vector>

#include <QAbstractItemModel>

#include "ui/session/workload_description.h"

namespace grainscope::ui {

class WorkloadCatalog;

/// Two levels: a category, below it its workloads, both in the catalog's order. Categories cannot be selected.
class WorkloadTreeModel : public QAbstractItemModel {
    Q_OBJECT
  public:
    enum Role { NameRole = Qt::UserRole + 1 };  ///< the command line's name of a workload; empty for a category

    explicit WorkloadTreeModel(WorkloadCatalog* catalog, QObject* parent = nullptr);
    ~WorkloadTreeModel() override;

    /// Where a workload stands; invalid if it is not listed.
    [[nodiscard]] QModelIndex indexOf(const QString& workloadName) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  private:
    struct Category {
        QString title;
        QList<WorkloadDescription> workloads;
    };
    void rebuild();

    WorkloadCatalog* catalog_;
    std::vector<Category> categories_;
};

}  // namespace grainscope::ui
