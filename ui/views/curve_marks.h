// The marks that curves of measurements are made of: dots with interval whiskers, lines of models, labels at their
// ends.
#pragma once

#include <optional>
#include <vector>

#include <QColor>
#include <QList>
#include <QObject>
#include <QPointF>
#include <QString>

class QCPAxisRect;
class QCPErrorBars;
class QCPGraph;
class QCPItemText;
class QCustomPlot;

namespace grainscope::ui {

/// A measured value with its 95 % interval, if there is one.
struct Measured {
    double x = 0;
    double y = 0;
    std::optional<std::pair<double, double>> interval;
};

/// Measured points of one plot.
class MeasuredMarks {
  public:
    explicit MeasuredMarks(QCustomPlot& plot);
    void dress(const QColor& colour);
    void set(const std::vector<Measured>& points);

  private:
    QCPGraph* dots_;
    QCPErrorBars* whiskers_;
};

enum class LineStyle { solid, dashed };

/// Lines with their names at their right ends, kept apart where the ends meet. The plot needs room at its right.
class LabelledLines : public QObject {
    Q_OBJECT

  public:
    LabelledLines(QCustomPlot& plot, QObject* parent);

    struct Line {
        QString label;
        QList<QPointF> points;
        QColor colour;
        LineStyle style = LineStyle::solid;
    };
    void set(const std::vector<Line>& lines);
    void dress();

  private:
    void placeLabels();
    /// Where a line ends, or leaves the plot through its top.
    [[nodiscard]] QPointF visibleEnd(const QList<QPointF>& points) const;

    struct Entry {
        QCPGraph* graph;
        QCPItemText* label;
        QList<QPointF> points;
    };
    QCustomPlot& plot_;
    std::vector<Entry> entries_;
};

/// The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below `value`: axes grow in such steps.
[[nodiscard]] double axisStep(double value);

}  // namespace grainscope::ui
