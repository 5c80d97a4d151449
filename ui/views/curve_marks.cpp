#include <ui/views/curve_marks.h>

#include <algorithm>
#include <cmath>

#include <ui/theme/theme.h>
#include <ui/widgets/qcustomplot.h>

namespace grainscope::ui {

MeasuredMarks::MeasuredMarks(QCustomPlot& plot)
    : dots_(plot.addGraph()), whiskers_(new QCPErrorBars(plot.xAxis, plot.yAxis)) {
    dots_->setLineStyle(QCPGraph::lsNone);
    dots_->setAntialiasedScatters(true);
    whiskers_->setDataPlottable(dots_);
    whiskers_->setSymbolGap(0);
    whiskers_->setAntialiased(false);
    whiskers_->removeFromLegend();
}

void MeasuredMarks::dress(const QColor& colour) {
    Theme& theme = Theme::instance();
    dots_->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colour, colour, theme.px(8)));
    whiskers_->setPen(QPen(colour, theme.px(1.5)));
    whiskers_->setWhiskerWidth(theme.px(8));
}

void MeasuredMarks::set(const std::vector<Measured>& points) {
    QVector<QCPGraphData> dots;
    QVector<double> below, above;
    for (const Measured& point : points) {
        dots.append({point.x, point.y});
        below << (point.interval ? point.y - point.interval->first : 0);
        above << (point.interval ? point.interval->second - point.y : 0);
    }
    dots_->data()->set(dots);
    whiskers_->setData(below, above);
}

LabelledLines::LabelledLines(QCustomPlot& plot, QObject* parent) : QObject(parent), plot_(plot) {
    connect(&plot_, &QCustomPlot::afterLayout, this, &LabelledLines::placeLabels);
}

void LabelledLines::set(const std::vector<Line>& lines) {
    while (entries_.size() > lines.size()) {
        plot_.removeGraph(entries_.back().graph);
        plot_.removeItem(entries_.back().label);
        entries_.pop_back();
    }
    while (entries_.size() < lines.size()) {
        auto* label = new QCPItemText(&plot_);
        label->setClipToAxisRect(false);
        label->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        label->position->setType(QCPItemPosition::ptAbsolute);
        entries_.push_back({plot_.addGraph(), label, {}});
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Line& line = lines[i];
        Entry& entry = entries_[i];
        QVector<QCPGraphData> points;
        for (const QPointF& point : line.points) points.append({point.x(), point.y()});
        entry.graph->data()->set(points);
        entry.graph->setPen(QPen(line.colour, Theme::instance().px(1.5),
                                 line.style == LineStyle::dashed ? Qt::DashLine : Qt::SolidLine));
        entry.graph->setVisible(!line.points.isEmpty());
        entry.label->setVisible(!line.points.isEmpty());
        entry.label->setText(line.label);
        entry.label->setColor(line.colour);
        entry.end = line.points.isEmpty() ? QPointF() : line.points.last();
    }
    dress();
}

void LabelledLines::dress() {
    for (Entry& entry : entries_) entry.label->setFont(Theme::instance().font(Type::small));
}

void LabelledLines::placeLabels() {
    std::vector<std::pair<double, QCPItemText*>> ends;
    const QRect rect = plot_.axisRect()->rect();
    double x = 0;
    for (Entry& entry : entries_) {
        if (!entry.label->visible()) continue;
        x = std::max(x, plot_.xAxis->coordToPixel(entry.end.x()));
        // A line that leaves through the top is labelled there.
        ends.emplace_back(std::clamp<double>(plot_.yAxis->coordToPixel(entry.end.y()), rect.top(), rect.bottom()),
                          entry.label);
    }
    std::ranges::sort(ends, {}, &std::pair<double, QCPItemText*>::first);
    const double step = QFontMetrics(Theme::instance().font(Type::small)).height();
    double above = rect.top() - step;
    for (auto& [y, label] : ends) {
        y = std::max(y, above + step);
        above = y;
        label->position->setCoords(x + space::half, y);
    }
}

double axisStep(double value) {
    if (value <= 0) return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0})
        if (factor * power >= value * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

}  // namespace grainscope::ui
