// Colours between two tokens.
#pragma once

#include <QColor>

namespace grainscope::ui {

/// `share` of ink on a ground: 0 is the ground, 1 the ink. Opaque, as live plots want it.
[[nodiscard]] inline QColor mixed(const QColor& ground, const QColor& ink, double share) {
    const auto between = [share](int from, int to) { return qRound(from + (to - from) * share); };
    QColor colour;
    colour.setRgb(between(ground.red(), ink.red()), between(ground.green(), ink.green()),
                  between(ground.blue(), ink.blue()));
    return colour;
}

}  // namespace grainscope::ui
