// The window: docks around one central area.
#pragma once

#include <vector>

#include <QMainWindow>
#include <QTimer>

class QDockWidget;
class QLabel;
class QMenu;
class QStackedWidget;
class QTabBar;
class QTableView;

namespace grainscope::ui {

class Banner;
class CommandPalette;
class Inspector;
class LiveView;
class ParameterForm;
class PipelineView;
class ScaleView;
class StatusLine;
class TuneView;
class View;
class WindowActions;
class Workspace;

class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    /// Shows `workspace`, which must live longer; restores what the settings remember.
    explicit MainWindow(Workspace& workspace, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens a recording; what goes wrong stands in the banner.
    void openFile(const QString& path);
    /// "live", "scale", "tune" or "pipeline"; false for anything else.
    bool showView(const QString& name);
    [[nodiscard]] QString currentView() const;
    /// The names that showView takes.
    [[nodiscard]] static QStringList viewNames();
    /// Takes in everything that has arrived and brings every figure up to date: before a picture is taken.
    void settle();

  protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void makeCentre();
    void makeDocks();
    void makeMenus();
    void makeToolBar();
    void connectWorkspace();
    void connectActions();
    void restore();
    QDockWidget* makeDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area);
    void applyTheme(const QString& word);
    void applyLayout(const QString& word);

    void takeFrame();
    void takeArrival();
    void finishDrawing();
    [[nodiscard]] bool drawingWaits() const;
    void holdCurves(bool held);
    void takeReadouts();
    void takeNavigation();
    void takeRecording();
    void chooseFile();
    void saveFile();
    void exportPlot();
    void fillRecent();
    void openPalette();
    void showKeys();
    void showAbout();

    Workspace& workspace_;
    WindowActions* actions_;
    Banner* banner_;
    QTabBar* tabs_;
    QLabel* lastRun_;
    QStackedWidget* stack_;
    LiveView* live_;
    ScaleView* scale_;
    TuneView* tune_;
    PipelineView* pipeline_;
    Inspector* inspector_;
    QTableView* runsTable_;
    StatusLine* status_;
    CommandPalette* palette_;
    QMenu* recentMenu_;
    QDockWidget *workloadsDock_, *parametersDock_, *inspectorDock_, *runsDock_;
    QTimer frame_;     ///< 30 a second, while something runs
    QTimer readouts_;  ///< figures, as often as they can be read
    int readoutsSinceSentence_ = 0;
    bool readoutsWait_ = false;
    QTimer navigation_;  ///< gathers the zooms and pans of one pass of the event loop
};

}  // namespace grainscope::ui
