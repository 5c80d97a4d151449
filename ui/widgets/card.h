// The frame around a picture of data: a title at the left, a readout at the right, the picture below.
#pragma once

#include <QFrame>

class QAbstractItemModel;
class QHBoxLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace grainscope::ui {

class Card : public QFrame {
    Q_OBJECT

  public:
    explicit Card(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    /// The line at the right of the title, in figures.
    void setReadout(const QString& text);
    /// The same place, for words rather than figures.
    void setRemark(const QString& text);
    /// The picture; with a table of the same data, a button in the title line shows that instead.
    void setContent(QWidget* content, QAbstractItemModel* twin = nullptr);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void dress();

    QLabel* title_;
    QLabel* readout_;
    QVBoxLayout* rows_;
    QHBoxLayout* head_;
    QToolButton* toggle_ = nullptr;
    bool figures_ = true;
};

}  // namespace grainscope::ui
