#include "ui/session/ending.h"

#include <csignal>

#include <QCoreApplication>

#include "ui/models/format.h"

namespace grainscope::ui {

using Outcome = RunController::Outcome;
using Activity = RunController::Activity;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::Ending)
};

/// The program's own line, without the name it puts in front.
QString ownWords(const Ending& ending) {
    QString line = ending.line;
    for (const QLatin1StringView prefix : {QLatin1StringView("grainscope: "), QLatin1StringView("error: ")}) {
        if (line.startsWith(prefix)) line.remove(0, prefix.size());
    }
    return line;
}

QString runs(int count) { return count == 1 ? Text::tr("1 run") : Text::tr("%1 runs").arg(formatCount(count)); }

QString withWords(const QString& sentence, const QString& otherwise, const Ending& ending) {
    const QString words = ownWords(ending);
    return words.isEmpty() ? otherwise.arg(ending.title) : sentence.arg(ending.title, words);
}

QString stoppedSentence(const Ending& ending) {
    const QString elapsed = formatElapsed(static_cast<double>(ending.elapsedNs));
    if (ending.forced) {
        return Text::tr("%1 did not stop when asked and was ended by force after %2.").arg(ending.title, elapsed);
    }
    if (ending.activity != Activity::run) return Text::tr("Stopped; what was measured until then is kept.");
    return Text::tr("Stopped %1 after %2 in %3.").arg(ending.title, runs(ending.samples), elapsed);
}

QString wrongAnswerSentence(const Ending& ending) {
    const QString words = ownWords(ending);
    const QString count = ending.wrongAnswers == 1
                              ? Text::tr("%1 gave a wrong answer").arg(ending.title)
                              : Text::tr("%1 gave a wrong answer in %2").arg(ending.title, runs(ending.wrongAnswers));
    return words.isEmpty() ? Text::tr("%1.").arg(count) : Text::tr("%1: %2").arg(count, words);
}

}  // namespace

QString endSentence(const Ending& ending) {
    switch (ending.outcome) {
        case Outcome::none:
        case Outcome::cannotStart:
            return {};
        case Outcome::finished:
            if (ending.activity != Activity::run) {
                return Text::tr("Measured %1 in %2.")
                    .arg(ending.title, formatElapsed(static_cast<double>(ending.elapsedNs)));
            }
            return Text::tr("%1 finished after %2 in %3.")
                .arg(ending.title, runs(ending.samples), formatElapsed(static_cast<double>(ending.elapsedNs)));
        case Outcome::stopped:
            return stoppedSentence(ending);
        case Outcome::wrongAnswer:
            return wrongAnswerSentence(ending);
        case Outcome::runFailed:
            return withWords(Text::tr("%1 failed: %2"), Text::tr("%1 failed; the program did not say why."), ending);
        case Outcome::badRequest:
            return withWords(Text::tr("%1 cannot run like this: %2"),
                             Text::tr("%1 cannot run like this; the program did not say why."), ending);
        case Outcome::fileProblem:
            return withWords(Text::tr("%1 has trouble with a file: %2"),
                             Text::tr("%1 could not read or write a file; the program did not say which."), ending);
        case Outcome::crashed:
            return Text::tr("%1 crashed (%2). The recording up to that moment is kept.")
                .arg(ending.title, signalText(ending.code));
        case Outcome::killed:
            return Text::tr(
                       "%1 was killed (SIGKILL), by somebody or because the memory ran out. The recording up to that "
                       "moment is kept.")
                .arg(ending.title);
        case Outcome::brokenStream:
            if (ending.streamError.isEmpty())
                return Text::tr("%1 ended without sending a recording.").arg(ending.title);
            return Text::tr("What %1 sent cannot be read any further: %2.").arg(ending.title, ending.streamError);
    }
    return {};
}

QString signalText(int signal) {
    switch (signal) {
        case SIGSEGV:
            return Text::tr("SIGSEGV, it touched memory that is not its own");
        case SIGABRT:
            return Text::tr("SIGABRT, it gave itself up");
        case SIGFPE:
            return Text::tr("SIGFPE, an arithmetic error");
        case SIGILL:
            return Text::tr("SIGILL, an instruction this processor does not have");
        case SIGBUS:
            return Text::tr("SIGBUS, it touched memory that is not there");
        case SIGKILL:
            return Text::tr("SIGKILL");
        case SIGTERM:
            return Text::tr("SIGTERM");
        case SIGINT:
            return Text::tr("SIGINT");
        case SIGHUP:
            return Text::tr("SIGHUP");
        case SIGQUIT:
            return Text::tr("SIGQUIT");
        case SIGPIPE:
            return Text::tr("SIGPIPE, nobody read what it wrote");
        case SIGXCPU:
            return Text::tr("SIGXCPU, its processor time was used up");
        case SIGXFSZ:
            return Text::tr("SIGXFSZ, a file grew too large");
        case SIGTRAP:
            return Text::tr("SIGTRAP");
        default:
            return Text::tr("signal %1").arg(signal);
    }
}

}  // namespace grainscope::ui
