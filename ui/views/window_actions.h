// Every command of the window, in one place: its words, its keys, and why it cannot be used now.
#pragma once

#include <vector>

#include <QKeySequence>
#include <QObject>
#include <QString>

class QAction;
class QActionGroup;
class QMainWindow;

namespace grainscope::ui {

class Workspace;

class WindowActions : public QObject {
    Q_OBJECT

  public:
    WindowActions(Workspace& workspace, QMainWindow& window);

    QAction *open, *save, *exportPlot, *quit;
    QAction *undo, *redo, *resetParameters;
    QAction *run, *runPipeline, *pause, *step, *stop, *sweepThreads, *sweepThreshold, *tune;
    QAction *followLive, *fit, *zoomToSelection, *zoomBack;
    QAction *textLarger, *textSmaller, *textNormal;
    QActionGroup* themes;   ///< each action's data: Settings' word for the theme
    QActionGroup* layouts;  ///< likewise for the layout
    QActionGroup* views;    ///< likewise for the view
    QAction *commands, *keys, *about;

    /// Enables and disables, each disabled one with its reason as the tooltip.
    void refresh();
    /// Icons in the theme's colours.
    void dress();

  private:
    QAction* make(const QString& text, const QString& tip, const QKeySequence& keys = {});
    static void allow(QAction* action, const QString& whyNot);

    Workspace& workspace_;
    QMainWindow& window_;
};

}  // namespace grainscope::ui
