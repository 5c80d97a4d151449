// The workload's data in the shape that its picture has: bars, or a grid with a key beside it.
#pragma once

#include <QStackedWidget>

namespace grainscope::ui {

class BoardModel;
class DataBarsView;
class DataGridView;
class GridKey;

class DataPane : public QStackedWidget {
    Q_OBJECT

  public:
    explicit DataPane(BoardModel& model, QWidget* parent = nullptr);

    /// The model shows another frame.
    void takeFrame();
    /// Figures in words: a few times a second.
    void takeReadouts();
    /// The picture on show.
    [[nodiscard]] QWidget& shown() const { return *currentWidget(); }

  private:
    void takePicture();

    BoardModel& model_;
    DataBarsView* bars_;
    QWidget* gridSide_;
    DataGridView* grid_;
    GridKey* key_;
};

}  // namespace grainscope::ui
