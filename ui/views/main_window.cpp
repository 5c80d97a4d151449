#include <ui/views/main_window.h>

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QScopedValueRollback>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>

#include <ui/models/format.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/inspector.h>
#include <ui/views/key_sheet.h>
#include <ui/views/live_view.h>
#include <ui/views/pipeline_view.h>
#include <ui/views/scale_view.h>
#include <ui/views/status_line.h>
#include <ui/views/tune_view.h>
#include <ui/views/window_actions.h>
#include <ui/widgets/banner.h>
#include <ui/widgets/command_palette.h>
#include <ui/widgets/table_twin.h>
#include <ui/widgets/table_view.h>

namespace grainscope::ui {
namespace {

constexpr int frameMs = 33;
constexpr int readoutMs = 400;
/// The sentences in the inspector follow every fourth time: long enough to be read.
constexpr int readoutsASentence = 4;
constexpr double textStep = 1.15;
/// Bumped when docks or tool bars change: a state of another version is not restored.
constexpr int stateVersion = 1;

QString recordingFilter() { return QObject::tr("Grainscope recordings (*.grainscope);;All files (*)"); }

ThemeChoice themeChoice(const QString& word) {
    if (word == QLatin1StringView("light")) return ThemeChoice::light;
    if (word == QLatin1StringView("dark")) return ThemeChoice::dark;
    if (word == QLatin1StringView("contrast")) return ThemeChoice::highContrast;
    return ThemeChoice::system;
}

void check(QActionGroup* group, const QString& word) {
    for (QAction* action : group->actions()) action->setChecked(action->data().toString() == word);
}

}  // namespace

QStringList MainWindow::viewNames() {
    return {QStringLiteral("live"), QStringLiteral("scale"), QStringLiteral("tune"), QStringLiteral("pipeline")};
}

MainWindow::MainWindow(Workspace& workspace, QWidget* parent)
    : QMainWindow(parent),
      workspace_(workspace),
      actions_(new WindowActions(workspace, *this)),
      banner_(new Banner),
      tabs_(new QTabBar),
      lastRun_(new QLabel),
      stack_(new QStackedWidget),
      live_(new LiveView(workspace)),
      scale_(new ScaleView(workspace.speedup, actions_->sweepThreads)),
      tune_(new TuneView(workspace.threshold, actions_->sweepThreshold)),
      pipeline_(new PipelineView(workspace, actions_->runPipeline)),
      inspector_(new Inspector(workspace)),
      runsTable_(makeTableView(workspace.runs, tr("Runs"))),
      status_(new StatusLine(workspace)),
      palette_(new CommandPalette(this)) {
    installTableTwinAccessibility();
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Grainscope"));
    setAcceptDrops(true);
    setStatusBar(status_);
    makeCentre();
    makeDocks();
    makeMenus();
    makeToolBar();
    connectWorkspace();
    connectActions();
    restore();
    takeRecording();
}

MainWindow::~MainWindow() = default;

void MainWindow::connectWorkspace() {
    frame_.setInterval(frameMs);
    frame_.setTimerType(Qt::PreciseTimer);
    readouts_.setInterval(readoutMs);
    navigation_.setSingleShot(true);
    navigation_.setInterval(0);
    connect(&frame_, &QTimer::timeout, this, [this] {
        takeFrame();
        finishDrawing();
    });
    connect(&readouts_, &QTimer::timeout, this, [this] {
        takeReadouts();
        finishDrawing();
    });
    connect(&navigation_, &QTimer::timeout, this, &MainWindow::takeNavigation);
    const auto navigate = [this] { navigation_.start(); };
    connect(&workspace_.time, &TimeNavigator::visibleChanged, this, navigate);
    connect(&workspace_.time, &TimeNavigator::cursorChanged, this, navigate);
    connect(&workspace_.time, &TimeNavigator::selectionChanged, this, navigate);

    RunController& controller = workspace_.controller;
    connect(&controller, &RunController::dataArrived, this, &MainWindow::takeArrival);
    connect(&controller, &RunController::stateChanged, this, [this] {
        const bool active = workspace_.controller.isActive();
        if (active == frame_.isActive()) return;
        if (active) {
            frame_.start();
            readouts_.start();
        } else {
            frame_.stop();
            readouts_.stop();
            settle();
        }
    });
    connect(&controller, &RunController::ended, this, &MainWindow::settle);
    connect(&workspace_, &Workspace::recordingReplaced, this, &MainWindow::takeRecording);
    connect(&workspace_, &Workspace::notice, this, [this](const QString& sentence, bool failed) {
        banner_->showSentence(sentence, failed ? Banner::Tone::wrong : Banner::Tone::loss);
    });
    connect(&workspace_.runs, &QAbstractItemModel::modelReset, this, &MainWindow::takeReadouts);
    connect(&workspace_.runs, &QAbstractItemModel::rowsInserted, this, &MainWindow::takeReadouts);
    connect(tune_, &TuneView::valueChosen, this, [this](const QString& parameter, double value) {
        const QString problem =
            workspace_.parameters.setValue(parameter, QVariant::fromValue(static_cast<qlonglong>(value)));
        if (!problem.isEmpty()) banner_->showSentence(problem);
    });
}

void MainWindow::connectActions() {
    connect(tabs_, &QTabBar::currentChanged, this, [this](int index) {
        stack_->setCurrentIndex(index);
        workspace_.settings.setView(currentView());
        check(actions_->views, currentView());
        takeNavigation();
    });
    for (QActionGroup* group : {actions_->views, actions_->themes, actions_->layouts}) group->setExclusive(true);
    connect(actions_->views, &QActionGroup::triggered, this,
            [this](QAction* action) { showView(action->data().toString()); });
    connect(actions_->themes, &QActionGroup::triggered, this,
            [this](QAction* action) { workspace_.settings.setTheme(action->data().toString()); });
    connect(actions_->layouts, &QActionGroup::triggered, this, [this](QAction* action) {
        workspace_.settings.setLayout(action->data().toString());
        applyLayout(action->data().toString());
    });
    Settings& settings = workspace_.settings;
    connect(&settings, &Settings::themeChanged, this, &MainWindow::applyTheme);
    connect(&settings, &Settings::textScaleChanged, this, [](double scale) { Theme::instance().setTextScale(scale); });
    connect(&settings, &Settings::recentFilesChanged, this, &MainWindow::fillRecent);
    connect(actions_->textLarger, &QAction::triggered, this,
            [&settings] { settings.setTextScale(settings.textScale() * textStep); });
    connect(actions_->textSmaller, &QAction::triggered, this,
            [&settings] { settings.setTextScale(settings.textScale() / textStep); });
    connect(actions_->textNormal, &QAction::triggered, this, [&settings] { settings.setTextScale(1); });

    connect(actions_->run, &QAction::triggered, this, [this] {
        banner_->clear();
        const bool staysHere =
            currentView() == QLatin1StringView("pipeline") && workspace_.parameters.workload().hasStages;
        if (!staysHere) showView(QStringLiteral("live"));
        workspace_.run();
    });
    connect(actions_->runPipeline, &QAction::triggered, this, [this] {
        banner_->clear();
        if (!workspace_.parameters.workload().hasStages)
            workspace_.chooseWorkload(workspace_.catalog.richestWithStages()->name);
        showView(QStringLiteral("pipeline"));
        workspace_.run();
    });
    connect(actions_->sweepThreads, &QAction::triggered, this, [this] {
        banner_->clear();
        showView(QStringLiteral("scale"));
        workspace_.sweepThreads();
    });
    connect(actions_->sweepThreshold, &QAction::triggered, this, [this] {
        banner_->clear();
        showView(QStringLiteral("tune"));
        workspace_.sweepThreshold();
    });
    connect(actions_->tune, &QAction::triggered, this, [this] {
        banner_->clear();
        showView(QStringLiteral("tune"));
        workspace_.tune();
    });
    RunController& controller = workspace_.controller;
    connect(actions_->pause, &QAction::triggered, this, [&controller] {
        if (controller.state() == RunController::State::paused)
            controller.resume();
        else
            controller.pause();
    });
    connect(actions_->step, &QAction::triggered, this, [&controller] { controller.step(); });
    connect(actions_->stop, &QAction::triggered, this, [&controller] { controller.stop(); });

    connect(actions_->open, &QAction::triggered, this, &MainWindow::chooseFile);
    connect(actions_->save, &QAction::triggered, this, &MainWindow::saveFile);
    connect(actions_->exportPlot, &QAction::triggered, this, &MainWindow::exportPlot);
    connect(actions_->quit, &QAction::triggered, this, &QWidget::close);
    connect(actions_->commands, &QAction::triggered, this, &MainWindow::openPalette);
    connect(actions_->keys, &QAction::triggered, this, &MainWindow::showKeys);
    connect(actions_->about, &QAction::triggered, this, &MainWindow::showAbout);
}

void MainWindow::restore() {
    Settings& settings = workspace_.settings;
    Theme::instance().setTextScale(settings.textScale());
    applyTheme(settings.theme());
    check(actions_->layouts, settings.layout());
    if (!restoreGeometry(settings.windowGeometry())) resize(Theme::instance().px(1440), Theme::instance().px(900));
    restoreState(settings.windowState(), stateVersion);
    if (!showView(settings.view())) showView(QStringLiteral("live"));
    check(actions_->views, currentView());
    fillRecent();
}

void MainWindow::applyTheme(const QString& word) {
    Theme::instance().setChoice(themeChoice(word));
    check(actions_->themes, word);
}

void MainWindow::applyLayout(const QString& word) {
    const bool teach = word == QLatin1StringView("teach");
    const bool tune = word == QLatin1StringView("tune");
    workloadsDock_->setVisible(!tune);
    parametersDock_->show();
    inspectorDock_->setVisible(!teach);
    runsDock_->setVisible(!teach);
    showView(tune ? QStringLiteral("tune") : QStringLiteral("live"));
}

bool MainWindow::showView(const QString& name) {
    const auto index = static_cast<int>(viewNames().indexOf(name));
    if (index < 0) return false;
    tabs_->setCurrentIndex(index);
    return true;
}

QString MainWindow::currentView() const { return viewNames().value(tabs_->currentIndex()); }

void MainWindow::takeFrame() {
    if (!isVisible() || isMinimized() || drawingWaits()) return;
    if (!workspace_.pull()) return;
    navigation_.stop();
    live_->takeFrame();
    pipeline_->takeFrame();
}

bool MainWindow::drawingWaits() const {
    // A study's samples must not share the processor with our drawing: it waits until the sample is over.
    const RunController& controller = workspace_.controller;
    return controller.isActive() && controller.activity() != RunController::Activity::run && controller.isSampling();
}

void MainWindow::takeArrival() {
    const bool waits = drawingWaits();
    holdCurves(waits);
    if (waits || workspace_.controller.activity() == RunController::Activity::run) return;
    // Between two samples there may be no frame of the clock: what a study has to show is drawn now.
    takeFrame();
    if (readoutsWait_) takeReadouts();
    finishDrawing();
}

void MainWindow::finishDrawing() {
    // To the last px, before the beginning of the next sample can be read.
    const RunController& controller = workspace_.controller;
    if (controller.isActive() && controller.activity() != RunController::Activity::run && !controller.isSampling())
        QCoreApplication::sendPostedEvents();
}

void MainWindow::takeReadouts() {
    readoutsWait_ = drawingWaits();
    if (readoutsWait_) return;
    const RunController& controller = workspace_.controller;
    const bool study = controller.isActive() && controller.activity() != RunController::Activity::run;
    live_->takeReadouts();
    pipeline_->takeReadouts();
    inspector_->setPipeline(currentView() == QLatin1StringView("pipeline"));
    if (controller.isActive() && ++readoutsSinceSentence_ < readoutsASentence) {
        inspector_->takeFigures();
    } else {
        readoutsSinceSentence_ = 0;
        inspector_->takeReadouts();
    }
    status_->takeReadouts(live_->replotMilliseconds());

    const auto [done, total] = controller.progress();
    QString text;
    if (study && total > 0) {
        text = tr("%1 of %2 samples").arg(formatCount(done), formatCount(total));
    } else if (!workspace_.runs.runs().empty()) {
        const RunRow& run = workspace_.runs.runs().front();
        QStringList parts{tr("run %1").arg(run.number)};
        if (run.median) parts << formatDuration(*run.median);
        if (run.speedup) parts << tr("speedup %1").arg(formatSpeedup(*run.speedup));
        text = parts.join(QStringLiteral(" · "));
    }
    lastRun_->setText(text);
}

void MainWindow::takeNavigation() {
    workspace_.refreshTimeViews();
    live_->takeChange();
    live_->takeReadouts();
    pipeline_->takeReadouts();
    inspector_->setPipeline(currentView() == QLatin1StringView("pipeline"));
    inspector_->takeReadouts();
}

void MainWindow::takeRecording() {
    const auto& recording = workspace_.recording();
    const QString title = recording ? recording->title() : QString();
    setWindowTitle(title.isEmpty() ? tr("Grainscope") : tr("%1 – Grainscope").arg(title));
    settle();
}

void MainWindow::holdCurves(bool held) {
    scale_->setHeld(held);
    tune_->setHeld(held);
}

void MainWindow::settle() {
    holdCurves(drawingWaits());
    workspace_.pull();
    takeNavigation();
    takeReadouts();
}

void MainWindow::openFile(const QString& path) {
    const QString problem = workspace_.open(QFileInfo(path).absoluteFilePath());
    if (!problem.isEmpty()) {
        banner_->showSentence(problem, Banner::Tone::wrong);
        return;
    }
    workspace_.settings.setFolder(QFileInfo(path).absolutePath());
    if (!workspace_.speedup.points().empty())
        showView(QStringLiteral("scale"));
    else if (!workspace_.threshold.points().empty())
        showView(QStringLiteral("tune"));
    else
        showView(QStringLiteral("live"));
}

void MainWindow::chooseFile() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open recording"), workspace_.settings.folder(), recordingFilter());
    if (!path.isEmpty()) openFile(path);
}

void MainWindow::saveFile() {
    const QString name =
        QDir(workspace_.settings.folder()).filePath(workspace_.recording()->title().toLower().replace(u' ', u'-'));
    QFileDialog dialog(this, tr("Save recording"), QString(), recordingFilter());
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(QStringLiteral("grainscope"));
    dialog.selectFile(name.endsWith(QLatin1StringView(".grainscope")) ? name : name + QStringLiteral(".grainscope"));
    if (dialog.exec() != QDialog::Accepted) return;
    const QString path = dialog.selectedFiles().value(0);
    workspace_.settings.setFolder(QFileInfo(path).absolutePath());
    if (const QString problem = workspace_.save(path); !problem.isEmpty())
        banner_->showSentence(problem, Banner::Tone::wrong);
    else
        status_->showMessage(tr("Saved as %1").arg(path), 4000);
}

void MainWindow::exportPlot() {
    auto* view = dynamic_cast<View*>(stack_->currentWidget());
    const std::vector<PlotSource> sources = view->plots();
    const PlotSource* source = &sources.front();
    if (sources.size() > 1) {
        QMenu choice(this);
        for (const PlotSource& each : sources) choice.addAction(each.name);
        const QAction* chosen = choice.exec(tabs_->mapToGlobal(QPoint(0, tabs_->height())));
        if (!chosen) return;
        for (const PlotSource& each : sources)
            if (each.name == chosen->text()) source = &each;
    }
    QFileDialog dialog(this, tr("Export %1").arg(source->name), workspace_.settings.folder(),
                       tr("PNG picture (*.png);;SVG picture (*.svg);;PDF document (*.pdf);;CSV table (*.csv)"));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(QStringLiteral("png"));
    connect(&dialog, &QFileDialog::filterSelected, &dialog,
            [&dialog](const QString& filter) { dialog.setDefaultSuffix(filter.section(u'.', -1).chopped(1)); });
    dialog.selectFile(source->name.toLower().replace(u' ', u'-'));
    if (dialog.exec() != QDialog::Accepted) return;
    const QString path = dialog.selectedFiles().value(0);
    if (const QString problem = exportSource(*source, path); !problem.isEmpty())
        banner_->showSentence(problem, Banner::Tone::wrong);
    else
        status_->showMessage(tr("Exported as %1").arg(path), 4000);
}

void MainWindow::fillRecent() {
    recentMenu_->clear();
    for (const QString& path : workspace_.settings.recentFiles()) {
        QAction* action = recentMenu_->addAction(QFileInfo(path).fileName());
        action->setToolTip(path);
        connect(action, &QAction::triggered, this, [this, path] { openFile(path); });
    }
    recentMenu_->setToolTipsVisible(true);
    recentMenu_->setEnabled(!recentMenu_->isEmpty());
    if (recentMenu_->isEmpty()) return;
    recentMenu_->addSeparator();
    connect(recentMenu_->addAction(tr("Clear the list")), &QAction::triggered, &workspace_.settings,
            &Settings::clearRecentFiles);
}

void MainWindow::openPalette() {
    std::vector<CommandPalette::Command> commands;
    const auto collect = [&](const auto& self, const QMenu* menu, const QString& place) -> void {
        for (QAction* action : menu->actions()) {
            if (action->isSeparator() || action == actions_->commands) continue;
            if (action->menu())
                self(self, action->menu(), place);
            else
                commands.push_back({action, place});
        }
    };
    for (const QAction* top : menuBar()->actions())
        if (top->menu()) collect(collect, top->menu(), QString(top->text()).remove(u'&'));
    palette_->open(commands);
}

void MainWindow::showKeys() {
    const auto key = [](const QAction* action) {
        return std::pair(QString(action->text()).remove(u'&'), action->shortcut().toString(QKeySequence::NativeText));
    };
    KeySheet sheet({{tr("Running"),
                     {key(actions_->run), key(actions_->pause), key(actions_->step), key(actions_->stop),
                      key(actions_->sweepThreads), key(actions_->sweepThreshold), key(actions_->tune)}},
                    {tr("Timeline"),
                     {{tr("Zoom in, out"), QStringLiteral("W  S")},
                      {tr("Move back, on"), QStringLiteral("A  D")},
                      {tr("Show all"), QStringLiteral("F")},
                      {tr("Zoom to selection"), QStringLiteral("Z")},
                      {tr("Range before"), QStringLiteral("Backspace")},
                      {tr("Move the cursor"), QStringLiteral("← →")},
                      {tr("Select"), tr("drag")},
                      {tr("Clear cursor and selection"), QStringLiteral("Esc")},
                      key(actions_->followLive)}},
                    {tr("Pipeline"),
                     {{tr("Follow a message"), QStringLiteral("← →")},
                      {tr("Play in slow motion, hold"), tr("Space")},
                      {tr("Let the message go"), QStringLiteral("Esc")}}},
                    {tr("Window"),
                     {key(actions_->commands), key(actions_->open), key(actions_->save), key(actions_->exportPlot),
                      key(actions_->undo), key(actions_->redo), key(actions_->textLarger), key(actions_->textSmaller),
                      key(actions_->textNormal), key(actions_->keys)}}},
                   this);
    sheet.exec();
}

void MainWindow::showAbout() {
    QMessageBox::about(
        this, tr("About Grainscope"),
        tr("<b>Grainscope %1</b><br>An instrument for parallel programs.<br><br>The window is free software under the "
           "GNU General Public License, version 3 or later; the engine is under the MIT licence.")
            .arg(QCoreApplication::applicationVersion()));
}

void MainWindow::closeEvent(QCloseEvent* event) {
    workspace_.settings.setWindowGeometry(saveGeometry());
    workspace_.settings.setWindowState(saveState(stateVersion));
    workspace_.settings.sync();
    workspace_.controller.stop();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.first().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    openFile(event->mimeData()->urls().first().toLocalFile());
    event->acceptProposedAction();
}

}  // namespace grainscope::ui
