#include <ui/views/tune_view.h>

#include <algorithm>
#include <cmath>

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
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

/// Beyond this ratio of slowest to fastest a linear axis would press the plateau flat.
constexpr double logarithmicFrom = 12;

/// Thresholds are powers of two; every one, every second, ... so that the labels do not touch.
class PowersOfTwoTicker : public QCPAxisTicker {
  public:
    void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override {
        ticks.clear();
        if (subTicks) subTicks->clear();
        if (labels) labels->clear();
        constexpr int most = 12;
        const int first = static_cast<int>(std::ceil(std::log2(std::max(1e-9, range.lower))));
        const int last = static_cast<int>(std::floor(std::log2(std::max(1e-9, range.upper))));
        const int step = std::max(1, (last - first + most) / most);
        for (int exponent = first; exponent <= last; exponent += step) {
            const double value = std::exp2(exponent);
            ticks << value;
            if (labels) *labels << formatCount(std::llround(value));
        }
    }
};

/// Times in the unit that the axis names.
class TimeValueTicker : public QCPAxisTicker {
  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return formatDuration(tick); }
};

class LogTimeTicker : public QCPAxisTickerLog {
  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return formatDuration(tick); }
};

}  // namespace

TuneView::TuneView(CurveModel& model, QAction* sweep, QWidget* parent)
    : QWidget(parent),
      model_(model),
      stack_(new QStackedLayout(this)),
      sentence_(new QLabel),
      use_(new QPushButton),
      choice_(new FigureChoice(tr("Time"))),
      card_(new Card(tr("Time over threshold"))),
      plot_(new QCustomPlot) {
    setObjectName(QStringLiteral("tuneView"));
    stack_->addWidget(new EmptyState(
        tr("Which threshold should it have?"),
        tr("Sweep threshold measures the chosen workload with small and large thresholds, draws the time of "
           "each with its 95 % interval, and names the plateau on which it makes no difference."),
        sweep));
    preparePlot(*plot_);
    plot_->xAxis->setScaleType(QCPAxis::stLogarithmic);
    plot_->xAxis->setTicker(QSharedPointer<PowersOfTwoTicker>::create());
    plot_->axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom | QCP::msTop);
    plot_->addLayer(QStringLiteral("band"), plot_->layer(QStringLiteral("grid")), QCustomPlot::limBelow);

    plateau_ = new QCPItemRect(plot_);
    plateau_->setLayer(QStringLiteral("band"));
    plateau_->setPen(Qt::NoPen);
    thread_ = plot_->addGraph();
    marks_ = std::make_unique<MeasuredMarks>(*plot_);
    recommended_ = new QCPItemStraightLine(plot_);
    plateauLabel_ = new QCPItemText(plot_);
    recommendedLabel_ = new QCPItemText(plot_);
    plateauLabel_->setPositionAlignment(Qt::AlignHCenter | Qt::AlignTop);
    recommendedLabel_->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    for (QCPItemText* label : {plateauLabel_, recommendedLabel_}) label->setClipToAxisRect(false);

    use_->setProperty("outlined", true);
    connect(use_, &QPushButton::clicked, this, [this] {
        if (const auto value = model_.recommended()) Q_EMIT valueChosen(model_.xName(), *value);
    });

    auto* filled = new QWidget;
    auto* column = new QVBoxLayout(filled);
    column->setContentsMargins(space::panel, space::panel, space::panel, space::panel);
    column->setSpacing(space::gap);
    auto* top = new QHBoxLayout;
    sentence_->setWordWrap(true);
    top->addWidget(sentence_, 1);
    top->addWidget(use_);
    top->addWidget(choice_);
    column->addLayout(top);
    card_->setContent(plot_, &model_);
    column->addWidget(card_, 1);
    stack_->addWidget(filled);

    connect(&model_, &CurveModel::changed, this, [this] { takeModelChange(); });
    connect(choice_, &FigureChoice::chosenChanged, this, &TuneView::takeChange);
    connect(&Theme::instance(), &Theme::changed, this, &TuneView::dress);
    dress();
}

TuneView::~TuneView() = default;

std::vector<PlotSource> TuneView::plots() {
    return {{shownName(), [this](const QString& path) { return exportPlot(*plot_, path); }, &model_}};
}

QString TuneView::shownName() const {
    const auto figure = choice_->chosen();
    return figure ? tr("%1 over threshold").arg(figure->label) : tr("Time over threshold");
}

void TuneView::dress() {
    Theme& theme = Theme::instance();
    const Tokens& t = theme.tokens();
    dressPlot(*plot_);
    plot_->axisRect()->setMargins(QMargins(0, 0, theme.px(space::panel), 0));
    marks_->dress(t.accent);
    thread_->setPen(QPen(t.line, theme.px(1.5)));
    plateau_->setBrush(t.selection);
    plateauLabel_->setColor(t.muted);
    plateauLabel_->setFont(theme.font(Type::small));
    recommended_->setPen(QPen(t.accent, t.lineWidth, Qt::DashLine));
    recommendedLabel_->setColor(t.text);
    recommendedLabel_->setFont(theme.font(Type::strong));
    takeChange();
}

void TuneView::takeChange() {
    const auto& points = model_.points();
    stack_->setCurrentIndex(points.empty() ? 0 : 1);
    choice_->offer(model_.figures());
    if (points.empty()) return;
    const auto figure = choice_->chosen();
    if (figure)
        takeFigure(*figure);
    else
        takeTimes();
    card_->setTitle(shownName());
    card_->setRemark(figure ? tr("dots: medians") : tr("dots: medians with 95 % intervals"));
    plot_->setAccessibleName(figure ? tr("Plot of %1 against threshold").arg(figure->label)
                                    : tr("Plot of time against threshold"));
    plot_->xAxis->setLabel(model_.xName());
    constexpr double side = 1.5;
    plot_->xAxis->setRange(std::max(0.5, points.front().x / side), points.back().x * side);
    takePlateau(plot_->yAxis->range().upper);

    const QString conclusion = model_.conclusion();
    sentence_->setText(conclusion.isEmpty() ? tr("Measuring. The plateau is named when enough is known.") : conclusion);
    use_->setVisible(model_.recommended().has_value());
    if (model_.recommended()) {
        use_->setText(tr("Use %1").arg(formatCount(std::llround(*model_.recommended()))));
        use_->setAccessibleName(
            tr("Use the recommended threshold, %1").arg(formatCount(std::llround(*model_.recommended()))));
    }
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void TuneView::takeTimes() {
    std::vector<Measured> marks;
    double fastest = model_.points().front().median, slowest = 0;
    for (const CurvePoint& point : model_.points()) {
        marks.push_back({point.x, point.median, point.medianInterval});
        fastest = std::min(fastest, point.median);
        slowest = std::max(slowest, point.medianInterval ? point.medianInterval->second : point.median);
    }
    setMarks(marks);
    const bool logarithmic = fastest > 0 && slowest > logarithmicFrom * fastest;
    plot_->yAxis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (logarithmic)
        plot_->yAxis->setTicker(QSharedPointer<LogTimeTicker>::create());
    else
        plot_->yAxis->setTicker(QSharedPointer<TimeValueTicker>::create());
    plot_->yAxis->setRange(logarithmic ? fastest / 2 : 0, axisStep(slowest * 1.15));
    plot_->yAxis->setLabel(tr("median time of a run"));
}

void TuneView::takeFigure(const RunFigure& figure) {
    const FigureCurve curve = figureCurve(model_.points(), figure);
    setMarks(curve.marks);
    plot_->yAxis->setScaleType(QCPAxis::stLinear);
    plot_->yAxis->setTicker(quantityTicker(figure.unit));
    plot_->yAxis->setRange(0, axisStep(curve.highest * 1.15));
    plot_->yAxis->setLabel(figure.label);
}

void TuneView::setMarks(const std::vector<Measured>& marks) {
    marks_->set(marks);
    QVector<QCPGraphData> line;
    for (const Measured& mark : marks) line.append({mark.x, mark.y});
    thread_->data()->set(line);
}

void TuneView::takePlateau(double top) {
    const auto plateau = model_.plateau();
    plateau_->setVisible(plateau.has_value());
    plateauLabel_->setVisible(plateau.has_value());
    if (plateau) {
        // A band of one point is still a band.
        constexpr double around = 1.19;
        plateau_->topLeft->setCoords(plateau->first / around, top);
        plateau_->bottomRight->setCoords(plateau->second * around, plot_->yAxis->range().lower);
        plateauLabel_->position->setCoords(std::sqrt(plateau->first * plateau->second), top);
        plateauLabel_->setText(tr("statistically the same"));
        plateauLabel_->setPadding(QMargins(0, Theme::instance().px(space::unit), 0, 0));
    }
    const auto recommended = model_.recommended();
    recommended_->setVisible(recommended.has_value());
    recommendedLabel_->setVisible(recommended.has_value());
    if (!recommended) return;
    recommended_->point1->setCoords(*recommended, 1);
    recommended_->point2->setCoords(*recommended, 2);
    double below = plot_->yAxis->range().upper;
    const auto figure = choice_->chosen();
    for (const CurvePoint& point : model_.points()) {
        if (point.x != *recommended) continue;
        below = figure                 ? valueOf(point.figures, figure->name).value_or(below)
                : point.medianInterval ? point.medianInterval->second
                                       : point.median;
    }
    recommendedLabel_->position->setCoords(*recommended, below);
    recommendedLabel_->setPadding(QMargins(0, 0, 0, Theme::instance().px(space::half)));
    recommendedLabel_->setText(tr("%1 recommended").arg(formatCount(std::llround(*recommended))));
}

}  // namespace grainscope::ui
