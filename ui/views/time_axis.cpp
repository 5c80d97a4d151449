#include <ui/views/time_axis.h>

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QLocale>

#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

struct Unit {
    double nanoseconds;
    const char* name;
};

/// The unit in which the end of a range is a number of at most four digits before the point.
Unit unitFor(Nanoseconds latest) {
    if (latest < 10'000) return {1, "ns"};
    if (latest < 10'000'000) return {1e3, "µs"};
    if (latest < 10'000'000'000) return {1e6, "ms"};
    return {1e9, "s"};
}

int decimalsFor(double step) { return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6); }

QString inUnit(Nanoseconds at, const Unit& unit, int decimals) {
    return QLocale().toString(static_cast<double>(at) / unit.nanoseconds, 'f', decimals);
}

}  // namespace

int timeGutter() { return Theme::instance().px(64); }

std::vector<TimeTick> timeTicks(TimeRange range, int width, int spacing) {
    std::vector<TimeTick> ticks;
    if (range.isEmpty() || width <= 0) return ticks;
    const double wanted = static_cast<double>(range.length()) * spacing / width;
    Nanoseconds step = 1;
    while (static_cast<double>(step * 10) <= wanted) step *= 10;
    for (const int factor : {1, 2, 5, 10}) {
        if (static_cast<double>(step * factor) < wanted && factor != 10) continue;
        step *= factor;
        break;
    }
    const Unit unit = unitFor(range.end);
    const int decimals = decimalsFor(static_cast<double>(step) / unit.nanoseconds);
    for (Nanoseconds at = (range.begin + step - 1) / step * step; at <= range.end; at += step)
        ticks.push_back({at, inUnit(at, unit, decimals) + u' ' + QString::fromUtf8(unit.name)});
    return ticks;
}

QString formatMoment(Nanoseconds at, TimeRange range) {
    const Unit unit = unitFor(std::max(at, range.end));
    const double pixel = static_cast<double>(range.length()) / 1000;
    return inUnit(at, unit, decimalsFor(pixel / unit.nanoseconds)) + u' ' + QString::fromUtf8(unit.name);
}

QString formatRange(TimeRange range) {
    const Unit unit = unitFor(range.end);
    const int decimals = decimalsFor(static_cast<double>(range.length()) / 100 / unit.nanoseconds);
    return QCoreApplication::translate("TimeAxis", "%1 – %2 %3")
        .arg(inUnit(range.begin, unit, decimals), inUnit(range.end, unit, decimals), QString::fromUtf8(unit.name));
}

}  // namespace grainscope::ui
