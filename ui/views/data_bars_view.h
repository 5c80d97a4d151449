// The workload's data, sampled: one bar a position, in the colour of the worker that last wrote it.
#pragma once

#include <vector>

#include <QImage>
#include <QWidget>

#include <ui/widgets/table_twin.h>

namespace grainscope::ui {

class BoardModel;

class DataBarsView : public QWidget, public TableTwin {
    Q_OBJECT

  public:
    explicit DataBarsView(BoardModel& model, QWidget* parent = nullptr);

    /// The model shows another frame.
    void takeFrame();
    [[nodiscard]] QAbstractItemModel* tableTwin() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void draw();

    BoardModel& model_;
    QImage raster_;
    std::vector<int> tops_;   ///< a column each: the row where its bar begins
    std::vector<QRgb> inks_;  ///< a row of columns for each row of the stripes' period
    bool stale_ = true;
};

}  // namespace grainscope::ui
