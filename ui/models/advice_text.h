// Which tool fits the recording on show, in the engine's words.
#pragma once

#include <QString>

#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// The engine's advice on a recording, worked out once for what was last asked about: it reads every sample of it.
class AdviceText {
  public:
    /// Its sentence, and behind it what the recording does not tell. Empty while more may come: a verdict on half a run
    /// would change while it is read.
    [[nodiscard]] QString of(const LiveRecording& recording);

  private:
    RecordingPtr asked_;
    quint64 version_ = 0;
    QString text_;
};

}  // namespace grainscope::ui
