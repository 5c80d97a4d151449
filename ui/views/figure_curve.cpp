#include <ui/views/figure_curve.h>

#include <algorithm>
#include <utility>

#include <ui/models/curve_model.h>
#include <ui/models/format.h>
#include <ui/widgets/qcustomplot.h>

namespace grainscope::ui {
namespace {

class QuantityTicker : public QCPAxisTicker {
  public:
    explicit QuantityTicker(QString unit) : unit_(std::move(unit)) {}

  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return formatQuantity(tick, unit_); }

  private:
    QString unit_;
};

}  // namespace

FigureCurve figureCurve(std::span<const CurvePoint> points, const RunFigure& figure) {
    FigureCurve curve;
    for (const CurvePoint& point : points) {
        const auto value = valueOf(point.figures, figure.name);
        if (!value) continue;
        curve.marks.push_back({point.x, *value, std::nullopt});
        curve.highest = std::max(curve.highest, *value);
    }
    return curve;
}

QSharedPointer<QCPAxisTicker> quantityTicker(const QString& unit) {
    return QSharedPointer<QuantityTicker>::create(unit);
}

}  // namespace grainscope::ui
