#include <ui/views/scale_view.h>

#include <algorithm>
#include <cmath>

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <ui/models/curve_model.h>
#include <ui/models/format.h>
#include <ui/theme/theme.h>
#include <ui/views/curve_marks.h>
#include <ui/views/figure_choice.h>
#include <ui/views/figure_curve.h>
#include <ui/widgets/card.h>
#include <ui/widgets/empty_state.h>
#include <ui/widgets/plot_style.h>
#include <ui/widgets/qcustomplot.h>

namespace grainscope::ui {
namespace {

/// Room at the right for the names of the lines.
constexpr int labelRoom = 110;

/// Whole numbers of threads.
class ThreadTicker : public QCPAxisTicker {
  public:
    ThreadTicker() { setTickStepStrategy(tssReadability); }

  protected:
    double getTickStep(const QCPRange& range) override {
        return std::max(1.0, std::round(QCPAxisTicker::getTickStep(range)));
    }
};

class PercentTicker : public QCPAxisTicker {
  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return formatPercent(tick); }
};

}  // namespace

ScaleView::ScaleView(CurveModel& model, QAction* sweep, QWidget* parent)
    : QWidget(parent),
      model_(model),
      stack_(new QStackedLayout(this)),
      sentence_(new QLabel),
      choice_(new FigureChoice(tr("Speedup"))),
      speedupCard_(new Card(tr("Speedup"))),
      speedup_(new QCustomPlot),
      efficiency_(new QCustomPlot) {
    setObjectName(QStringLiteral("scaleView"));
    stack_->addWidget(
        new EmptyState(tr("How much faster does it get with more threads?"),
                       tr("Sweep threads measures the chosen workload with one thread, two, and so on, and draws the "
                          "speedup of each with its 95 % interval."),
                       sweep));

    for (QCustomPlot* plot : {speedup_, efficiency_}) {
        preparePlot(*plot);
        plot->setMinimumHeight(90);
        plot->xAxis->setLabel(tr("threads"));
        plot->xAxis->setTicker(QSharedPointer<ThreadTicker>::create());
        plot->axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom | QCP::msTop);
    }
    efficiency_->setAccessibleName(tr("Plot of efficiency against threads"));
    efficiency_->yAxis->setLabel(tr("efficiency"));
    efficiency_->yAxis->setTicker(QSharedPointer<PercentTicker>::create());

    // Lines below dots: what was measured lies on top.
    lines_ = new LabelledLines(*speedup_, this);
    efficiencyLines_ = new LabelledLines(*efficiency_, this);
    for (QCustomPlot* plot : {speedup_, efficiency_}) {
        plot->addLayer(QStringLiteral("measured"), plot->layer(QStringLiteral("main")), QCustomPlot::limAbove);
        plot->setCurrentLayer(QStringLiteral("measured"));
    }
    speedupMarks_ = std::make_unique<MeasuredMarks>(*speedup_);
    efficiencyMarks_ = std::make_unique<MeasuredMarks>(*efficiency_);
    best_ = new QCPItemText(speedup_);
    best_->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    best_->setClipToAxisRect(false);
    for (QCustomPlot* plot : {speedup_, efficiency_}) plot->setCurrentLayer(QStringLiteral("main"));

    auto* filled = new QWidget;
    auto* column = new QVBoxLayout(filled);
    column->setContentsMargins(space::panel, space::panel, space::panel, space::panel);
    column->setSpacing(space::gap);
    sentence_->setWordWrap(true);
    auto* top = new QHBoxLayout;
    top->addWidget(sentence_, 1);
    top->addWidget(choice_);
    column->addLayout(top);
    speedupCard_->setContent(speedup_, &model_);
    auto* efficiencyCard = new Card(tr("Efficiency"));
    efficiencyCard->setContent(efficiency_);
    efficiencyCard->setRemark(tr("speedup divided by threads"));
    column->addWidget(speedupCard_, 3);
    column->addWidget(efficiencyCard, 2);
    stack_->addWidget(filled);

    connect(&model_, &CurveModel::changed, this, [this] { takeModelChange(); });
    connect(choice_, &FigureChoice::chosenChanged, this, &ScaleView::takeChange);
    connect(&Theme::instance(), &Theme::changed, this, &ScaleView::dress);
    dress();
}

ScaleView::~ScaleView() = default;

std::vector<PlotSource> ScaleView::plots() {
    return {
        {choice_->currentText(), [this](const QString& path) { return exportPlot(*speedup_, path); }, &model_},
        {tr("Efficiency"), [this](const QString& path) { return exportPlot(*efficiency_, path); }, &model_},
    };
}

void ScaleView::dress() {
    Theme& theme = Theme::instance();
    for (QCustomPlot* plot : {speedup_, efficiency_}) {
        dressPlot(*plot);
        plot->axisRect()->setMargins(QMargins(0, 0, theme.px(labelRoom), 0));
    }
    speedupMarks_->dress(theme.tokens().accent);
    efficiencyMarks_->dress(theme.tokens().accent);
    best_->setFont(theme.font(Type::strong));
    best_->setColor(theme.tokens().text);
    takeChange();
}

void ScaleView::takeChange() {
    const auto& points = model_.points();
    stack_->setCurrentIndex(points.empty() ? 0 : 1);
    choice_->offer(model_.figures());
    if (points.empty()) return;
    const double most = std::max(1.0, points.back().x);
    const double room = 0.06 * std::max(1.0, most - 1);
    speedup_->xAxis->setRange(1 - room, most + room);
    efficiency_->xAxis->setRange(1 - room, most + room);
    if (const auto figure = choice_->chosen())
        takeFigure(*figure);
    else
        takeSpeedup(most);
    takeEfficiency(most);
    QString sentence = model_.conclusion();
    if (const QString base = model_.baseText(); !base.isEmpty())
        sentence += (sentence.isEmpty() ? QString() : QStringLiteral(" ")) + base;
    sentence_->setText(sentence);
    sentence_->setVisible(!sentence.isEmpty());
    speedup_->replot(QCustomPlot::rpQueuedReplot);
    efficiency_->replot(QCustomPlot::rpQueuedReplot);
}

void ScaleView::takeSpeedup(double most) {
    const Tokens& t = tokens();
    std::vector<Measured> speedups;
    double highest = 1;
    for (const CurvePoint& point : model_.points()) {
        if (!point.speedup) continue;
        speedups.push_back({point.x, *point.speedup, point.speedupInterval});
        highest = std::max(highest, point.speedupInterval ? point.speedupInterval->second : *point.speedup);
    }
    speedupMarks_->set(speedups);

    std::vector<LabelledLines::Line> lines{{tr("ideal"), CurveModel::idealLine(most), t.muted, LineStyle::dashed}};
    if (model_.serialFraction())
        lines.push_back({tr("Amdahl, %1 serial").arg(formatPercent(*model_.serialFraction(), 1)),
                         model_.amdahlLine(most), t.worker(1), LineStyle::solid});
    if (model_.usl()) lines.push_back({tr("USL"), model_.uslLine(most), t.worker(2), LineStyle::solid});
    lines_->set(lines);
    speedup_->yAxis->setTicker(QSharedPointer<QCPAxisTicker>::create());
    speedup_->yAxis->setLabel(tr("speedup"));
    speedup_->yAxis->setRange(0, axisStep(std::max(highest * 1.1, std::min(most, highest * 1.6))));
    speedup_->setAccessibleName(tr("Plot of speedup against threads"));
    speedupCard_->setTitle(tr("Speedup"));
    speedupCard_->setRemark(tr("dots: medians with 95 % intervals · lines: models"));
    labelBest(most);
}

void ScaleView::takeFigure(const RunFigure& figure) {
    const FigureCurve curve = figureCurve(model_.points(), figure);
    speedupMarks_->set(curve.marks);
    lines_->set({});
    best_->setVisible(false);
    speedup_->yAxis->setTicker(quantityTicker(figure.unit));
    speedup_->yAxis->setLabel(figure.label);
    speedup_->yAxis->setRange(0, axisStep(curve.highest * 1.15));
    speedup_->setAccessibleName(tr("Plot of %1 against threads").arg(figure.label));
    speedupCard_->setTitle(figure.label);
    speedupCard_->setRemark(tr("dots: medians"));
}

void ScaleView::takeEfficiency(double most) {
    std::vector<Measured> efficiencies;
    for (const CurvePoint& point : model_.points()) {
        if (!point.efficiency) continue;
        auto interval = point.speedupInterval;
        if (interval && point.x > 0) interval = {interval->first / point.x, interval->second / point.x};
        efficiencies.push_back({point.x, *point.efficiency, interval});
    }
    efficiencyMarks_->set(efficiencies);
    efficiencyLines_->set({{tr("ideal"), {QPointF(1, 1), QPointF(most, 1)}, tokens().muted, LineStyle::dashed}});
    efficiency_->yAxis->setRange(0, 1.1);
}

void ScaleView::labelBest(double most) {
    const int best = model_.bestPoint();
    const bool labelled = best >= 0 && model_.points()[static_cast<std::size_t>(best)].speedup.has_value();
    best_->setVisible(labelled);
    if (!labelled) return;
    const CurvePoint& point = model_.points()[static_cast<std::size_t>(best)];
    best_->setText(
        point.x == 1 ? tr("%1 with 1 thread").arg(formatSpeedup(*point.speedup))
                     : tr("%1 with %2 threads").arg(formatSpeedup(*point.speedup), formatCount(std::llround(point.x))));
    best_->position->setCoords(point.x, point.speedupInterval ? point.speedupInterval->second : *point.speedup);
    best_->setPadding(QMargins(0, 0, 0, Theme::instance().px(space::half)));
    // At the edges the label would leave the plot on one side.
    const bool first = point.x <= 1;
    const bool last = point.x >= most;
    best_->setPositionAlignment((first ? Qt::AlignLeft : last ? Qt::AlignRight : Qt::AlignHCenter) | Qt::AlignBottom);
}

}  // namespace grainscope::ui
