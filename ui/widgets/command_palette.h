// Ctrl+Shift+P: every command of the window by name.
#pragma once

#include <vector>

#include <QDialog>

class QAction;
class QLineEdit;
class QListView;
class QSortFilterProxyModel;
class QStandardItemModel;

namespace grainscope::ui {

class CommandPalette : public QDialog {
    Q_OBJECT

  public:
    explicit CommandPalette(QWidget* parent);

    /// A command and the menu it lives in.
    struct Command {
        QAction* action;
        QString place;
    };
    /// Opens the list below the top of the parent; the chosen action is triggered after it has closed.
    void open(const std::vector<Command>& commands);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void filter(const QString& text);
    void triggerCurrent();

    QLineEdit* search_;
    QListView* list_;
    QStandardItemModel* model_;
    QSortFilterProxyModel* proxy_;
};

}  // namespace grainscope::ui
