// The ways in which a run ends, in words.
#pragma once

#include <QString>

#include "ui/session/run_controller.h"

namespace grainscope::ui {

/// What is known about a child that has ended.
struct Ending {
    RunController::Outcome outcome = RunController::Outcome::none;
    RunController::Activity activity = RunController::Activity::none;
    int code = 0;  ///< the exit status, or the signal's number
    QString title;
    QString line;         ///< the child's last line on standard error; may be empty
    QString streamError;  ///< what was wrong with its stream; may be empty
    int samples = 0;      ///< finished runs
    int wrongAnswers = 0;
    qint64 elapsedNs = 0;
    bool forced = false;  ///< it did not end when asked
};

/// One sentence a person would say: what happened, and what is left of it.
[[nodiscard]] QString endSentence(const Ending& ending);

/// "SIGSEGV, it touched memory that is not its own"; "signal 33" for one that has no everyday meaning.
[[nodiscard]] QString signalText(int signal);

}  // namespace grainscope::ui
