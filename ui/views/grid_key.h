// Beside a grid: whose cells are how many, and what faint and strong mean.
#pragma once

#include <QWidget>

class QLabel;

namespace grainscope::ui {

class BoardModel;
class ShareRows;

/// A strip from the faintest shade to the strongest.
class ShadeStrip : public QWidget {
    Q_OBJECT

  public:
    explicit ShadeStrip(QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
};

class GridKey : public QWidget {
    Q_OBJECT

  public:
    explicit GridKey(BoardModel& model, QWidget* parent = nullptr);

    void takeReadouts();
    [[nodiscard]] QSize sizeHint() const override;

  private:
    void dress();

    BoardModel& model_;
    QLabel* heading_;
    ShareRows* shares_;
    QLabel* value_;
    QLabel* least_;
    QLabel* most_;
};

}  // namespace grainscope::ui
