#include "ui/models/workload_tree_model.h"

#include <algorithm>

#include "ui/session/workload_catalog.h"

namespace grainscope::ui {

namespace {
// A workload's index carries the number of its category; a category's own carries this.
constexpr quintptr categoryId = ~quintptr{0};
}  // namespace

WorkloadTreeModel::WorkloadTreeModel(WorkloadCatalog* catalog, QObject* parent)
    : QAbstractItemModel(parent), catalog_(catalog) {
    connect(catalog, &WorkloadCatalog::changed, this, &WorkloadTreeModel::rebuild);
    rebuild();
}

WorkloadTreeModel::~WorkloadTreeModel() = default;

void WorkloadTreeModel::rebuild() {
    beginResetModel();
    categories_.clear();
    for (const WorkloadDescription& workload : catalog_->workloads()) {
        auto category = std::ranges::find(categories_, workload.category, &Category::title);
        if (category == categories_.end()) category = categories_.insert(category, Category{workload.category, {}});
        category->workloads.append(workload);
    }
    endResetModel();
}

QModelIndex WorkloadTreeModel::indexOf(const QString& workloadName) const {
    for (std::size_t category = 0; category < categories_.size(); ++category) {
        const auto& workloads = categories_[category].workloads;
        const auto found = std::ranges::find(workloads, workloadName, &WorkloadDescription::name);
        if (found != workloads.end()) return createIndex(static_cast<int>(found - workloads.begin()), 0, category);
    }
    return {};
}

QModelIndex WorkloadTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) : categoryId);
}

QModelIndex WorkloadTreeModel::parent(const QModelIndex& child) const {
    if (!child.isValid() || child.internalId() == categoryId) return {};
    return createIndex(static_cast<int>(child.internalId()), 0, categoryId);
}

int WorkloadTreeModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(categories_.size());
    if (parent.internalId() != categoryId || parent.column() != 0) return 0;
    return static_cast<int>(categories_[static_cast<std::size_t>(parent.row())].workloads.size());
}

int WorkloadTreeModel::columnCount(const QModelIndex&) const { return 1; }

QVariant WorkloadTreeModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (index.internalId() == categoryId) {
        const Category& category = categories_[static_cast<std::size_t>(index.row())];
        if (role == Qt::DisplayRole) return category.title;
        if (role == Qt::AccessibleTextRole)
            return tr("%1, workloads: %2").arg(category.title).arg(category.workloads.size());
        return {};
    }
    const WorkloadDescription& workload = categories_[index.internalId()].workloads[index.row()];
    switch (role) {
        case Qt::DisplayRole:
            return workload.title;
        case Qt::ToolTipRole:
        case Qt::AccessibleDescriptionRole:
            return workload.summary;
        case Qt::AccessibleTextRole:
            return tr("%1: %2").arg(workload.title, workload.summary);
        case NameRole:
            return workload.name;
        default:
            return {};
    }
}

QVariant WorkloadTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (section == 0 && orientation == Qt::Horizontal && role == Qt::DisplayRole) return tr("Workloads");
    return {};
}

Qt::ItemFlags WorkloadTreeModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    if (index.internalId() == categoryId) return Qt::ItemIsEnabled;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
}

}  // namespace grainscope::ui
