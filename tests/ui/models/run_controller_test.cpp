// The controller against a real child process, one that does what each test asks of it.
#include <csignal>

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/ui/child_process.h"
#include "ui/session/run_controller.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using State = RunController::State;
using Outcome = RunController::Outcome;

namespace {

constexpr int longWait = 20'000;

RunRequest request(const QString& workload) {
    RunRequest request;
    request.workload = workload;
    request.title = u"Quicksort"_s;
    request.threads = 2;
    return request;
}

bool waitForEnd(RunController& controller) {
    return QTest::qWaitFor([&] { return !controller.isActive(); }, longWait);
}

bool waitForRunning(RunController& controller) {
    return QTest::qWaitFor([&] { return controller.state() == State::running; }, longWait);
}

/// The lines that the child was sent, as it reported them back.
QStringList linesReceived(const RunController& controller) {
    QStringList lines;
    for (const auto& note : controller.recording()->recording().notes) {
        if (note.kind == grainscope::trace::NoteKind::warning) lines << QString::fromStdString(note.text);
    }
    return lines;
}

bool waitForLine(const RunController& controller, const QString& line) {
    return QTest::qWaitFor([&] { return linesReceived(controller).contains(line); }, longWait);
}

/// What has been read is taken in small pieces, one a pass.
void passTheEventLoop() {
    for (int i = 0; i < 200; ++i) QCoreApplication::processEvents();
}

bool isAlive(qint64 pid) { return ::kill(static_cast<pid_t>(pid), 0) == 0; }

}  // namespace

class RunControllerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { qputenv("GRAINSCOPE_CLI", FAKE_PROGRAM); }

    void aRunGoesFromIdleThroughStartingToRunning() {
        RunController controller;
        QCOMPARE(controller.state(), State::idle);
        QList<State> states;
        connect(&controller, &RunController::stateChanged, &controller, [&] { states << controller.state(); });
        controller.start(request(u"obedient"_s));
        QCOMPARE(controller.state(), State::starting);
        QVERIFY(waitForRunning(controller));
        QVERIFY(controller.processId() > 0);
        controller.stop();
        QCOMPARE(controller.state(), State::stopping);
        QVERIFY(waitForEnd(controller));
        QCOMPARE(states, (QList<State>{State::starting, State::running, State::stopping, State::idle}));
        QCOMPARE(controller.outcome(), Outcome::stopped);
        QVERIFY2(controller.sentence().startsWith(u"Stopped Quicksort after"_s), qPrintable(controller.sentence()));
    }

    void theRequestBecomesACommandLine() {
        RunController controller;
        RunRequest wanted = request(u"obedient"_s);
        wanted.arguments = {{u"n"_s, u"1000"_s}, {u"threshold"_s, u"64"_s}};
        wanted.backend = u"openmp"_s;
        controller.start(wanted);
        QVERIFY(waitForRunning(controller));
        const auto said = controller.recording()->metadata()[u"arguments"].toVariant().toStringList();
        QCOMPARE(said,
                 u"run obedient -p n=1000 -p threshold=64 --backend openmp --seed 1 --stream - --control "
                 "--threads 2 --trace states --loop"_s.split(u' '));
    }

    void threadsThatNobodyChoseAreLeftOut() {
        RunController controller;
        RunRequest wanted = request(u"obedient"_s);
        wanted.threads = 0;
        controller.start(wanted);
        QVERIFY(waitForRunning(controller));
        const auto said = controller.recording()->metadata()[u"arguments"].toVariant().toStringList();
        QVERIFY2(!said.contains(u"--threads"_s), qPrintable(said.join(u' ')));
    }

    void aSweepOfAParameterLeavesItOutOfTheFixedOnes() {
        RunController controller;
        RunRequest wanted = request(u"obedient"_s);
        wanted.arguments = {{u"n"_s, u"1000"_s}, {u"threshold"_s, u"64"_s}};
        controller.sweepParameter(wanted, u"threshold"_s, 16, 65536);
        QVERIFY(waitForEnd(controller));
        const auto said = controller.recording()->metadata()[u"arguments"].toVariant().toStringList();
        QCOMPARE(said,
                 u"sweep obedient -p n=1000 --seed 1 --stream - --control --threads 2 --over "
                 "threshold=16..65536*2"_s.split(u' '));
        QCOMPARE(controller.outcome(), Outcome::finished);
        QCOMPARE(controller.sweptParameter(), u"threshold"_s);
    }

    void aSweepTellsItsProgressAndItsResult() {
        RunController controller;
        QSignalSpy progress(&controller, &RunController::progressChanged);
        QSignalSpy results(&controller, &RunController::resultArrived);
        controller.sweepThreads(request(u"obedient"_s), {1, 2});
        QVERIFY(waitForEnd(controller));
        QCOMPARE(progress.size(), 1);
        QCOMPARE(controller.progress(), (std::pair<int, int>{1, 2}));
        QCOMPARE(results.size(), 1);
        QVERIFY2(controller.sentence().startsWith(u"Measured Quicksort"_s), qPrintable(controller.sentence()));
    }

    void dataArrivesAtMostOnceAPassOfTheEventLoop() {
        RunController controller;
        QSignalSpy arrivals(&controller, &RunController::dataArrived);
        controller.start(request(u"obedient"_s));
        while (controller.recording()->recording().frames.size() < 20) {
            const auto before = arrivals.size();
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            QVERIFY(arrivals.size() - before <= 1);
        }
    }

    void aFloodIsTakenInSmallPieces() {
        RunController controller;
        QSignalSpy arrivals(&controller, &RunController::dataArrived);
        controller.start(request(u"flood"_s));
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), Outcome::finished);
        QCOMPARE(controller.recording()->recording().notes.size(), std::size_t{200});
        QVERIFY(controller.recording()->recording().complete);
        QVERIFY(controller.recording()->size() > 200 * 60'000);
        QVERIFY(arrivals.size() > 1);
    }

    void pauseStepAndResumeReachTheChild() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        controller.pause();
        QCOMPARE(controller.state(), State::paused);
        QVERIFY(waitForLine(controller, uR"({"do":"pause"})"_s));
        controller.step();
        QVERIFY(waitForLine(controller, uR"({"do":"step"})"_s));
        QCOMPARE(controller.state(), State::paused);
        controller.resume();
        QCOMPARE(controller.state(), State::running);
        QVERIFY(waitForLine(controller, uR"({"do":"resume"})"_s));
    }

    void aPausedRunStopsToo() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        controller.pause();
        QVERIFY(waitForLine(controller, uR"({"do":"pause"})"_s));
        controller.stop();
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), Outcome::stopped);
    }

    void changesThatComeTogetherTravelTogetherAndTheLastOneWins() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        for (int threshold = 1; threshold <= 500; ++threshold)
            controller.setParameter(u"threshold"_s, qlonglong{threshold});
        controller.setParameter(u"pivot"_s, u"first"_s);
        QVERIFY(waitForLine(controller, uR"({"set":{"pivot":"first","threshold":500}})"_s));
        QCOMPARE(linesReceived(controller),
                 (QStringList{uR"({"set":{"threshold":1}})"_s, uR"({"set":{"pivot":"first","threshold":500}})"_s}));
    }

    void aCrashIsNamedAndWhatWasRecordedIsKept() {
        RunController controller;
        controller.start(request(u"crash"_s));
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.state(), State::failed);
        QCOMPARE(controller.outcome(), Outcome::crashed);
        QVERIFY2(controller.sentence().contains(u"SIGSEGV"_s), qPrintable(controller.sentence()));
        QCOMPARE(controller.recording()->recording().frames.size(), std::size_t{1});
        QVERIFY(!controller.recording()->warning().isEmpty());
    }

    void aChildKilledFromOutsideIsToldApartFromACrash() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        QCOMPARE(::kill(static_cast<pid_t>(controller.processId()), SIGKILL), 0);
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), Outcome::killed);
        QVERIFY2(controller.sentence().contains(u"SIGKILL"_s), qPrintable(controller.sentence()));
    }

    void theProgramsOwnLineIsShown_data() {
        QTest::addColumn<QString>("workload");
        QTest::addColumn<Outcome>("outcome");
        QTest::addColumn<QString>("words");
        QTest::newRow("wrong answer") << u"wrong"_s << Outcome::wrongAnswer << u"element 7 is smaller"_s;
        QTest::newRow("status 2") << u"bad-request"_s << Outcome::badRequest << u"threads must be 0"_s;
        QTest::newRow("status 3") << u"no-file"_s << Outcome::fileProblem << u"there is no file 'numbers.txt'"_s;
        QTest::newRow("status 1") << u"no-memory"_s << Outcome::runFailed << u"needs 80 TB"_s;
    }
    void theProgramsOwnLineIsShown() {
        QFETCH(QString, workload);
        QFETCH(Outcome, outcome);
        QFETCH(QString, words);
        RunController controller;
        controller.start(request(workload));
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), outcome);
        QCOMPARE(controller.state(), State::failed);
        QVERIFY2(controller.sentence().contains(words), qPrintable(controller.sentence()));
        QVERIFY2(controller.sentence().contains(u"Quicksort"_s), qPrintable(controller.sentence()));
        QVERIFY2(!controller.sentence().contains(u"grainscope:"_s), qPrintable(controller.sentence()));
    }

    void aProgramThatSendsNoRecordingFailsInWords() {
        RunController controller;
        controller.start(request(u"silent"_s));
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), Outcome::brokenStream);
        QVERIFY2(controller.sentence().contains(u"without sending a recording"_s), qPrintable(controller.sentence()));
    }

    void aProgramThatSendsSomethingElseFailsInWords() {
        RunController controller;
        controller.start(request(u"garbage"_s));
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), Outcome::brokenStream);
        QVERIFY2(controller.sentence().contains(u"not a Grainscope recording"_s), qPrintable(controller.sentence()));
    }

    void aProgramThatIsNotThereIsSaidToBe() {
        qputenv("GRAINSCOPE_CLI", "/nowhere/grainscope");
        RunController controller;
        controller.start(request(u"obedient"_s));
        QCOMPARE(controller.outcome(), Outcome::cannotStart);
        QVERIFY2(controller.sentence().contains(u"/nowhere/grainscope"_s), qPrintable(controller.sentence()));
    }

    void aFileThatIsNoProgramSaysWhyItCannotStart() {
        QTemporaryDir folder;
        QFile file(folder.filePath(u"grainscope"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "\x7f"
            "ELF but only by name");
        file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
        file.close();
        qputenv("GRAINSCOPE_CLI", file.fileName().toLocal8Bit());
        RunController controller;
        QSignalSpy ends(&controller, &RunController::ended);
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), Outcome::cannotStart);
        QCOMPARE(ends.size(), 1);
        QVERIFY2(controller.sentence().contains(u"cannot be started"_s), qPrintable(controller.sentence()));
    }

    void stopEndsAChildThatIgnoresEverything() {
        RunController controller;
        controller.setPatience(100);
        controller.start(request(u"deaf"_s));
        QVERIFY(waitForRunning(controller));
        const qint64 pid = controller.processId();
        controller.stop();
        QVERIFY(waitForEnd(controller));
        QVERIFY(!isAlive(pid));
        QCOMPARE(controller.outcome(), Outcome::stopped);
        QVERIFY2(controller.sentence().contains(u"by force"_s), qPrintable(controller.sentence()));
    }

    void stopEndsAChildThatStandsStill() {
        RunController controller;
        controller.setPatience(100);
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        const qint64 pid = controller.processId();
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGSTOP), 0);
        controller.stop();
        QVERIFY(waitForEnd(controller));
        QVERIFY(!isAlive(pid));
        QCOMPARE(controller.outcome(), Outcome::stopped);
    }

    void aStopWhileStartingIsAStop() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        controller.stop();
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), Outcome::stopped);
    }

    void anotherStartEndsTheFirstRunAndFollowsIt() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        const auto first = controller.recording();
        QSignalSpy ends(&controller, &RunController::ended);
        controller.sweepThreads(request(u"obedient"_s), {1, 2});
        QVERIFY(QTest::qWaitFor([&] { return ends.size() == 2; }, longWait));
        QVERIFY(controller.recording() != first);
        QVERIFY(first->recording().complete);
        QCOMPARE(controller.activity(), RunController::Activity::threadSweep);
        QCOMPARE(controller.outcome(), Outcome::finished);
    }

    void stopAlsoForgetsWhatWasToFollow() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        controller.sweepThreads(request(u"obedient"_s), {1, 2});
        controller.stop();
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.activity(), RunController::Activity::run);
    }

    void theControllerTakesItsChildWithIt() {
        auto controller = std::make_unique<RunController>();
        controller->start(request(u"deaf"_s));
        QVERIFY(waitForRunning(*controller));
        const qint64 pid = controller->processId();
        controller.reset();
        QVERIFY(!isAlive(pid));
    }

    void whatRunsInTheWindowsPlaceCanBeRunAgainAfterAFailure() {
        RunController controller;
        controller.start(request(u"crash"_s));
        QVERIFY(waitForEnd(controller));
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        QCOMPARE(controller.outcome(), Outcome::none);
        QVERIFY(!controller.hasWrongAnswer());
    }

    void withTheChildStoppedNothingArrives() {
        RunController controller;
        controller.start(request(u"obedient"_s));
        QVERIFY(waitForRunning(controller));
        const qint64 pid = controller.processId();
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGSTOP), 0);
        // All that the child has ever written is read; then there is nothing that could still arrive.
        QVERIFY(QTest::qWaitFor([&] { return test::standsStill(pid) && test::hasBeenRead(pid); }, longWait));
        passTheEventLoop();
        const auto version = controller.recording()->recording().version;
        QSignalSpy arrivals(&controller, &RunController::dataArrived);
        passTheEventLoop();
        QCOMPARE(arrivals.size(), 0);
        QCOMPARE(controller.recording()->recording().version, version);
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGCONT), 0);
        QVERIFY(QTest::qWaitFor([&] { return arrivals.size() > 0; }, longWait));
    }
};

QTEST_GUILESS_MAIN(RunControllerTest)
#include "run_controller_test.moc"
