#include <ui/views/inspector.h>

#include <algorithm>

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QTransposeProxyModel>
#include <QVBoxLayout>

#include <ui/models/explanation.h>
#include <ui/models/format.h>
#include <ui/models/run_figures.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/widgets/panel_heading.h>
#include <ui/widgets/share_rows.h>
#include <ui/widgets/table_view.h>

namespace grainscope::ui {

Inspector::Inspector(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      explanation_(new QLabel),
      figuresBlock_(new QWidget),
      figures_(new QLabel),
      rangeHeading_(new PanelHeading(tr("Whole run"))),
      shares_(new ShareRows),
      countersByRow_(new QTransposeProxyModel(this)),
      counters_(nullptr) {
    setObjectName(QStringLiteral("inspector"));
    setAccessibleName(tr("Inspector"));
    for (QLabel* label : {explanation_, figures_}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    }
    figures_->setObjectName(QStringLiteral("runFigures"));
    auto* block = new QVBoxLayout(figuresBlock_);
    block->setContentsMargins(0, space::gap, 0, 0);
    block->setSpacing(space::half);
    block->addWidget(new PanelHeading(tr("Besides its time")));
    block->addWidget(figures_);
    // One column a worker: the panel is narrow, and workers are few where their counters are read one by one.
    countersByRow_->setSourceModel(&workspace.counters);
    counters_ = makeTableView(*countersByRow_, tr("Counters"));
    counters_->horizontalHeader()->hide();
    counters_->verticalHeader()->show();
    counters_->setObjectName(QStringLiteral("counters"));
    counters_->setFrameShape(QFrame::NoFrame);
    counters_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);

    setAutoFillBackground(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::panel, space::gap, space::panel, space::gap);
    column->setSpacing(space::half);
    column->addWidget(new PanelHeading(tr("Explain")));
    column->addWidget(explanation_);
    column->addWidget(figuresBlock_);
    column->addSpacing(space::gap);
    column->addWidget(rangeHeading_);
    column->addWidget(shares_);
    column->addSpacing(space::gap);
    column->addWidget(new PanelHeading(tr("Counters")));
    column->addWidget(counters_, 1);
    connect(&Theme::instance(), &Theme::changed, this, &Inspector::takeReadouts);
    takeReadouts();
}

void Inspector::takeReadouts() {
    takeFigures();
    const bool any = workspace_.recording() && workspace_.lanes.laneCount() > 0;
    QString text =
        any ? explain(workspace_.lanes, workspace_.inspectedRange()) : tr("Run a workload to see where its time goes.");
    const bool selected = workspace_.time.selection() && !workspace_.time.selection()->isEmpty();
    if (pipelineIsInFront_ && workspace_.pipeline.diagram()) {
        text = workspace_.pipeline.sentence();
    } else if (any && !selected) {
        const QString advice = advice_.of(*workspace_.recording());
        if (!advice.isEmpty()) text += QStringLiteral("\n\n") + tr("The whole run. %1").arg(advice);
    }
    const quint64 dropped = workspace_.recording() ? workspace_.recording()->recording().dropped_events : 0;
    if (dropped > 0)
        text += QStringLiteral("\n\n") + tr("%1 events were dropped: the lanes have gaps, the counters are exact.")
                                             .arg(formatCount(static_cast<qint64>(dropped)));
    if (workspace_.recording()) {
        const QJsonObject result = workspace_.recording()->result();
        const QString splitting = explainSplitting(result.value(QLatin1StringView("splitting")).toObject());
        if (!splitting.isEmpty()) text += QStringLiteral("\n\n") + splitting;
        figures_->setText(runFigureLines(runFigures(result)));
    } else {
        figures_->clear();
    }
    figuresBlock_->setVisible(!figures_->text().isEmpty());
    explanation_->setText(text);
}

void Inspector::takeFigures() {
    const bool any = workspace_.recording() && workspace_.lanes.laneCount() > 0;
    const TimeRange range = workspace_.inspectedRange();
    const bool selected = workspace_.time.selection() && !workspace_.time.selection()->isEmpty();
    workspace_.counters.refresh(selected ? std::optional(range) : std::nullopt);
    const LaneModel::Shares shares = any ? workspace_.lanes.shares(-1, range) : LaneModel::Shares{};

    rangeHeading_->setHeading(selected ? tr("Selection") : tr("Visible"),
                              any ? formatDuration(static_cast<double>(range.length())) : QString());

    const Tokens& t = tokens();
    const auto share = [any](double fraction) { return any ? fraction : -1.0; };
    shares_->setShares({
        {tr("work"), share(std::max(0.0, shares.busy - shares.descheduled)), t.accent, tr("Busy, on a core")},
        {tr("searching"), share(shares.searching), t.searching, tr("Looking for a task to steal")},
        {tr("parked"), share(shares.parked), t.muted, tr("Asleep: there was nothing to steal")},
        {tr("blocked"), share(shares.blocked), t.worker(4), tr("Waiting for a channel, a lock or IO")},
        {tr("descheduled"), share(shares.descheduled), t.descheduled,
         tr("Busy, but the kernel gave the core to somebody else")},
    });
}

}  // namespace grainscope::ui
