#include <ui/views/window_actions.h>

#include <array>

#include <QAction>
#include <QActionGroup>
#include <QMainWindow>

#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/widgets/icon.h>

namespace grainscope::ui {
namespace {

/// The tooltip of an action that can be used; while it cannot, the reason stands in its place.
constexpr const char* tipProperty = "tip";

}  // namespace

WindowActions::WindowActions(Workspace& workspace, QMainWindow& window)
    : QObject(&window), workspace_(workspace), window_(window) {
    open = make(tr("&Open recording…"), tr("Open a saved recording"), QKeySequence::Open);
    save = make(tr("&Save recording…"), tr("Save the recording on show"), QKeySequence::Save);
    exportPlot = make(tr("&Export plot…"), tr("Write a picture of this view as PNG, SVG or PDF, or its figures as CSV"),
                      Qt::CTRL | Qt::Key_E);
    quit = make(tr("&Quit"), tr("Stop what runs and close the window"), QKeySequence::Quit);
    quit->setMenuRole(QAction::QuitRole);

    undo = make(tr("&Undo"), tr("Take the last change of a parameter back"), QKeySequence::Undo);
    redo = make(tr("&Redo"), tr("Make the change again"), QKeySequence::Redo);
    resetParameters = make(tr("&Default parameters"), tr("Put all parameters back to their defaults"));

    run = make(tr("Run"), tr("Run the workload over and over until Stop"), Qt::Key_F5);
    runPipeline = make(tr("Run a pipeline"), tr("Choose a workload that has stages and channels, and run it"));
    pause = make(tr("Pause"), tr("Hold the workload at its next task"), Qt::Key_F6);
    step = make(tr("Step"), tr("Let one task go on"), Qt::Key_F7);
    stop = make(tr("Stop"), tr("End what runs; what was measured is kept"), Qt::SHIFT | Qt::Key_F5);
    sweepThreads = make(tr("Sweep threads"), tr("Measure the speedup with one thread, two, and so on"), Qt::Key_F8);
    sweepThreshold =
        make(tr("Sweep threshold"), tr("Measure small and large thresholds, and name the plateau"), Qt::Key_F9);

    tune = make(tr("Tune"), tr("Search the threshold's plateau and recommend a value"), Qt::Key_F10);

    followLive = make(tr("&Follow the run"), tr("Keep the newest moment in sight"), Qt::Key_L);
    followLive->setCheckable(true);
    fit = make(tr("Show &all"), tr("Show the whole recording"));
    zoomToSelection = make(tr("Zoom to &selection"), tr("Show only what is selected"));
    zoomBack = make(tr("Zoom &back"), tr("Go back to the range before"), Qt::ALT | Qt::Key_Left);
    textLarger = make(tr("Text &larger"), tr("Larger text, for a projector"), QKeySequence::ZoomIn);
    textSmaller = make(tr("Text s&maller"), tr("Smaller text"), QKeySequence::ZoomOut);
    textNormal = make(tr("Text of the system's size"), tr("The text size of the desktop"), Qt::CTRL | Qt::Key_0);

    const auto group = [this](std::initializer_list<std::pair<QString, QString>> entries) {
        auto* actions = new QActionGroup(this);
        for (const auto& [word, text] : entries) {
            QAction* action = make(text, QString());
            action->setCheckable(true);
            action->setData(word);
            actions->addAction(action);
        }
        return actions;
    };
    themes = group({{QStringLiteral("system"), tr("Theme of the system")},
                    {QStringLiteral("light"), tr("Light theme")},
                    {QStringLiteral("dark"), tr("Dark theme")},
                    {QStringLiteral("contrast"), tr("High contrast theme")}});
    layouts = group({{QStringLiteral("explore"), tr("Layout: Explore")},
                     {QStringLiteral("teach"), tr("Layout: Teach")},
                     {QStringLiteral("tune"), tr("Layout: Tune")}});
    views = group({{QStringLiteral("live"), tr("Live view")},
                   {QStringLiteral("scale"), tr("Scale view")},
                   {QStringLiteral("tune"), tr("Tune view")},
                   {QStringLiteral("pipeline"), tr("Pipeline view")}});
    int number = 1;
    for (QAction* view : views->actions())
        view->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number++)));

    commands = make(tr("Search commands…"), tr("Every command by its name"), Qt::CTRL | Qt::SHIFT | Qt::Key_P);
    keys = make(tr("&Keys"), tr("The keys, on one sheet"), QKeySequence(QStringLiteral("?")));
    about = make(tr("&About Grainscope"), tr("Version and licence"));

    QUndoStack* stack = workspace_.parameters.undoStack();
    connect(stack, &QUndoStack::canUndoChanged, this, &WindowActions::refresh);
    connect(stack, &QUndoStack::canRedoChanged, this, &WindowActions::refresh);
    connect(undo, &QAction::triggered, stack, &QUndoStack::undo);
    connect(redo, &QAction::triggered, stack, &QUndoStack::redo);
    connect(resetParameters, &QAction::triggered, &workspace_.parameters, [this] { workspace_.parameters.resetAll(); });
    connect(fit, &QAction::triggered, &workspace_.time, [this] { workspace_.time.fit(); });
    connect(zoomToSelection, &QAction::triggered, &workspace_.time, [this] { workspace_.time.zoomToSelection(); });
    connect(zoomBack, &QAction::triggered, &workspace_.time, [this] { workspace_.time.undo(); });
    connect(followLive, &QAction::triggered, &workspace_.time, [this](bool on) { workspace_.time.setFollowing(on); });
    connect(&workspace_.time, &TimeNavigator::followingChanged, this, &WindowActions::refresh);
    connect(&workspace_.time, &TimeNavigator::selectionChanged, this, &WindowActions::refresh);
    connect(&workspace_.time, &TimeNavigator::historyChanged, this, &WindowActions::refresh);
    connect(&workspace_, &Workspace::abilitiesChanged, this, &WindowActions::refresh);
    connect(&workspace_, &Workspace::recordingReplaced, this, &WindowActions::refresh);
    connect(&Theme::instance(), &Theme::changed, this, &WindowActions::dress);
    dress();
    refresh();
}

QAction* WindowActions::make(const QString& text, const QString& tip, const QKeySequence& shortcut) {
    auto* action = new QAction(text, this);
    action->setProperty(tipProperty, tip);
    action->setShortcut(shortcut);
    action->setToolTip(tip);
    window_.addAction(action);
    return action;
}

void WindowActions::allow(QAction* action, const QString& whyNot) {
    action->setEnabled(whyNot.isEmpty());
    QString tip = action->property(tipProperty).toString();
    if (!whyNot.isEmpty())
        tip = whyNot;
    else if (!action->shortcut().isEmpty())
        tip += QStringLiteral(" (%1)").arg(action->shortcut().toString(QKeySequence::NativeText));
    action->setToolTip(tip);
}

void WindowActions::refresh() {
    const RunController& controller = workspace_.controller;
    const bool active = controller.isActive();
    const bool plainRun = active && controller.activity() == RunController::Activity::run;
    const bool paused = controller.state() == RunController::State::paused;
    const QString measuring = tr("A study is being measured. Stop it first.");
    const QString nothingRuns = tr("Nothing runs.");

    allow(run, plainRun ? tr("It runs already. Stop ends it.") : active ? measuring : workspace_.cannotRun());
    const WorkloadDescription* pipeline = workspace_.catalog.richestWithStages();
    allow(runPipeline, plainRun   ? tr("It runs already. Stop ends it.")
                       : active   ? measuring
                       : pipeline ? QString()
                                  : tr("No workload of this program has stages and channels."));
    const QString noPause = !active     ? nothingRuns
                            : !plainRun ? tr("A study cannot be paused: its times would be wrong.")
                                        : QString();
    allow(pause, noPause);
    pause->setText(paused ? tr("Resume") : tr("Pause"));
    allow(step, !noPause.isEmpty() ? noPause : paused ? QString() : tr("Pause first; then Step lets one task go on."));
    allow(stop, active ? QString() : nothingRuns);
    const QString running = plainRun ? QString() : active ? measuring : QString();
    allow(sweepThreads, !running.isEmpty() ? running : workspace_.cannotSweepThreads());
    allow(sweepThreshold, !running.isEmpty() ? running : workspace_.cannotSweepThreshold());
    allow(tune, !running.isEmpty() ? running : workspace_.cannotSweepThreshold());

    const bool anyRecording = workspace_.recording() != nullptr;
    const QString noRecording = tr("There is no recording yet.");
    allow(save, anyRecording ? QString() : noRecording);
    const QUndoStack* stack = workspace_.parameters.undoStack();
    allow(undo, stack->canUndo() ? QString() : tr("No parameter was changed."));
    allow(redo, stack->canRedo() ? QString() : tr("Nothing was taken back."));
    allow(followLive, workspace_.isLive() ? QString() : tr("Only a run in progress can be followed."));
    followLive->setChecked(workspace_.time.isFollowing());
    allow(fit, anyRecording ? QString() : noRecording);
    allow(zoomToSelection, workspace_.time.selection() ? QString() : tr("Drag over the timeline to select first."));
    allow(zoomBack, workspace_.time.canUndo() ? QString() : tr("There was no other range before."));
    for (QAction* action :
         {open, exportPlot, quit, resetParameters, textLarger, textSmaller, textNormal, commands, keys, about})
        allow(action, QString());
}

void WindowActions::dress() {
    const Tokens& t = tokens();
    run->setIcon(themedIcon(QStringLiteral("run"), t.onAccent));
    pause->setIcon(themedIcon(QStringLiteral("pause"), t.text));
    step->setIcon(themedIcon(QStringLiteral("step"), t.text));
    stop->setIcon(themedIcon(QStringLiteral("stop"), t.text));
    commands->setIcon(themedIcon(QStringLiteral("search"), t.muted));
}

}  // namespace grainscope::ui
