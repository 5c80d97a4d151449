// What held a run back, in a sentence.
#pragma once

#include <QJsonObject>
#include <QString>

#include "ui/models/lane_model.h"

namespace grainscope::ui {

/// The largest loss in `range`, with its share and what could be done about it; a sentence of praise where nothing was
/// lost, an empty string where nothing is known.
[[nodiscard]] QString explain(const LaneModel& lanes, TimeRange range);

/// How the last parallel iterator was cut into pieces: `splitting` of a run's result. An empty string where it is
/// empty.
[[nodiscard]] QString explainSplitting(const QJsonObject& splitting);

}  // namespace grainscope::ui
