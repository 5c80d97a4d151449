#include "ui/session/run_controller.h"

#include <algorithm>
#include <csignal>

#ifdef Q_OS_LINUX
#include <sys/prctl.h>
#endif

#include <QJsonDocument>

#include "ui/models/format.h"
#include "ui/session/ending.h"
#include "ui/session/program.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using trace::NoteKind;
using trace::Phase;
using trace::PhaseKind;

namespace {

constexpr auto parameterInterval = 16ms;
constexpr qint64 readBudgetNs = 5'000'000;
constexpr qint64 blockBytes = 64 * 1024;
constexpr qsizetype keptErrorLines = 20;

QString plainNumber(double value) { return QString::number(value, 'g', 17); }

quint64 eventCount(const trace::Recording& recording) {
    quint64 count = 0;
    for (const auto& worker : recording.workers)
        count += worker.states.size() + worker.steals.size() + worker.tasks.size();
    return count;
}

bool isBad(RunController::Outcome outcome) {
    using Outcome = RunController::Outcome;
    return outcome != Outcome::none && outcome != Outcome::finished && outcome != Outcome::stopped;
}

}  // namespace

RunController::RunController(QObject* parent) : QObject(parent) {
    parameterTimer_.setSingleShot(true);
    parameterTimer_.setInterval(parameterInterval);
    stopTimer_.setSingleShot(true);
    outputTimer_.setSingleShot(true);
    outputTimer_.setInterval(0);
    rateTimer_.setInterval(1s);
    connect(&parameterTimer_, &QTimer::timeout, this, &RunController::flushParameters);
    connect(&stopTimer_, &QTimer::timeout, this, &RunController::escalate);
    connect(&outputTimer_, &QTimer::timeout, this, &RunController::takeOutput);
    connect(&rateTimer_, &QTimer::timeout, this, &RunController::measureRate);
    sentence_ = tr("Ready.");
}

RunController::~RunController() {
    if (!process_) return;
    process_->disconnect(this);
    process_->kill();
    process_->waitForFinished(2000);
}

QStringList RunController::commonArguments(const QString& command, const RunRequest& request, const QString& without) {
    QStringList arguments{command, request.workload};
    for (const auto& [name, value] : request.arguments) {
        if (name != without) arguments << u"-p"_s << name + u'=' + value;
    }
    // A sweep may compare several backends, so its option is the plural.
    const QString backend = command == u"sweep"_s ? u"--backends"_s : u"--backend"_s;
    if (!request.backend.isEmpty()) arguments << backend << request.backend;
    arguments << u"--seed"_s << QString::number(request.seed);
    arguments << u"--stream"_s << u"-"_s << u"--control"_s;
    return arguments;
}

namespace {
void addThreads(QStringList& arguments, const RunRequest& request) {
    if (request.threads > 0) arguments << u"--threads"_s << QString::number(request.threads);
}
void addStudyLimits(QStringList& arguments, const RunRequest& request) {
    if (request.repetitions > 0) arguments << u"--reps"_s << QString::number(request.repetitions);
    if (request.timeBudgetSeconds > 0)
        arguments << u"--time-budget"_s << QString::number(request.timeBudgetSeconds) + u's';
}
}  // namespace

void RunController::start(const RunRequest& request) {
    QStringList arguments = commonArguments(u"run"_s, request);
    addThreads(arguments, request);
    arguments << u"--trace"_s << request.traceLevel << u"--loop"_s;
    launch({Activity::run, request, {}, arguments});
}

void RunController::sweepThreads(const RunRequest& request, const QList<int>& threads) {
    QStringList counts;
    for (const int count : threads) counts << QString::number(count);
    QStringList arguments = commonArguments(u"sweep"_s, request);
    arguments << u"--threads"_s << counts.join(u',');
    addStudyLimits(arguments, request);
    launch({Activity::threadSweep, request, u"threads"_s, arguments});
}

void RunController::sweepParameter(const RunRequest& request, const QString& parameter, double low, double high,
                                   double factor) {
    QStringList arguments = commonArguments(u"sweep"_s, request, parameter);
    addThreads(arguments, request);
    arguments << u"--over"_s
              << u"%1=%2..%3*%4"_s.arg(parameter, plainNumber(low), plainNumber(high), plainNumber(factor));
    addStudyLimits(arguments, request);
    launch({Activity::parameterSweep, request, parameter, arguments});
}

void RunController::tune(const RunRequest& request, const QString& parameter, double low, double high) {
    QStringList arguments = commonArguments(u"tune"_s, request, parameter);
    addThreads(arguments, request);
    arguments << u"--over"_s << u"%1=%2..%3"_s.arg(parameter, plainNumber(low), plainNumber(high));
    addStudyLimits(arguments, request);
    launch({Activity::tuning, request, parameter, arguments});
}

void RunController::launch(Launch launch) {
    if (isActive()) {
        next_ = std::make_unique<Launch>(std::move(launch));
        beginStop();
        return;
    }
    startNow(std::move(launch));
}

void RunController::startNow(Launch launch) {
    request_ = launch.request;
    activity_ = launch.activity;
    sweptParameter_ = launch.parameter;
    outcome_ = Outcome::none;
    stopStage_ = StopStage::none;
    errorLines_.clear();
    partialErrorLine_.clear();
    streamError_.clear();
    unsent_ = {};
    notesTaken_ = verdictsTaken_ = 0;
    wrongAnswers_ = 0;
    progress_ = {0, 0};
    progressLabel_.clear();
    exited_ = false;
    eventsPerSecond_ = 0;
    eventsAtMark_ = 0;
    rateMarkNs_ = 0;
    finalElapsedNs_ = 0;
    clock_.start();

    recording_ = LiveRecording::create();
    Q_EMIT recordingChanged();
    const auto program = locateProgram();
    if (!program) {
        cannotStart(program.error());
        return;
    }
    process_ = std::make_unique<QProcess>();
#ifdef Q_OS_LINUX
    // Closed standard input tells the child that the window died; this also ends one that no longer listens.
    process_->setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
#endif
    connect(process_.get(), &QProcess::readyReadStandardOutput, this, [this] { outputTimer_.start(); });
    connect(process_.get(), &QProcess::readyReadStandardError, this, &RunController::takeErrors);
    connect(process_.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            cannotStart(tr("“%1” cannot be started: %2.").arg(process_->program(), process_->errorString()));
        }
    });
    connect(process_.get(), &QProcess::finished, this, [this] {
        exited_ = true;
        takeErrors();
        takeOutput();
    });
    rateTimer_.start();
    setState(State::starting, tr("Starting %1…").arg(title()));
    process_->start(*program, launch.arguments);
}

void RunController::cannotStart(const QString& reason) {
    rateTimer_.stop();
    stopTimer_.stop();
    outputTimer_.stop();
    finalElapsedNs_ = clock_.nsecsElapsed();
    outcome_ = Outcome::cannotStart;
    if (process_) process_.release()->deleteLater();
    recording_->finish();
    const auto next = std::move(next_);
    setState(State::failed, reason);
    Q_EMIT ended();
    if (next && !isActive()) startNow(std::move(*next));
}

void RunController::pause() {
    if (state_ != State::running) return;
    send({{u"do"_s, u"pause"_s}});
    setState(State::paused, tr("Paused %1.").arg(title()));
}

void RunController::resume() {
    if (state_ != State::paused) return;
    send({{u"do"_s, u"resume"_s}});
    setState(State::running, activeSentence());
}

void RunController::step() {
    if (state_ == State::paused) send({{u"do"_s, u"step"_s}});
}

void RunController::stop() {
    next_.reset();
    beginStop();
}

void RunController::beginStop() {
    if (!isActive() || stopStage_ != StopStage::none) return;
    stopStage_ = StopStage::asked;
    parameterTimer_.stop();
    setState(State::stopping, tr("Stopping %1…").arg(title()));
    send({{u"do"_s, u"stop"_s}});
    process_->closeWriteChannel();
    stopTimer_.start(patienceMs_);
}

void RunController::escalate() {
    if (!process_) return;
    if (stopStage_ == StopStage::asked) {
        stopStage_ = StopStage::terminated;
        process_->terminate();
        stopTimer_.start(patienceMs_);
    } else if (stopStage_ == StopStage::terminated) {
        stopStage_ = StopStage::killed;
        process_->kill();
    }
}

void RunController::setParameter(const QString& name, const QVariant& value) {
    if (activity_ != Activity::run || !isActive() || stopStage_ != StopStage::none) return;
    unsent_.insert(name, QJsonValue::fromVariant(value));
    if (!parameterTimer_.isActive()) flushParameters();
}

void RunController::flushParameters() {
    if (unsent_.isEmpty() || !process_) return;
    send({{u"set"_s, unsent_}});
    unsent_ = {};
    parameterTimer_.start();
}

void RunController::send(const QJsonObject& command) {
    if (!process_) return;
    process_->write(QJsonDocument(command).toJson(QJsonDocument::Compact) + '\n');
}

bool RunController::isActive() const {
    return state_ == State::starting || state_ == State::running || state_ == State::paused ||
           state_ == State::stopping;
}

qint64 RunController::elapsedNs() const { return isActive() ? clock_.nsecsElapsed() : finalElapsedNs_; }

quint64 RunController::droppedEvents() const { return recording_ ? recording_->recording().dropped_events : 0; }

qint64 RunController::processId() const { return process_ ? process_->processId() : 0; }

bool RunController::isSampling() const {
    if (!isActive() || !recording_) return false;
    const auto& phases = recording_->recording().phases;
    // A pause lies inside the sample it interrupts, so the innermost open phase is the last one that is open.
    const auto open = std::find_if(phases.rbegin(), phases.rend(), [](const Phase& phase) { return !phase.end; });
    return open != phases.rend() && (open->kind == PhaseKind::sample || open->kind == PhaseKind::warmup);
}

void RunController::takeOutput() {
    if (!process_) return;
    process_->setReadChannel(QProcess::StandardOutput);
    QElapsedTimer spent;
    spent.start();
    bool grew = false;
    while (process_->bytesAvailable() > 0 && spent.nsecsElapsed() < readBudgetNs) {
        const QByteArray block = process_->read(blockBytes);
        const auto taken =
            recording_->append(std::as_bytes(std::span(block.constData(), static_cast<std::size_t>(block.size()))));
        grew = true;
        if (!taken && streamError_.isEmpty()) {
            streamError_ = taken.error();
            beginStop();
        }
    }
    const bool more = process_->bytesAvailable() > 0;
    if (more) outputTimer_.start();
    if (grew) {
        takeVerdicts();
        takeNotes();
        const bool begun = state_ == State::starting && !recording_->recording().metadata.empty();
        if (begun || state_ == State::running) setState(State::running, activeSentence());
        Q_EMIT dataArrived();
    }
    // dataArrived() may have led to anything, even to another launch.
    if (exited_ && !more && process_ && process_->bytesAvailable() == 0) conclude();
}

void RunController::takeErrors() {
    if (!process_) return;
    partialErrorLine_ += process_->readAllStandardError();
    if (exited_ && !partialErrorLine_.isEmpty()) partialErrorLine_ += '\n';
    for (qsizetype end; (end = partialErrorLine_.indexOf('\n')) >= 0;) {
        const QString line = QString::fromUtf8(partialErrorLine_.first(end)).trimmed();
        partialErrorLine_.remove(0, end + 1);
        if (line.isEmpty()) continue;
        errorLines_.append(line);
        if (errorLines_.size() > keptErrorLines) errorLines_.removeFirst();
    }
    // A program that never ends its line is kept from filling the memory.
    constexpr qsizetype longestLine = 64 * 1024;
    if (partialErrorLine_.size() > longestLine) partialErrorLine_.truncate(longestLine);
}

void RunController::takeNotes() {
    // By index: a slot may start another run, and with it another recording.
    const auto recording = recording_;
    while (recording == recording_ && notesTaken_ < recording->recording().notes.size()) {
        const trace::Note note = recording->recording().notes[notesTaken_++];
        const QString text = QString::fromStdString(note.text);
        const QJsonObject json = QJsonDocument::fromJson(text.toUtf8()).object();
        switch (note.kind) {
            case NoteKind::progress:
                progress_ = {json[u"done"].toInt(), json[u"total"].toInt()};
                progressLabel_ = json[u"label"].toString();
                Q_EMIT progressChanged(progress_.first, progress_.second, progressLabel_);
                break;
            case NoteKind::warning:
                Q_EMIT warningArrived(text);
                break;
            case NoteKind::result:
                Q_EMIT resultArrived(json);
                break;
            case NoteKind::parameters:
            case NoteKind::point:
            case NoteKind::picture:
            case NoteKind::diagram:
            case NoteKind::rows:
                break;
        }
    }
}

void RunController::takeVerdicts() {
    const auto& phases = recording_->recording().phases;
    // A verdict comes after its phase has ended and before the next sample, so only the last few can still be open.
    constexpr std::size_t reach = 16;
    const std::size_t first = std::max(verdictsTaken_, phases.size() > reach ? phases.size() - reach : 0);
    for (std::size_t i = first; i < phases.size(); ++i) {
        if (phases[i].discarded || phases[i].correct != false) continue;
        ++wrongAnswers_;
        verdictsTaken_ = i + 1;
    }
}

void RunController::measureRate() {
    const quint64 events = recording_ ? eventCount(recording_->recording()) : 0;
    const qint64 now = clock_.nsecsElapsed();
    if (now <= rateMarkNs_) return;
    eventsPerSecond_ = static_cast<double>(events - eventsAtMark_) * 1e9 / static_cast<double>(now - rateMarkNs_);
    eventsAtMark_ = events;
    rateMarkNs_ = now;
}

int RunController::finishedSamples() const {
    return static_cast<int>(std::ranges::count_if(recording_->recording().phases, [](const Phase& phase) {
        return phase.kind == PhaseKind::sample && phase.end && !phase.discarded;
    }));
}

void RunController::conclude() {
    stopTimer_.stop();
    outputTimer_.stop();
    parameterTimer_.stop();
    rateTimer_.stop();
    measureRate();
    finalElapsedNs_ = clock_.nsecsElapsed();
    recording_->finish();
    outcome_ = outcomeOf(*process_);
    const int code = process_->exitCode();
    process_.release()->deleteLater();
    const auto next = std::move(next_);
    const Ending ending{.outcome = outcome_,
                        .activity = activity_,
                        .code = code,
                        .title = title(),
                        .line = errorLines_.isEmpty() ? QString() : errorLines_.constLast(),
                        .streamError = streamError_,
                        .samples = finishedSamples(),
                        .wrongAnswers = wrongAnswers_,
                        .elapsedNs = finalElapsedNs_,
                        .forced = stopStage_ >= StopStage::terminated};
    setState(isBad(outcome_) ? State::failed : State::idle, endSentence(ending));
    Q_EMIT ended();
    if (next && !isActive()) startNow(std::move(*next));
}

RunController::Outcome RunController::outcomeOf(const QProcess& process) const {
    if (!streamError_.isEmpty()) return Outcome::brokenStream;
    if (process.exitStatus() == QProcess::CrashExit) {
        if (stopStage_ >= StopStage::terminated) return wrongAnswers_ > 0 ? Outcome::wrongAnswer : Outcome::stopped;
        return process.exitCode() == SIGKILL ? Outcome::killed : Outcome::crashed;
    }
    if (wrongAnswers_ > 0) return Outcome::wrongAnswer;
    switch (process.exitCode()) {
        case 0:
            if (stopStage_ != StopStage::none) return Outcome::stopped;
            return recording_->recording().metadata.empty() ? Outcome::brokenStream : Outcome::finished;
        case 2:
            return Outcome::badRequest;
        case 3:
            return Outcome::fileProblem;
        case 130:
            return Outcome::stopped;
        default:
            return Outcome::runFailed;
    }
}

void RunController::setState(State state, const QString& sentence) {
    const bool changed = state != state_;
    const bool other = sentence != sentence_;
    state_ = state;
    sentence_ = sentence;
    if (changed) Q_EMIT stateChanged();
    if (other) Q_EMIT sentenceChanged(sentence);
}

QString RunController::title() const { return request_.title.isEmpty() ? request_.workload : request_.title; }

QString RunController::activeSentence() const {
    const auto& phases = recording_->recording().phases;
    const bool preparing = phases.empty() || (phases.back().kind == PhaseKind::prepare && !phases.back().end);
    const bool warming = !phases.empty() && phases.back().kind == PhaseKind::warmup && !phases.back().end;
    switch (activity_) {
        case Activity::none:
            break;
        case Activity::run: {
            if (preparing) return tr("Preparing the data for %1…").arg(title());
            const auto workers = recording_->recording().workers.size();
            const QString where = workers == 1 ? tr("1 worker") : tr("%1 workers").arg(workers);
            return warming ? tr("Warming up %1 on %2.").arg(title(), where)
                           : tr("Running %1 on %2.").arg(title(), where);
        }
        case Activity::threadSweep:
            if (progress_.second == 0) return tr("Measuring %1 on more and more threads.").arg(title());
            return tr("Measuring %1 on more and more threads: %2 of %3 samples.")
                .arg(title(), formatCount(progress_.first), formatCount(progress_.second));
        case Activity::parameterSweep:
            if (progress_.second == 0) return tr("Measuring %1 over %2.").arg(title(), sweptParameter_);
            return tr("Measuring %1 over %2: %3 of %4 samples.")
                .arg(title(), sweptParameter_, formatCount(progress_.first), formatCount(progress_.second));
        case Activity::tuning:
            if (progressLabel_.isEmpty()) return tr("Tuning the %1 of %2.").arg(sweptParameter_, title());
            return tr("Tuning the %1 of %2: %3.").arg(sweptParameter_, title(), progressLabel_);
    }
    return {};
}

}  // namespace grainscope::ui
