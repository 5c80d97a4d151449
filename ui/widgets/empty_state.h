// What a view without data shows: what would fill it, and the button that does.
#pragma once

#include <QWidget>

class QAction;
class QLabel;
class QPushButton;

namespace grainscope::ui {

class EmptyState : public QWidget {
    Q_OBJECT

  public:
    /// The button does `action`, and is disabled, with the action's reason as its tooltip, when the action is.
    EmptyState(const QString& title, const QString& sentence, QAction* action, QWidget* parent = nullptr);
    void setSentence(const QString& sentence);

  private:
    void dress();

    QLabel* title_;
    QLabel* sentence_;
    QPushButton* button_;
};

}  // namespace grainscope::ui
