// A window that dies takes its child with it, even one that listens to nothing. This program is the window too: started
// with --window it runs a child until it is killed.
#include <csignal>
#include <cstdio>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include "ui/session/run_controller.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr int longWait = 20'000;

int runAsWindow(const QString& workload) {
    RunController controller;
    QObject::connect(&controller, &RunController::stateChanged, &controller, [&] {
        if (controller.state() != RunController::State::running) return;
        std::printf("%lld\n", static_cast<long long>(controller.processId()));
        std::fflush(stdout);
    });
    RunRequest request;
    request.workload = workload;
    controller.start(request);
    return QCoreApplication::exec();
}

}  // namespace

class WindowDeathTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theChildEndsWithAWindowThatIsKilled_data() {
        QTest::addColumn<QString>("workload");
        QTest::newRow("a child that reads its input") << u"obedient"_s;
        QTest::newRow("a child that ignores everything") << u"deaf"_s;
    }
    void theChildEndsWithAWindowThatIsKilled() {
        QFETCH(QString, workload);
        // The orphan becomes a child of this process, which can then wait for its end.
        QCOMPARE(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        qputenv("GRAINSCOPE_CLI", FAKE_PROGRAM);
        QProcess window;
        window.start(QCoreApplication::applicationFilePath(), {u"--window"_s, workload});
        QVERIFY(QTest::qWaitFor([&] { return window.canReadLine(); }, longWait));
        const auto child = static_cast<pid_t>(window.readLine().trimmed().toLongLong());
        QVERIFY(child > 0);
        QCOMPARE(::kill(child, 0), 0);
        window.kill();
        QVERIFY(window.waitForFinished(longWait));
        QVERIFY(QTest::qWaitFor([&] { return ::waitpid(child, nullptr, WNOHANG) == child; }, longWait));
    }
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments[1] == u"--window"_s) return runAsWindow(arguments[2]);
    WindowDeathTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "window_death_test.moc"
