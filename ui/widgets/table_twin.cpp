#include <ui/widgets/table_twin.h>

#include <map>
#include <memory>

#include <QAbstractItemModel>
#include <QAccessible>
#include <QAccessibleWidget>
#include <QWidget>

namespace grainscope::ui {
namespace {

class TableAccessible;

/// One value of the twin, or (row -1) the header of a column.
class CellAccessible : public QAccessibleInterface, public QAccessibleTableCellInterface {
  public:
    CellAccessible(TableAccessible* table, QWidget* widget, const QAbstractItemModel* model, int row, int column)
        : table_(table), widget_(widget), model_(model), row_(row), column_(column) {}

    void* interface_cast(QAccessible::InterfaceType type) override {
        return type == QAccessible::TableCellInterface ? static_cast<QAccessibleTableCellInterface*>(this) : nullptr;
    }
    bool isValid() const override { return row_ < model_->rowCount() && column_ < model_->columnCount(); }
    QObject* object() const override { return nullptr; }
    QWindow* window() const override { return widget_->window()->windowHandle(); }
    QAccessibleInterface* parent() const override;
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    QRect rect() const override { return {widget_->mapToGlobal(QPoint()), widget_->size()}; }
    QAccessible::Role role() const override { return row_ < 0 ? QAccessible::ColumnHeader : QAccessible::Cell; }
    QAccessible::State state() const override { return {}; }
    void setText(QAccessible::Text, const QString&) override {}
    QString text(QAccessible::Text kind) const override {
        if (kind != QAccessible::Name && kind != QAccessible::Value) return {};
        return row_ < 0 ? model_->headerData(column_, Qt::Horizontal).toString()
                        : model_->index(row_, column_).data().toString();
    }

    bool isSelected() const override { return false; }
    QList<QAccessibleInterface*> columnHeaderCells() const override;
    QList<QAccessibleInterface*> rowHeaderCells() const override { return {}; }
    int columnIndex() const override { return column_; }
    int rowIndex() const override { return row_; }
    int columnExtent() const override { return 1; }
    int rowExtent() const override { return 1; }
    QAccessibleInterface* table() const override { return parent(); }

  private:
    TableAccessible* table_;
    QWidget* widget_;
    const QAbstractItemModel* model_;
    int row_, column_;
};

class TableAccessible : public QAccessibleWidget, public QAccessibleTableInterface {
  public:
    TableAccessible(QWidget* widget, const TableTwin* twin)
        : QAccessibleWidget(widget, QAccessible::Table), twin_(twin) {}
    ~TableAccessible() override {
        for (const auto& [place, id] : cells_) QAccessible::deleteAccessibleInterface(id);
    }

    void* interface_cast(QAccessible::InterfaceType type) override {
        if (type == QAccessible::TableInterface) return static_cast<QAccessibleTableInterface*>(this);
        return QAccessibleWidget::interface_cast(type);
    }
    /// Children by row, the headers first.
    int childCount() const override { return (rowCount() + 1) * columnCount(); }
    QAccessibleInterface* child(int index) const override {
        const int columns = columnCount();
        return columns > 0 ? cell(index / columns - 1, index % columns) : nullptr;
    }
    int indexOfChild(const QAccessibleInterface* child) const override {
        auto* interface = const_cast<QAccessibleInterface*>(child);
        const auto* cell = interface->tableCellInterface();
        return cell ? (cell->rowIndex() + 1) * columnCount() + cell->columnIndex() : -1;
    }

    /// Kept as long as the table: bridges hold on to what they were given.
    QAccessibleInterface* cell(int row, int column) const {
        if (row < -1 || column < 0 || row >= rowCount() || column >= columnCount()) return nullptr;
        const auto [at, isNew] = cells_.try_emplace({row, column}, 0);
        if (isNew)
            at->second = QAccessible::registerAccessibleInterface(
                new CellAccessible(const_cast<TableAccessible*>(this), widget(), twin_->tableTwin(), row, column));
        return QAccessible::accessibleInterface(at->second);
    }

    QAccessibleInterface* caption() const override { return nullptr; }
    QAccessibleInterface* summary() const override { return nullptr; }
    QAccessibleInterface* cellAt(int row, int column) const override { return row < 0 ? nullptr : cell(row, column); }
    int selectedCellCount() const override { return 0; }
    QList<QAccessibleInterface*> selectedCells() const override { return {}; }
    QString columnDescription(int column) const override {
        return twin_->tableTwin()->headerData(column, Qt::Horizontal).toString();
    }
    QString rowDescription(int row) const override { return twin_->tableTwin()->index(row, 0).data().toString(); }
    int selectedColumnCount() const override { return 0; }
    int selectedRowCount() const override { return 0; }
    int columnCount() const override { return twin_->tableTwin()->columnCount(); }
    int rowCount() const override { return twin_->tableTwin()->rowCount(); }
    QList<int> selectedColumns() const override { return {}; }
    QList<int> selectedRows() const override { return {}; }
    bool isColumnSelected(int) const override { return false; }
    bool isRowSelected(int) const override { return false; }
    bool selectRow(int) override { return false; }
    bool selectColumn(int) override { return false; }
    bool unselectRow(int) override { return false; }
    bool unselectColumn(int) override { return false; }
    void modelChange(QAccessibleTableModelChangeEvent*) override {}

  private:
    const TableTwin* twin_;
    mutable std::map<std::pair<int, int>, QAccessible::Id> cells_;
};

QAccessibleInterface* CellAccessible::parent() const { return table_; }

QList<QAccessibleInterface*> CellAccessible::columnHeaderCells() const { return {table_->cell(-1, column_)}; }

QAccessibleInterface* makeTableAccessible(const QString&, QObject* object) {
    auto* widget = qobject_cast<QWidget*>(object);
    const auto* twin = dynamic_cast<const TableTwin*>(object);
    return widget && twin ? new TableAccessible(widget, twin) : nullptr;
}

}  // namespace

void installTableTwinAccessibility() { QAccessible::installFactory(makeTableAccessible); }

}  // namespace grainscope::ui
