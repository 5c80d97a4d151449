// What the LIVE view shows of a child process that runs at the same time: that its pictures come while the child works,
// stand while it stands, and never while it measures.
#include <csignal>

#include <QApplication>
#include <QTemporaryDir>
#include <QTest>

#include <tests/ui/child_process.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/main_window.h>
#include <ui/widgets/qcustomplot.h>

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using grainscope::trace::PhaseKind;

namespace {

constexpr int longWait = 60'000;

/// A window over the real program, with a sort that takes a few tens of milliseconds.
struct Window {
    Window() : settings(home.filePath(u"settings.ini"_s)), workspace(settings, QString()), window(workspace) {
        window.resize(1200, 800);
        window.show();
    }
    bool isReady() {
        workspace.catalog.load();
        return QTest::qWaitFor([&] { return workspace.catalog.state() == WorkloadCatalog::State::ready; }, longWait) &&
               workspace.parameters.setValue(u"n"_s, 1'000'000).isEmpty();
    }
    QWidget* find(const char* name) { return window.findChild<QWidget*>(QString::fromLatin1(name)); }
    int finishedSamples() {
        return static_cast<int>(std::ranges::count_if(workspace.recording()->recording().phases, [](const auto& phase) {
            return phase.kind == PhaseKind::sample && phase.end;
        }));
    }

    QTemporaryDir home;
    Settings settings;
    Workspace workspace;
    MainWindow window;
};

/// Calls a function at every paint event of some widgets.
class PaintWatch : public QObject {
  public:
    PaintWatch(std::vector<QWidget*> widgets, std::function<void()> seen) : seen_(std::move(seen)) {
        for (QWidget* widget : widgets) widget->installEventFilter(this);
    }

  protected:
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() == QEvent::Paint) seen_();
        return false;
    }

  private:
    std::function<void()> seen_;
};

/// Waits until the window's clocks have ticked, which is when it would draw.
bool waitForTicks(int count) {
    class Ticks : public QObject {
      public:
        int seen = 0;

      protected:
        bool eventFilter(QObject*, QEvent* event) override {
            seen += event->type() == QEvent::Timer;
            return false;
        }
    } ticks;
    qApp->installEventFilter(&ticks);
    return QTest::qWaitFor([&] { return ticks.seen >= count; }, longWait);
}

}  // namespace

class LiveTruthTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        qputenv("GRAINSCOPE_CLI", REAL_PROGRAM);
        new Theme(*qApp);
    }

    void theFirstPictureComesBeforeTheFirstSampleEnds() {
        Window w;
        QVERIFY(w.isReady());
        // In slow motion a repetition takes seconds: a busy computer cannot make the picture late.
        QVERIFY(w.workspace.parameters.setValue(u"n"_s, 10'000'000).isEmpty());
        QVERIFY(w.workspace.parameters.setValue(u"slow"_s, 50).isEmpty());
        int finishedAtFirstPicture = -1;
        const PaintWatch watch({w.find("dataBars")}, [&] {
            if (finishedAtFirstPicture < 0 && w.workspace.board.count() > 0)
                finishedAtFirstPicture = w.finishedSamples();
        });
        w.workspace.run();
        QVERIFY(QTest::qWaitFor([&] { return finishedAtFirstPicture >= 0; }, longWait));
        QCOMPARE(finishedAtFirstPicture, 0);
    }

    void withTheChildStoppedNoBarMoves() {
        Window w;
        QVERIFY(w.isReady());
        w.workspace.run();
        QVERIFY(QTest::qWaitFor([&] { return w.workspace.board.count() > 0 && w.finishedSamples() > 2; }, longWait));
        const qint64 pid = w.workspace.controller.processId();
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGSTOP), 0);
        QVERIFY(QTest::qWaitFor([&] { return test::standsStill(pid) && test::hasBeenRead(pid); }, longWait));
        QVERIFY(waitForTicks(30));  // what has been read is drawn; from then on there are only the window's clocks
        const std::array names{"dataBars", "utilisation", "lanes", "overview"};
        const auto pictures = [&] {
            std::vector<QImage> images;
            for (const char* name : names) images.push_back(w.find(name)->grab().toImage());
            return images;
        };
        const std::vector<QImage> before = pictures();
        QVERIFY(waitForTicks(30));
        const std::vector<QImage> after = pictures();
        for (std::size_t i = 0; i < names.size(); ++i) QVERIFY2(before[i] == after[i], names[i]);
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGCONT), 0);
        QVERIFY(QTest::qWaitFor([&] { return pictures()[0] != before[0]; }, longWait));
    }

    void aStudyDrawsBetweenItsSamplesOnly() {
        Window w;
        QVERIFY(w.isReady());
        int drawn = 0, drawnWhileSampling = 0;
        std::vector<QWidget*> pictures{w.find("dataBars"), w.find("lanes"), w.find("overview")};
        for (QCustomPlot* plot : w.window.findChildren<QCustomPlot*>()) pictures.push_back(plot);
        QVERIFY(pictures.size() >= 7);
        const PaintWatch watch(pictures, [&] {
            ++drawn;
            if (w.workspace.controller.isSampling()) ++drawnWhileSampling;
        });
        w.workspace.sweepThreads();
        QVERIFY(w.workspace.controller.isActive());
        QVERIFY(QTest::qWaitFor([&] { return !w.workspace.controller.isActive(); }, longWait));
        QCOMPARE(w.workspace.controller.outcome(), RunController::Outcome::finished);
        QVERIFY(drawn > 0);
        QCOMPARE(drawnWhileSampling, 0);
    }
};

QTEST_MAIN(LiveTruthTest)
#include "live_truth_test.moc"
