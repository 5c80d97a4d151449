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
        entry.points = line.points;
    }
    dress();
}

void LabelledLines::dress() {
    for (Entry& entry : entries_) entry.label->setFont(Theme::instance().font(Type::small));
}

QPointF LabelledLines::visibleEnd(const QList<QPointF>& points) const {
    const double top = plot_.yAxis->range().upper;
    for (qsizetype i = 1; i < points.size(); ++i) {
        if (points[i].y() <= top) continue;
        const double part = (top - points[i - 1].y()) / (points[i].y() - points[i - 1].y());
        return points[i - 1] + (points[i] - points[i - 1]) * std::clamp(part, 0.0, 1.0);
    }
    return points.last();
}

void LabelledLines::placeLabels() {
    struct End {
        double x, y;
        QCPItemText* label;
    };
    std::vector<End> ends;
    for (const Entry& entry : entries_) {
        if (entry.points.isEmpty()) continue;
        const QPointF end = visibleEnd(entry.points);
        ends.push_back(
            {plot_.xAxis->coordToPixel(end.x()) + space::half, plot_.yAxis->coordToPixel(end.y()), entry.label});
    }
    std::ranges::sort(ends, {}, &End::y);
    const QFontMetrics metrics(Theme::instance().font(Type::small));
    const double step = metrics.height();
    for (std::size_t i = 0; i < ends.size(); ++i) {
        End& end = ends[i];
        // Down, until it is clear of those above that it would touch.
        for (std::size_t j = 0; j < i; ++j) {
            const bool beside = std::abs(ends[j].x - end.x) > metrics.horizontalAdvance(ends[j].label->text());
            if (!beside) end.y = std::max(end.y, ends[j].y + step);
        }
        end.label->position->setCoords(end.x, end.y);
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
