// A figure of a study's points as a curve: its marks, how high they reach, and an axis in its unit.
#pragma once

#include <span>
#include <vector>

#include <QSharedPointer>
#include <QString>

#include <ui/views/curve_marks.h>

class QCPAxisTicker;

namespace grainscope::ui {

struct CurvePoint;
struct RunFigure;

struct FigureCurve {
    std::vector<Measured> marks;  ///< of the points that tell the figure; without intervals
    double highest = 0;
};
[[nodiscard]] FigureCurve figureCurve(std::span<const CurvePoint> points, const RunFigure& figure);

/// Writes the values of an axis as figures of a unit: "12 MB", "4 ms".
[[nodiscard]] QSharedPointer<QCPAxisTicker> quantityTicker(const QString& unit);

}  // namespace grainscope::ui
