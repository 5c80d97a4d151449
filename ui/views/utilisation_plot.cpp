#include <ui/views/utilisation_plot.h>

#include <algorithm>

#include <QMouseEvent>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <ui/models/utilisation_model.h>
#include <ui/theme/state_fill.h>
#include <ui/theme/theme.h>
#include <ui/views/time_axis.h>
#include <ui/widgets/plot_style.h>
#include <ui/widgets/qcustomplot.h>

namespace grainscope::ui {
namespace {

constexpr int tickSpacing = 150;

/// The ticks of every other time view.
class TimeTicker : public QCPAxisTicker {
  public:
    explicit TimeTicker(const TimeNavigator& time, const QWidget& widget) : time_(time), widget_(widget) {}
    void generate(const QCPRange&, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override {
        ticks.clear();
        if (subTicks) subTicks->clear();
        if (labels) labels->clear();
        const int width = std::max(1, widget_.width() - timeGutter());
        for (const TimeTick& tick : timeTicks(time_.visible(), width, Theme::instance().px(tickSpacing))) {
            ticks << static_cast<double>(tick.at);
            if (labels) *labels << tick.label;
        }
    }

  private:
    const TimeNavigator& time_;
    const QWidget& widget_;
};

/// Whole workers, few of them.
class WorkerTicker : public QCPAxisTicker {
  public:
    void generate(const QCPRange& range, const QLocale& locale, QChar, int, QVector<double>& ticks,
                  QVector<double>* subTicks, QVector<QString>* labels) override {
        ticks.clear();
        if (subTicks) subTicks->clear();
        if (labels) labels->clear();
        constexpr int most = 5;
        int step = 1;
        while (range.upper / step > most) step *= 2;
        for (int value = 0; value <= range.upper; value += step) {
            ticks << value;
            if (labels) *labels << locale.toString(value);
        }
    }
};

}  // namespace

UtilisationPlot::UtilisationPlot(UtilisationModel& model, TimeNavigator& time, QWidget* parent)
    : QWidget(parent), model_(model), time_(time), plot_(new QCustomPlot) {
    setObjectName(QStringLiteral("utilisation"));
    setAccessibleName(tr("Busy workers"));
    setAccessibleDescription(tr("How many workers are busy over time, stacked by worker"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot_);
    preparePlot(*plot_);
    plot_->setAccessibleName(tr("Plot of busy workers"));
    plot_->setMinimumHeight(70);
    plot_->installEventFilter(this);
    setFocusProxy(plot_);
    plot_->xAxis->setTicker(QSharedPointer<TimeTicker>::create(time_, *plot_));
    plot_->yAxis->setTicker(QSharedPointer<WorkerTicker>::create());
    plot_->xAxis->grid()->setVisible(false);
    // The left margin is the gutter of every time view, whatever the labels need: the axes line up.
    plot_->axisRect()->setAutoMargins(QCP::msBottom | QCP::msTop);

    cursor_ = new QCPItemStraightLine(plot_);
    selection_ = new QCPItemRect(plot_);
    for (QCPAbstractItem* item : std::initializer_list<QCPAbstractItem*>{cursor_, selection_})
        item->setLayer(QStringLiteral("overlay"));
    cursor_->setVisible(false);
    selection_->setVisible(false);

    connect(&Theme::instance(), &Theme::changed, this, &UtilisationPlot::dress);
    connect(&time_, &TimeNavigator::cursorChanged, this, &UtilisationPlot::takeCursor);
    connect(&time_, &TimeNavigator::selectionChanged, this, &UtilisationPlot::takeCursor);
    dress();
}

void UtilisationPlot::takeChange() {
    if (!isVisible()) return;
    arrangeGraphs();
    const auto& begins = model_.begins();
    const double half = static_cast<double>(model_.bucketLength()) / 2;
    const int buckets = model_.bucketCount();
    std::vector<double> sums(static_cast<std::size_t>(buckets), 0);
    for (int worker = 0; worker < model_.workerCount(); ++worker) {
        const auto& busy = model_.busy(worker);
        QVector<QCPGraphData> points;
        points.reserve(buckets);
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] += static_cast<double>(busy[i]);
            points.append({static_cast<double>(begins[i]) + half, sums[i]});
        }
        graphs_[static_cast<std::size_t>(worker)]->data()->set(points, true);
    }
    const TimeRange visible = time_.visible();
    plot_->xAxis->setRange(static_cast<double>(visible.begin), static_cast<double>(visible.end));
    plot_->yAxis->setRange(0, std::max(1, model_.workerCount()) * 1.04);
    placeCursor();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

double UtilisationPlot::replotMilliseconds() const { return plot_->replotTime(); }

QAbstractItemModel* UtilisationPlot::tableTwin() const { return &model_; }

bool UtilisationPlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    const auto timeAt = [this](double x) { return static_cast<Nanoseconds>(plot_->xAxis->pixelToCoord(x)); };
    switch (event->type()) {
        case QEvent::Wheel: {
            constexpr double factor = 1.25;
            const auto* wheel = static_cast<QWheelEvent*>(event);
            time_.zoom(std::pow(factor, wheel->angleDelta().y() / 120.0), timeAt(wheel->position().x()));
            return true;
        }
        case QEvent::MouseButtonPress:
            time_.setCursor(timeAt(static_cast<QMouseEvent*>(event)->position().x()));
            break;
        default:
            break;
    }
    return QWidget::eventFilter(watched, event);
}

void UtilisationPlot::dress() {
    const Tokens& t = tokens();
    dressPlot(*plot_);
    plot_->axisRect()->setMargins(QMargins(timeGutter(), 0, 0, 0));
    cursor_->setPen(QPen(t.accent, t.lineWidth, Qt::DashLine));
    QColor veil = t.accent;
    veil.setAlphaF(0.18F);
    selection_->setBrush(veil);
    selection_->setPen(Qt::NoPen);
    for (QCPGraph* graph : graphs_) plot_->removeGraph(graph);
    graphs_.clear();
    takeChange();
}

void UtilisationPlot::arrangeGraphs() {
    const auto workers = static_cast<std::size_t>(model_.workerCount());
    if (graphs_.size() == workers) return;
    for (QCPGraph* graph : graphs_) plot_->removeGraph(graph);
    graphs_.assign(workers, nullptr);
    const StateFill& fill = StateFill::shared(tokens(), devicePixelRatioF());
    // Each fills down to zero, and the smaller sums cover the larger ones: cheaper than a fill between two lines.
    for (std::size_t i = workers; i-- > 0;) {
        QCPGraph* graph = plot_->addGraph();
        graph->setPen(Qt::NoPen);
        graph->setBrush(fill.workerBrush(static_cast<int>(i)));
        graph->setAntialiased(false);
        graph->setAntialiasedFill(false);
        graph->setAdaptiveSampling(true);
        graphs_[i] = graph;
    }
}

void UtilisationPlot::takeCursor() {
    placeCursor();
    plot_->layer(QStringLiteral("overlay"))->replot();
}

void UtilisationPlot::placeCursor() {
    const auto cursor = time_.cursor();
    cursor_->setVisible(cursor.has_value());
    if (cursor) {
        cursor_->point1->setCoords(static_cast<double>(*cursor), 0);
        cursor_->point2->setCoords(static_cast<double>(*cursor), 1);
    }
    const auto selection = time_.selection();
    selection_->setVisible(selection && !selection->isEmpty());
    if (selection) {
        selection_->topLeft->setCoords(static_cast<double>(selection->begin), plot_->yAxis->range().upper);
        selection_->bottomRight->setCoords(static_cast<double>(selection->end), 0);
    }
    // With a buffer of its own the overlay moves without the data being drawn again; empty, it would be blended over
    // the data at every frame for nothing.
    const bool empty = !cursor_->visible() && !selection_->visible();
    plot_->layer(QStringLiteral("overlay"))->setMode(empty ? QCPLayer::lmLogical : QCPLayer::lmBuffered);
}

}  // namespace grainscope::ui
