// Starts the measuring program, steers it, takes in its stream, and always gets it to end.
#pragma once

#include <memory>

#include <QElapsedTimer>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTimer>
#include <QVariant>

#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// What to launch.
struct RunRequest {
    QString workload;
    QString title;                                 ///< for sentences; the workload's name if empty
    QList<std::pair<QString, QString>> arguments;  ///< -p NAME=VALUE
    QString backend;                               ///< empty: the program's default
    int threads = 0;                               ///< 0: as many as the workload takes where nobody says
    QString traceLevel = QStringLiteral("states");
    qint64 seed = 1;
    int repetitions = 0;        ///< of each point of a study; 0: the program's default
    int timeBudgetSeconds = 0;  ///< of a study; 0: the program's default
};

/// One child process at a time, from the request to the sentence that says how it ended. Everything happens in the
/// thread that owns it, in pieces of at most a few milliseconds; no function waits for the child.
class RunController : public QObject {
    Q_OBJECT
  public:
    enum class State { idle, starting, running, paused, stopping, failed };
    Q_ENUM(State)
    enum class Activity { none, run, threadSweep, parameterSweep, tuning };
    Q_ENUM(Activity)
    /// How the last child ended.
    enum class Outcome {
        none,
        finished,
        stopped,
        wrongAnswer,
        runFailed,
        badRequest,
        fileProblem,
        crashed,
        killed,
        cannotStart,
        brokenStream
    };
    Q_ENUM(Outcome)

    explicit RunController(QObject* parent = nullptr);
    /// Kills a child that is still there.
    ~RunController() override;

    /// Starts a run that repeats until stop(). If something else is running, that is stopped first.
    void start(const RunRequest& request);
    /// Measures the speedup over thread counts (ascending, each at least 1).
    void sweepThreads(const RunRequest& request, const QList<int>& threads);
    /// Measures the time over one parameter, from low to high, each `factor` times the one before.
    void sweepParameter(const RunRequest& request, const QString& parameter, double low, double high,
                        double factor = 2);
    /// Searches for the plateau of one parameter between low and high.
    void tune(const RunRequest& request, const QString& parameter, double low, double high);

    void pause();
    void resume();
    /// While paused: one task more.
    void step();
    /// Always ends the child: asks, then closes its standard input, then SIGTERM, then SIGKILL, a second between the
    /// last steps.
    void stop();
    /// Changes a parameter of a run in progress. Changes within 16 ms travel together, the last value of each wins.
    void setParameter(const QString& name, const QVariant& value);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] Activity activity() const { return activity_; }
    [[nodiscard]] Outcome outcome() const { return outcome_; }
    /// Whether a child lives: starting, running, paused or stopping.
    [[nodiscard]] bool isActive() const;
    /// The state as a person would say it; after the end, how it ended.
    [[nodiscard]] QString sentence() const { return sentence_; }
    /// The last lines of the child's standard error, oldest first.
    [[nodiscard]] const QStringList& errorLines() const { return errorLines_; }
    [[nodiscard]] const RunRequest& request() const { return request_; }
    /// The parameter that is swept or tuned; empty for other activities.
    [[nodiscard]] QString sweptParameter() const { return sweptParameter_; }
    /// The recording of the present child or the last one; null before the first start.
    [[nodiscard]] std::shared_ptr<LiveRecording> recording() const { return recording_; }

    /// Since the child was started; stands still after its end.
    [[nodiscard]] qint64 elapsedNs() const;
    /// Events (spans and steals) a second over the last whole second.
    [[nodiscard]] double eventsPerSecond() const { return eventsPerSecond_; }
    [[nodiscard]] quint64 droppedEvents() const;
    /// Whether a repetition of this run had a wrong answer so far.
    [[nodiscard]] bool hasWrongAnswer() const { return wrongAnswers_ > 0; }
    /// Progress of a sweep: done and total, {0, 0} if not known.
    [[nodiscard]] std::pair<int, int> progress() const { return progress_; }
    /// True while a sample is being timed: a view of a study waits with drawing until it is over.
    [[nodiscard]] bool isSampling() const;
    /// The child's process id, 0 without one.
    [[nodiscard]] qint64 processId() const;

    /// Escalation times of stop(), in milliseconds; for tests.
    void setPatience(int milliseconds) { patienceMs_ = milliseconds; }

  Q_SIGNALS:
    void stateChanged();
    /// Another sentence, though perhaps the same state.
    void sentenceChanged(const QString& sentence);
    /// A child was started and recording() is a new one.
    void recordingChanged();
    /// recording() grew; at most once a pass of the event loop.
    void dataArrived();
    void progressChanged(int done, int total, const QString& label);
    /// The program warned about something, in one line.
    void warningArrived(const QString& line);
    /// A result note arrived: the document that `--json` would have printed.
    void resultArrived(const QJsonObject& result);
    /// The child is gone. outcome() and sentence() say how it ended.
    void ended();

  private:
    enum class StopStage { none, asked, terminated, killed };
    struct Launch {
        Activity activity = Activity::none;
        RunRequest request;
        QString parameter;
        QStringList arguments;
    };
    [[nodiscard]] static QStringList commonArguments(const QString& command, const RunRequest& request,
                                                     const QString& without = {});
    void launch(Launch launch);
    void startNow(Launch launch);
    void cannotStart(const QString& reason);
    void send(const QJsonObject& command);
    void flushParameters();
    void beginStop();
    void escalate();
    void takeOutput();
    void takeErrors();
    void takeNotes();
    void takeVerdicts();
    void measureRate();
    void conclude();
    void setState(State state, const QString& sentence);
    [[nodiscard]] Outcome outcomeOf(const QProcess& process) const;
    [[nodiscard]] QString activeSentence() const;
    [[nodiscard]] QString title() const;
    [[nodiscard]] int finishedSamples() const;

    std::unique_ptr<QProcess> process_;
    std::shared_ptr<LiveRecording> recording_;
    std::unique_ptr<Launch> next_;
    RunRequest request_;
    QString sweptParameter_;
    QStringList errorLines_;
    QByteArray partialErrorLine_;
    QJsonObject unsent_;
    QTimer parameterTimer_, stopTimer_, outputTimer_, rateTimer_;
    QElapsedTimer clock_;
    qint64 finalElapsedNs_ = 0, rateMarkNs_ = 0;
    State state_ = State::idle;
    Activity activity_ = Activity::none;
    Outcome outcome_ = Outcome::none;
    StopStage stopStage_ = StopStage::none;
    QString sentence_;
    QString streamError_;
    double eventsPerSecond_ = 0;
    quint64 eventsAtMark_ = 0;
    std::size_t notesTaken_ = 0, verdictsTaken_ = 0;
    int wrongAnswers_ = 0;
    std::pair<int, int> progress_{0, 0};
    QString progressLabel_;
    int patienceMs_ = 1000;
    bool exited_ = false;
};

}  // namespace grainscope::ui
