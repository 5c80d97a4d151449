#include <ui/views/live_view.h>

#include <algorithm>

#include <QFontMetrics>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <ui/models/format.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/data_pane.h>
#include <ui/views/lanes_view.h>
#include <ui/views/overview_strip.h>
#include <ui/views/time_axis.h>
#include <ui/views/utilisation_plot.h>
#include <ui/widgets/card.h>
#include <ui/widgets/legend.h>
#include <ui/widgets/picture_file.h>
#include <ui/widgets/plot_style.h>

namespace grainscope::ui {

LiveView::LiveView(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      dataCard_(new Card(tr("Data"))),
      busyCard_(new Card(tr("Busy workers"))),
      data_(new DataPane(workspace.board)),
      utilisation_(new UtilisationPlot(workspace.utilisation, workspace.time)),
      overview_(new OverviewStrip(workspace.lanes, workspace.time)),
      lanes_(new LanesView(workspace.lanes, workspace.time)),
      legend_(new Legend),
      column_(new QVBoxLayout(this)),
      timelineTitle_(new QLabel(tr("Timeline"))),
      timelineReadout_(new QLabel),
      lanesScroll_(new QScrollArea) {
    setObjectName(QStringLiteral("liveView"));
    dataCard_->setContent(data_, &workspace_.board);
    busyCard_->setContent(utilisation_, &workspace_.utilisation);

    lanesScroll_->setWidget(lanes_);
    lanesScroll_->setWidgetResizable(true);
    lanesScroll_->setFrameShape(QFrame::NoFrame);
    lanesScroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    lanesScroll_->setFocusPolicy(Qt::NoFocus);
    lanesScroll_->setAccessibleName(tr("Timeline"));
    lanesScroll_->viewport()->setAutoFillBackground(false);

    timelineReadout_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    timelineReadout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    timelineReadout_->setProperty("muted", true);
    timelineTitle_->setProperty("muted", true);
    auto* timelineHead = new QHBoxLayout;
    timelineHead->addWidget(timelineTitle_);
    timelineHead->addWidget(timelineReadout_, 1);

    // The lanes keep the cards' inner margins, so that all time axes line up.
    auto* timeline = new QVBoxLayout;
    timeline->setContentsMargins(space::gap, 0, space::gap, 0);
    timeline->setSpacing(space::unit + 2);
    timeline->addWidget(overview_);
    timeline->addLayout(timelineHead);
    timeline->addWidget(lanesScroll_, 1);
    auto* legendRow = new QHBoxLayout;
    legendRow->setContentsMargins(timeGutter(), 0, 0, 0);
    legendRow->addWidget(legend_);
    timeline->addLayout(legendRow);

    column_->setContentsMargins(space::panel, space::panel, space::panel, space::half);
    column_->setSpacing(space::gap);
    column_->addWidget(dataCard_);
    column_->addWidget(busyCard_, 5);
    column_->addLayout(timeline, 6);

    connect(lanes_, &LanesView::hovered, this, [this](const QString& text) {
        hovered_ = text;
        takeReadouts();
    });
    connect(&workspace_.lanes, &QAbstractItemModel::modelReset, this, &LiveView::takeLaneCount);
    connect(&workspace_.lanes, &QAbstractItemModel::rowsInserted, this, &LiveView::takeLaneCount);
    connect(&workspace_.board, &BoardModel::pictureChanged, this, &LiveView::takePicture);
    connect(&Theme::instance(), &Theme::changed, this, &LiveView::dress);
    takePicture();
    dress();
    takeReadouts();
}

void LiveView::takeFrame() {
    if (!isVisible()) return;
    data_->takeFrame();
    // A bucket of the plot lasts longer than a frame: every second one shows all there is, at half the cost.
    if (utilisationIsDue_) utilisation_->takeChange();
    utilisationIsDue_ = !utilisationIsDue_;
    overview_->takeChange();
    lanes_->takeChange();
}

void LiveView::takeChange() {
    if (!isVisible()) return;
    data_->takeFrame();
    utilisation_->takeChange();
    overview_->takeChange();
    lanes_->takeChange();
}

void LiveView::takeReadouts() {
    data_->takeReadouts();
    const TimeRange range = workspace_.inspectedRange();
    const bool any = workspace_.recording() && workspace_.lanes.laneCount() > 0;
    busyCard_->setTitle(busyTitle());
    if (any) {
        const LaneModel::Shares shares = workspace_.lanes.shares(-1, range);
        busyCard_->setReadout(tr("utilisation %1 · %2 steals · %3 searching")
                                  .arg(formatPercent(shares.busy), formatCount(workspace_.lanes.stealCount(range)),
                                       formatPercent(shares.searching, 1)));
    } else {
        busyCard_->setReadout(QString());
    }
    QString line = hovered_;
    if (line.isEmpty() && any)
        line =
            formatRange(workspace_.time.visible()) + QStringLiteral("   ") + tr("W A S D move · F fit · drag selects");
    timelineReadout_->setText(line);

    std::vector<LaneState> states{LaneState::busy, LaneState::searching, LaneState::descheduled, LaneState::parked};
    for (const LaneState state : lanes_->statesShown())
        if (std::ranges::find(states, state) == states.end()) states.push_back(state);
    legend_->setStates(states);
}

QString LiveView::busyTitle() const { return workspace_.lanes.areWorkers() ? tr("Busy workers") : tr("Busy threads"); }

double LiveView::replotMilliseconds() const { return utilisation_->replotMilliseconds(); }

std::vector<PlotSource> LiveView::plots() {
    return {
        {tr("Data"), [this](const QString& path) { return writePicture(path, data_->shown()); }, &workspace_.board},
        {busyTitle(), [this](const QString& path) { return exportPlot(utilisation_->plot(), path); },
         utilisation_->tableTwin()},
        {tr("Timeline"), [this](const QString& path) { return writePicture(path, *lanes_); }, lanes_->tableTwin()},
    };
}

void LiveView::dress() {
    timelineTitle_->setFont(Theme::instance().font(Type::strong));
    timelineReadout_->setFont(Theme::instance().font(Type::body));
    takeLaneCount();
}

void LiveView::takePicture() {
    const BoardPicture& picture = workspace_.board.picture();
    dataCard_->setRemark(picture.remark);
    // A grid is as wide as it is high, and wants the height.
    column_->setStretchFactor(dataCard_, picture.shape == BoardPicture::Shape::grid ? 12 : 5);
}

void LiveView::takeLaneCount() {
    // Few lanes leave their room to the plots above; many scroll.
    lanesScroll_->setMaximumHeight(lanes_->sizeHint().height());
}

}  // namespace grainscope::ui
