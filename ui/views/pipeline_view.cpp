#include <ui/views/pipeline_view.h>

#include <algorithm>

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <ui/models/format.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/channel_strips.h>
#include <ui/views/lanes_view.h>
#include <ui/views/message_life.h>
#include <ui/views/pipeline_diagram_view.h>
#include <ui/views/time_axis.h>
#include <ui/widgets/card.h>
#include <ui/widgets/empty_state.h>
#include <ui/widgets/icon.h>
#include <ui/widgets/picture_file.h>

namespace grainscope::ui {

PipelineView::PipelineView(Workspace& workspace, QAction* run, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      messages_(workspace.pipeline),
      life_(workspace.pipeline),
      motion_(workspace.time),
      stack_(new QStackedLayout(this)),
      sentence_(new QLabel),
      play_(new QPushButton),
      slowdown_(new QComboBox),
      moment_(new QLabel),
      diagramCard_(new Card(tr("Stages and channels"))),
      lifeCard_(new Card(tr("Followed messages"))),
      stripsCard_(new Card(tr("Channels over time"))),
      diagram_(new PipelineDiagramView(workspace.pipeline, life_)),
      lifeBar_(new MessageLife(workspace.pipeline, life_)),
      strips_(new ChannelStrips(workspace.pipeline, workspace.time)),
      lanes_(new LanesView(workspace.lanes, workspace.time)),
      lanesScroll_(new QScrollArea) {
    setObjectName(QStringLiteral("pipelineView"));
    stack_->addWidget(
        new EmptyState(tr("Where do messages wait?"),
                       tr("This recording has no channels. Run a workload that has stages and channels between them, "
                          "and they are drawn "
                          "here: how full each channel is, who waits for it, and which stage holds all others back."),
                       run));
    auto* filled = new QWidget;
    auto* column = new QVBoxLayout(filled);
    makeFilled(*column);
    auto* scroll = new QScrollArea;
    scroll->setWidget(filled);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setAccessibleName(tr("Pipeline"));
    scroll->viewport()->setAutoFillBackground(false);
    filled->setAutoFillBackground(false);
    stack_->addWidget(scroll);

    connect(&workspace_.pipeline, &PipelineModel::diagramChanged, this, &PipelineView::takeDiagram);
    connect(&workspace_, &Workspace::recordingReplaced, this, [this] {
        motion_.pause();
        slowdownIsChosen_ = false;
    });
    connect(&motion_, &SlowMotion::playingChanged, this, &PipelineView::takeMotion);
    connect(&motion_, &SlowMotion::slowdownChanged, this, &PipelineView::takeMotion);
    connect(diagram_, &PipelineDiagramView::playAsked, this, &PipelineView::toggleMotion);
    connect(lanes_, &LanesView::hovered, this, [this](const QString& text) {
        hovered_ = text;
        stripsCard_->setReadout(text);
    });
    connect(strips_, &ChannelStrips::hovered, this, [this](const QString& text) {
        hovered_ = text;
        stripsCard_->setReadout(text);
    });
    connect(&Theme::instance(), &Theme::changed, this, &PipelineView::dress);
    dress();
    takeDiagram();
}

void PipelineView::makeFilled(QVBoxLayout& column) {
    column.setContentsMargins(space::panel, space::panel, space::panel, space::half);
    column.setSpacing(space::gap);
    sentence_->setObjectName(QStringLiteral("pipelineSentence"));
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column.addWidget(sentence_);
    column.addWidget(makeControls());
    diagramCard_->setContent(diagram_, &workspace_.pipeline);
    lifeCard_->setContent(lifeBar_, &messages_);
    stripsCard_->setContent(strips_);
    column.addWidget(diagramCard_, 5);
    column.addWidget(lifeCard_);
    column.addWidget(stripsCard_, 5);

    // The lanes keep the card's inner margins, so that all time axes line up.
    lanes_->setObjectName(QStringLiteral("pipelineLanes"));
    lanes_->setNames([this](int row) { return workspace_.pipeline.rowName(row); });
    lanesScroll_->setWidget(lanes_);
    lanesScroll_->setWidgetResizable(true);
    lanesScroll_->setFrameShape(QFrame::NoFrame);
    lanesScroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    lanesScroll_->setFocusPolicy(Qt::NoFocus);
    lanesScroll_->setAccessibleName(tr("Workers"));
    lanesScroll_->viewport()->setAutoFillBackground(false);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(space::gap, 0, space::gap, 0);
    row->addWidget(lanesScroll_);
    column.addLayout(row, 4);
}

QWidget* PipelineView::makeControls() {
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::half);
    play_->setObjectName(QStringLiteral("slowMotionPlay"));
    slowdown_->setObjectName(QStringLiteral("slowMotionSpeed"));
    slowdown_->setAccessibleName(tr("Speed of the slow motion"));
    slowdown_->setToolTip(tr("How much slower than it was"));
    for (const int slowdown : SlowMotion::slowdowns())
        slowdown_->addItem(slowdown == 1 ? tr("as fast as it was") : tr("%1 times slower").arg(formatCount(slowdown)),
                           slowdown);
    moment_->setProperty("muted", true);
    row->addWidget(play_);
    row->addWidget(slowdown_);
    row->addWidget(moment_, 1);
    connect(play_, &QPushButton::clicked, this, &PipelineView::toggleMotion);
    connect(slowdown_, &QComboBox::activated, this, [this](int index) {
        slowdownIsChosen_ = true;
        motion_.setSlowdown(slowdown_->itemData(index).toInt());
    });
    return controls;
}

void PipelineView::toggleMotion() {
    // Unless somebody chose, a message's way takes some seconds.
    if (const auto latency = workspace_.pipeline.figures().latency.median; latency && !slowdownIsChosen_)
        motion_.setSlowdown(SlowMotion::slowdownFor(*latency));
    motion_.toggle();
}

void PipelineView::takeFrame() {
    if (!isVisible()) return;
    workspace_.refreshPipeline();
    diagram_->takeChange();
    lifeBar_->takeChange();
    strips_->takeChange();
    lanes_->takeChange();
}

void PipelineView::takeChange() {
    if (!isVisible()) return;
    takeFrame();
    const Nanoseconds at = workspace_.pipeline.moment();
    const QString moment = formatMoment(at, workspace_.time.visible());
    if (!workspace_.pipeline.isAtRest())
        moment_->setText(tr("This is %1.").arg(moment));
    else if (workspace_.isLive())
        moment_->setText(tr("This is now."));
    else
        moment_->setText(tr("This is %1, the middle of the last repetition. Click a time below, or play.").arg(moment));
}

void PipelineView::takeReadouts() {
    if (!isVisible()) return;
    workspace_.refreshPipeline();
    workspace_.pipeline.takeFigures(workspace_.inspectedRange());
    messages_.refresh();
    life_.refresh();
    sentence_->setText(workspace_.pipeline.sentence());
    if (hovered_.isEmpty())
        stripsCard_->setRemark(
            tr("level: messages inside · above: senders wait · below: receivers wait · ticks: arm "
               "taken"));
    const LatencyFigures& latency = workspace_.pipeline.figures().latency;
    lifeCard_->setReadout(latency.followed > 0 ? tr("%1 went all the way").arg(formatCount(latency.followed))
                                               : QString());
    takeChange();
}

std::vector<PlotSource> PipelineView::plots() {
    return {
        {tr("Stages and channels"), [this](const QString& path) { return writePicture(path, *diagram_); },
         diagram_->tableTwin()},
        {tr("Channels over time"), [this](const QString& path) { return writePicture(path, *strips_); },
         strips_->tableTwin()},
        {tr("Followed messages"), [this](const QString& path) { return writePicture(path, *lifeBar_); }, &messages_},
        {tr("Life of the followed message"), [this](const QString& path) { return writePicture(path, *lifeBar_); },
         &life_},
        {tr("Workers"), [this](const QString& path) { return writePicture(path, *lanes_); }, lanes_->tableTwin()},
    };
}

void PipelineView::takeDiagram() {
    stack_->setCurrentIndex(workspace_.pipeline.diagram() ? 1 : 0);
    // Few lanes leave their room to the pictures above; many scroll.
    lanesScroll_->setMaximumHeight(lanes_->sizeHint().height());
    stripsCard_->setMaximumHeight(strips_->sizeHint().height() + Theme::instance().px(60));
}

void PipelineView::takeMotion() {
    const bool playing = motion_.isPlaying();
    play_->setText(playing ? tr("Hold") : tr("Play in slow motion"));
    play_->setAccessibleName(play_->text());
    play_->setToolTip(playing ? tr("Stop at this moment (Space in the diagram)")
                              : tr("Move through the recording so slowly that messages can be followed (Space in the "
                                   "diagram)"));
    play_->setIcon(themedIcon(playing ? QStringLiteral("pause") : QStringLiteral("run"), tokens().text));
    const QSignalBlocker block(slowdown_);
    slowdown_->setCurrentIndex(slowdown_->findData(motion_.slowdown()));
}

void PipelineView::dress() {
    Theme& theme = Theme::instance();
    QFont font = theme.font(Type::body);
    font.setPixelSize(theme.px(14));
    sentence_->setFont(font);
    takeMotion();
    takeDiagram();
}

}  // namespace grainscope::ui
