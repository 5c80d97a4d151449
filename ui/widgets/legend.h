// What the patterns of the lanes mean.
#pragma once

#include <vector>

#include <QWidget>

#include <ui/theme/state_fill.h>

namespace grainscope::ui {

class Legend : public QWidget {
    Q_OBJECT

  public:
    explicit Legend(QWidget* parent = nullptr);
    /// The states that are explained, in order; the steal mark follows them.
    void setStates(std::vector<LaneState> states);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    std::vector<LaneState> states_;
};

}  // namespace grainscope::ui
