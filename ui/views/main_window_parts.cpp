// How the window is put together: centre, docks, menus, tool bar.
#include <QActionGroup>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/inspector.h>
#include <ui/views/live_view.h>
#include <ui/views/main_window.h>
#include <ui/views/parameter_form.h>
#include <ui/views/pipeline_view.h>
#include <ui/views/scale_view.h>
#include <ui/views/tune_view.h>
#include <ui/views/window_actions.h>
#include <ui/views/workload_panel.h>
#include <ui/widgets/banner.h>
#include <ui/widgets/panel_heading.h>
#include <ui/widgets/table_view.h>

namespace grainscope::ui {

void MainWindow::makeCentre() {
    auto* centre = new QWidget;
    centre->setObjectName(QStringLiteral("centre"));
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(banner_);

    auto* strip = new QFrame;
    strip->setObjectName(QStringLiteral("tabStrip"));
    auto* stripRow = new QHBoxLayout(strip);
    stripRow->setContentsMargins(space::half, 0, space::panel, 0);
    stripRow->addWidget(tabs_);
    stripRow->addWidget(lastRun_, 1);
    lastRun_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    lastRun_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    lastRun_->setProperty("muted", true);
    lastRun_->setObjectName(QStringLiteral("lastRun"));
    tabs_->setAccessibleName(tr("Views"));
    tabs_->setExpanding(false);
    tabs_->setDocumentMode(true);
    tabs_->setUsesScrollButtons(false);
    tabs_->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    tabs_->addTab(tr("Live"));
    tabs_->addTab(tr("Scale"));
    tabs_->addTab(tr("Tune"));
    tabs_->addTab(tr("Pipeline"));
    column->addWidget(strip);

    stack_->addWidget(live_);
    stack_->addWidget(scale_);
    stack_->addWidget(tune_);
    stack_->addWidget(pipeline_);
    column->addWidget(stack_, 1);
    setCentralWidget(centre);
}

QDockWidget* MainWindow::makeDock(const QString& name, const QString& title, QWidget* content,
                                  Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    dock->setAccessibleName(title);
    auto* heading = new PanelHeading(title);
    heading->setContentsMargins(space::panel, space::gap, space::panel, space::half);
    heading->setAutoFillBackground(true);
    content->setAutoFillBackground(true);
    dock->setTitleBarWidget(heading);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::makeDocks() {
    setDockNestingEnabled(true);
    // The runs stand below the views; the side panels reach from top to bottom.
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);

    workloadsDock_ = makeDock(QStringLiteral("workloadsDock"), tr("Workloads"), new WorkloadPanel(workspace_),
                              Qt::LeftDockWidgetArea);

    auto* form = new ParameterForm(workspace_.parameters);
    auto* padded = new QWidget;
    auto* padding = new QVBoxLayout(padded);
    padding->setContentsMargins(space::panel, 0, space::panel, space::gap);
    padding->addWidget(form);
    auto* scroll = new QScrollArea;
    scroll->setWidget(padded);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setAccessibleName(tr("Parameters"));
    parametersDock_ = makeDock(QStringLiteral("parametersDock"), tr("Parameters"), scroll, Qt::LeftDockWidgetArea);
    connect(form, &ParameterForm::problem, this, [this](const QString& sentence) {
        if (sentence.isEmpty())
            banner_->clear();
        else
            banner_->showSentence(sentence, Banner::Tone::loss);
    });

    inspectorDock_ = makeDock(QStringLiteral("inspectorDock"), tr("Inspector"), inspector_, Qt::RightDockWidgetArea);
    // Its panels have headings of their own.
    inspectorDock_->setTitleBarWidget(new QWidget);

    runsDock_ = makeDock(QStringLiteral("runsDock"), tr("Runs"), runsTable_, Qt::BottomDockWidgetArea);
    runsTable_->setObjectName(QStringLiteral("runs"));
    runsTable_->setFrameShape(QFrame::NoFrame);
    runsTable_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);

    resizeDocks({workloadsDock_, parametersDock_}, {300, 420}, Qt::Vertical);
    resizeDocks({workloadsDock_, inspectorDock_}, {292, 372}, Qt::Horizontal);
    resizeDocks({runsDock_}, {128}, Qt::Vertical);
}

void MainWindow::makeMenus() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(actions_->open);
    recentMenu_ = file->addMenu(tr("Open &recent"));
    file->addAction(actions_->save);
    file->addSeparator();
    file->addAction(actions_->exportPlot);
    file->addSeparator();
    file->addAction(actions_->quit);

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    edit->addActions({actions_->undo, actions_->redo});
    edit->addSeparator();
    edit->addAction(actions_->resetParameters);

    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addActions(actions_->views->actions());
    view->addSeparator();
    view->addActions({actions_->followLive, actions_->fit, actions_->zoomToSelection, actions_->zoomBack});
    view->addSeparator();
    view->addMenu(tr("T&heme"))->addActions(actions_->themes->actions());
    view->addMenu(tr("Text si&ze"))->addActions({actions_->textLarger, actions_->textSmaller, actions_->textNormal});

    QMenu* runMenu = menuBar()->addMenu(tr("&Run"));
    runMenu->addActions({actions_->run, actions_->runPipeline, actions_->pause, actions_->step, actions_->stop});

    QMenu* analyze = menuBar()->addMenu(tr("&Analyze"));
    analyze->addActions({actions_->sweepThreads, actions_->sweepThreshold, actions_->tune});

    QMenu* window = menuBar()->addMenu(tr("&Window"));
    window->addActions(actions_->layouts->actions());
    window->addSeparator();
    for (QDockWidget* dock : {workloadsDock_, parametersDock_, inspectorDock_, runsDock_})
        window->addAction(dock->toggleViewAction());

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addActions({actions_->keys, actions_->commands});
    help->addSeparator();
    help->addAction(actions_->about);
}

void MainWindow::makeToolBar() {
    auto* bar = new QToolBar(tr("Commands"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize(QSize(14, 14));
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addActions({actions_->run, actions_->pause, actions_->step, actions_->stop});
    bar->addSeparator();
    bar->addActions({actions_->sweepThreads, actions_->sweepThreshold, actions_->tune});
    bar->widgetForAction(actions_->run)->setProperty("primary", true);

    auto* spring = new QWidget;
    spring->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(spring);
    bar->addAction(actions_->commands);
    auto* search = qobject_cast<QToolButton*>(bar->widgetForAction(actions_->commands));
    search->setProperty("search", true);
    const auto caption = [this, search] {
        search->setText(actions_->commands->text() + QStringLiteral("    ") +
                        actions_->commands->shortcut().toString(QKeySequence::NativeText));
    };
    connect(actions_->commands, &QAction::changed, search, caption);
    caption();
    for (QAction* action : bar->actions())
        if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action))) {
            button->setFocusPolicy(Qt::TabFocus);
            button->setAccessibleName(action->text());
            connect(action, &QAction::changed, button, [button, action] { button->setAccessibleName(action->text()); });
        }
    addToolBar(bar);
}

}  // namespace grainscope::ui
