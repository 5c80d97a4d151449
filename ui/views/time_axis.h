// The time axis that the utilisation plot, the overview and the lanes share, so that one cursor crosses all of them.
#pragma once

#include <vector>

#include <QString>

#include <ui/models/time_navigator.h>

namespace grainscope::ui {

/// Width of the column left of every time view: names of lanes, values of axes.
[[nodiscard]] int timeGutter();

struct TimeTick {
    Nanoseconds at = 0;
    QString label;
};

/// Ticks at multiples of 1, 2 or 5 times a power of ten, at least `spacing` px apart, in one unit with as many decimals
/// as tell them apart.
[[nodiscard]] std::vector<TimeTick> timeTicks(TimeRange range, int width, int spacing);

/// A moment with three more figures than a pixel of the range needs.
[[nodiscard]] QString formatMoment(Nanoseconds at, TimeRange range);
/// "212.0 – 236.5 ms"
[[nodiscard]] QString formatRange(TimeRange range);

}  // namespace grainscope::ui
