// The workload's data as a grid: one cell a slot, in the colour of the worker that last wrote it, the stronger the
// larger its value.
#pragma once

#include <optional>
#include <vector>

#include <QImage>
#include <QWidget>

#include <ui/models/cell_grid.h>
#include <ui/widgets/table_twin.h>

namespace grainscope::ui {

class BoardModel;

class DataGridView : public QWidget, public TableTwin {
    Q_OBJECT

  public:
    explicit DataGridView(BoardModel& model, QWidget* parent = nullptr);

    /// The model shows another frame.
    void takeFrame();
    /// The slot whose cell lies at a point of the widget.
    [[nodiscard]] std::optional<int> slotAt(QPoint at) const;
    [[nodiscard]] QAbstractItemModel* tableTwin() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void draw();
    void drawRow(int row, int gap);

    BoardModel& model_;
    QImage raster_;
    std::vector<int> edges_;  ///< of the columns, from the picture's left: a division for each cell would cost the most
    CellGrid cells_;          ///< in px of the device
    std::vector<QRgb> line_;  ///< the px of one row of cells,
    std::vector<QRgb> striped_;  ///< and of those of its lines that stripes lie on
    bool stale_ = true;
};

}  // namespace grainscope::ui
