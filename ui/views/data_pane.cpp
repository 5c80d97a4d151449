#include <ui/views/data_pane.h>

#include <QHBoxLayout>

#include <ui/models/board_model.h>
#include <ui/theme/tokens.h>
#include <ui/views/data_bars_view.h>
#include <ui/views/data_grid_view.h>
#include <ui/views/grid_key.h>

namespace grainscope::ui {

DataPane::DataPane(BoardModel& model, QWidget* parent)
    : QStackedWidget(parent),
      model_(model),
      bars_(new DataBarsView(model)),
      gridSide_(new QWidget),
      grid_(new DataGridView(model)),
      key_(new GridKey(model)) {
    auto* row = new QHBoxLayout(gridSide_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::panel);
    row->addWidget(grid_, 1);
    row->addWidget(key_);
    addWidget(bars_);
    addWidget(gridSide_);
    connect(&model_, &QAbstractItemModel::modelReset, this, &DataPane::takePicture);
    takePicture();
}

void DataPane::takeFrame() {
    if (currentWidget() == bars_)
        bars_->takeFrame();
    else
        grid_->takeFrame();
}

void DataPane::takeReadouts() {
    if (currentWidget() == gridSide_) key_->takeReadouts();
}

void DataPane::takePicture() {
    setCurrentWidget(model_.isGrid() ? gridSide_ : bars_);
    takeFrame();
    takeReadouts();
}

}  // namespace grainscope::ui
