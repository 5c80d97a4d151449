#include "ui/models/cell_grid.h"

#include <algorithm>

namespace grainscope::ui {

namespace {

/// The cell that has px `at`, where cell i begins at px floor(i * length / count): the largest i with
/// i * length < (at + 1) * count.
int indexAt(int at, int count, int length) {
    return static_cast<int>(((static_cast<qint64>(at) + 1) * count - 1) / length);
}

}  // namespace

CellGrid::CellGrid(QSize area, int columns, int rows) : columns_(columns), rows_(rows) {
    if (columns <= 0 || rows <= 0 || area.isEmpty()) return;
    const double side =
        std::min(area.width() / static_cast<double>(columns), area.height() / static_cast<double>(rows));
    const QSize size(std::max(1, static_cast<int>(side * columns)), std::max(1, static_cast<int>(side * rows)));
    rect_ = QRect(QPoint((area.width() - size.width()) / 2, (area.height() - size.height()) / 2), size);
}

QRect CellGrid::cell(int slot) const {
    const int column = slot % columns_, row = slot / columns_;
    return {QPoint(left(column), top(row)), QPoint(left(column + 1) - 1, top(row + 1) - 1)};
}

std::optional<int> CellGrid::slotAt(QPoint px) const {
    if (!rect_.contains(px)) return std::nullopt;
    const QPoint inside = px - rect_.topLeft();
    return indexAt(inside.y(), rows_, rect_.height()) * columns_ + indexAt(inside.x(), columns_, rect_.width());
}

}  // namespace grainscope::ui
