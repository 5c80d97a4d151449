// Rows of "name, bar, percentage": where the time of a selection went.
#pragma once

#include <vector>

#include <QColor>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace grainscope::ui {

/// A thin bar that is filled to a fraction.
class ShareBar : public QWidget {
    Q_OBJECT

  public:
    explicit ShareBar(QWidget* parent = nullptr);
    void setShare(double fraction, const QColor& colour);
    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    double fraction_ = 0;
    QColor colour_;
};

struct Share {
    QString name;
    double fraction = 0;  ///< of 1; negative: not known
    QColor colour;
    QString explanation;  ///< the tooltip
};

/// The rows keep their place while their values change.
class ShareRows : public QWidget {
    Q_OBJECT

  public:
    explicit ShareRows(QWidget* parent = nullptr);
    void setShares(const std::vector<Share>& shares);

  private:
    struct Row {
        QLabel* name;
        ShareBar* bar;
        QLabel* figure;
    };
    QGridLayout* grid_;
    std::vector<Row> rows_;
};

}  // namespace grainscope::ui
