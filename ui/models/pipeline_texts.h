// What the boxes and pipes of a pipeline's diagram say when they are asked.
#pragma once

#include <QString>

namespace grainscope::ui {

class PipelineModel;

/// A stage with its workers and figures, a line each.
[[nodiscard]] QString stageText(const PipelineModel& model, int stage);
/// A channel with all that its row of the table knows, a line each.
[[nodiscard]] QString channelText(const PipelineModel& model, int channel);

}  // namespace grainscope::ui
