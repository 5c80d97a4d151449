// Where the cells of a grid lie in a picture: arithmetic without a painter.
#pragma once

#include <optional>

#include <QRect>
#include <QSize>

namespace grainscope::ui {

/// `columns` by `rows` square cells, as large as `area` allows and in its middle. Edges are whole px, so that cells
/// have sharp sides; where there are fewer px than cells, some cells have none.
class CellGrid {
  public:
    CellGrid() = default;
    CellGrid(QSize area, int columns, int rows);

    [[nodiscard]] bool isEmpty() const { return rect_.isEmpty(); }
    [[nodiscard]] int columns() const { return columns_; }
    [[nodiscard]] int rows() const { return rows_; }
    /// All cells together.
    [[nodiscard]] QRect rect() const { return rect_; }
    /// The left side of a column; of the one behind the last, the picture's end. Likewise the top of a row.
    [[nodiscard]] int left(int column) const { return rect_.left() + edge(column, columns_, rect_.width()); }
    [[nodiscard]] int top(int row) const { return rect_.top() + edge(row, rows_, rect_.height()); }
    [[nodiscard]] QRect cell(int slot) const;
    /// The slot, counted row by row, whose cell has this px.
    [[nodiscard]] std::optional<int> slotAt(QPoint px) const;

  private:
    [[nodiscard]] static int edge(int index, int count, int length) {
        return count > 0 ? static_cast<int>(static_cast<qint64>(index) * length / count) : 0;
    }

    int columns_ = 0, rows_ = 0;
    QRect rect_;
};

}  // namespace grainscope::ui
