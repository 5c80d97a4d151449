// The controller and the models with the real program: what the window shows of a short sort.
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "ui/models/counter_model.h"
#include "ui/models/curve_model.h"
#include "ui/models/lane_model.h"
#include "ui/models/parameter_model.h"
#include "ui/session/run_controller.h"
#include "ui/session/workload_catalog.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using grainscope::trace::PhaseKind;

namespace {

constexpr int longWait = 60'000;

int finishedSamples(const RunController& controller) {
    return static_cast<int>(std::ranges::count_if(controller.recording()->recording().phases, [](const auto& phase) {
        return phase.kind == PhaseKind::sample && phase.end && !phase.discarded;
    }));
}

bool waitForEnd(RunController& controller) {
    return QTest::qWaitFor([&] { return !controller.isActive(); }, longWait);
}

RunRequest smallSort() {
    RunRequest request;
    request.workload = u"quicksort"_s;
    request.title = u"Quicksort"_s;
    request.arguments = {{u"n"_s, u"200000"_s}, {u"threshold"_s, u"1024"_s}};
    request.threads = 2;
    return request;
}

}  // namespace

class RealProgramTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { qputenv("GRAINSCOPE_CLI", REAL_PROGRAM); }

    void itsListFillsTheForm() {
        WorkloadCatalog catalog;
        QSignalSpy changes(&catalog, &WorkloadCatalog::changed);
        catalog.load();
        QVERIFY(changes.wait(longWait));
        QVERIFY2(catalog.state() == WorkloadCatalog::State::ready, qPrintable(catalog.error()));
        const WorkloadDescription* quicksort = catalog.find(u"quicksort"_s);
        QVERIFY(quicksort);
        QVERIFY(quicksort->tunableParameter());
        ParameterModel parameters;
        parameters.setWorkload(*quicksort);
        for (const ParameterDescription& parameter : parameters.parameters()) {
            QVERIFY2(parameters.problem(parameter.name).isEmpty(), qPrintable(parameters.problem(parameter.name)));
            QVERIFY2(!parameter.label.isEmpty(), qPrintable(parameter.name));
        }
        QCOMPARE(parameters.value(u"n"_s).toLongLong(), qlonglong{10'000'000});
    }

    void aLoopRunsUntilStoppedAndSavesWhatItSent() {
        RunController controller;
        QSignalSpy results(&controller, &RunController::resultArrived);
        controller.start(smallSort());
        QVERIFY(QTest::qWaitFor([&] { return !controller.isActive() || finishedSamples(controller) >= 3; }, longWait));
        QVERIFY2(controller.isActive(), qPrintable(controller.sentence()));
        controller.stop();
        QVERIFY(waitForEnd(controller));
        QVERIFY2(controller.outcome() == RunController::Outcome::stopped, qPrintable(controller.sentence()));
        QVERIFY(!controller.hasWrongAnswer());
        QCOMPARE(results.size(), 1);
        QCOMPARE(results.first().first().toJsonObject()[u"workload"].toString(), u"quicksort"_s);

        const auto& recording = controller.recording()->recording();
        QVERIFY(recording.complete);
        QCOMPARE(recording.workers.size(), std::size_t{2});
        QVERIFY(!recording.frames.empty());

        QTemporaryDir folder;
        const QString path = folder.filePath(u"sort.grainscope"_s);
        QVERIFY(controller.recording()->save(path));
        const auto opened = LiveRecording::open(path);
        QVERIFY(opened.has_value());
        const auto& again = (*opened)->recording();
        QCOMPARE(again.end, recording.end);
        QCOMPARE(again.frames.size(), recording.frames.size());
        LaneModel live, saved;
        live.setRecording(controller.recording()->share());
        saved.setRecording((*opened)->share());
        const TimeRange all{0, recording.end};
        for (int lane = 0; lane < 2; ++lane) {
            const auto runs = live.runs(lane, all, 800);
            const auto savedRuns = saved.runs(lane, all, 800);
            QVERIFY(!runs.empty());
            QVERIFY(std::ranges::equal(runs, savedRuns));
        }
    }

    void thereAreAsManyStealMarksAsTheCountersHaveSteals() {
        RunController controller;
        controller.start(smallSort());
        QVERIFY(QTest::qWaitFor([&] { return !controller.isActive() || finishedSamples(controller) >= 3; }, longWait));
        controller.stop();
        QVERIFY(waitForEnd(controller));
        const auto& recording = controller.recording()->recording();
        QCOMPARE(recording.dropped_events, 0U);
        CounterModel counters;
        counters.setRecording(controller.recording()->share());
        LaneModel lanes;
        lanes.setRecording(controller.recording()->share());
        const int total = counters.rowCount() - 1;
        QCOMPARE(counters.index(total, CounterModel::StealsColumn).data(Qt::EditRole).toLongLong(),
                 lanes.stealCount({0, recording.end + 1}));
    }

    void aChangedThresholdReachesTheRun() {
        RunController controller;
        controller.start(smallSort());
        QVERIFY(QTest::qWaitFor([&] { return !controller.isActive() || finishedSamples(controller) >= 1; }, longWait));
        controller.setParameter(u"threshold"_s, qlonglong{64});
        const auto arrived = [&] {
            return std::ranges::any_of(controller.recording()->recording().notes, [](const auto& note) {
                return note.kind == grainscope::trace::NoteKind::parameters &&
                       note.text.find("\"threshold\":64") != std::string::npos;
            });
        };
        QVERIFY(QTest::qWaitFor(arrived, longWait));
    }

    void anUnknownWorkloadIsRefusedInItsOwnWords() {
        RunController controller;
        RunRequest request = smallSort();
        request.workload = u"quicksrt"_s;
        controller.start(request);
        QVERIFY(waitForEnd(controller));
        QCOMPARE(controller.outcome(), RunController::Outcome::badRequest);
        QVERIFY2(controller.sentence().contains(u"quicksort"_s), qPrintable(controller.sentence()));
    }

    void aSweepOfThreadsDrawsItsCurve() {
        RunController controller;
        RunRequest request = smallSort();
        request.repetitions = 3;
        controller.sweepThreads(request, {1, 2});
        QVERIFY(waitForEnd(controller));
        QVERIFY2(controller.outcome() == RunController::Outcome::finished, qPrintable(controller.sentence()));
        CurveModel curve(CurveModel::Kind::speedup);
        curve.setRecording(controller.recording()->share());
        QCOMPARE(curve.points().size(), std::size_t{2});
        QVERIFY(curve.hasResult());
        QCOMPARE(curve.points()[0].threads, 1);
        QCOMPARE(curve.points()[1].threads, 2);
        QVERIFY(curve.points()[1].speedup.value_or(0) > 0);
        QVERIFY(!curve.conclusion().isEmpty());
    }

    void aSweepOfTheThresholdNamesItsPlateau() {
        RunController controller;
        RunRequest request = smallSort();
        request.repetitions = 3;
        controller.sweepParameter(request, u"threshold"_s, 256, 4096, 4);
        QVERIFY(waitForEnd(controller));
        QVERIFY2(controller.outcome() == RunController::Outcome::finished, qPrintable(controller.sentence()));
        CurveModel curve(CurveModel::Kind::threshold), other(CurveModel::Kind::speedup);
        curve.setRecording(controller.recording()->share());
        other.setRecording(controller.recording()->share());
        QCOMPARE(curve.points().size(), std::size_t{3});
        QCOMPARE(curve.xName(), u"threshold"_s);
        QVERIFY(curve.plateau() && curve.recommended());
        QVERIFY(other.points().empty());
    }
};

QTEST_GUILESS_MAIN(RealProgramTest)
#include "real_program_test.moc"
