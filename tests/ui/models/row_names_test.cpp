// Rows that are not all workers: what they are called, wherever the window names them.
#include <memory>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "engine/tests/trace_synthetic.h"
#include "ui/models/board_model.h"
#include "ui/models/counter_model.h"
#include "ui/models/explanation.h"
#include "ui/models/lane_model.h"
#include "ui/models/message_model.h"
#include "ui/models/pipeline_model.h"
#include "ui/models/pipeline_texts.h"
#include "ui/models/utilisation_model.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using grainscope::trace::Event;
using grainscope::trace::EventKind;
using grainscope::trace::NoteKind;
using grainscope::trace::Recording;
using grainscope::trace::State;
using grainscope::trace::StreamWriter;
using grainscope::trace::testing::clock_at;
using grainscope::trace::testing::ms;
using grainscope::trace::testing::state_event;
using grainscope::trace::testing::tick;

namespace {

constexpr auto crewNote =
    R"([{"name":"IO thread","rows":1},{"name":"blocking thread","rows":2},{"name":"worker","rows":2},)"
    R"({"name":"thread","rows":1}])";
constexpr auto diagramNote = R"({"stages":[{"name":"fetch","first_row":0,"rows":1,"selects":false},)"
                             R"({"name":"store","first_row":1,"rows":2,"selects":false}],)"
                             R"("channels":[{"name":"bodies","from":0,"to":1,"capacity":4}],"message":"upload"})";
constexpr std::size_t crewRows = 6;

void writeSamples(StreamWriter& writer, Nanoseconds at, std::size_t rows) {
    grainscope::trace::MeterReading reading{.clock = clock_at(at),
                                            .workers = std::vector<grainscope::trace::WorkerTotals>(rows)};
    for (std::size_t row = 0; row < rows; ++row) {
        auto& worker = reading.workers[row];
        worker.counters.emplace();
        worker.state_ticks.emplace();
        const Nanoseconds busy = row == 0 ? std::min(at, 50 * ms) : at;
        (*worker.state_ticks)[static_cast<std::size_t>(State::busy)] = tick(busy) - tick(0);
        (*worker.state_ticks)[static_cast<std::size_t>(State::blocked_io)] = tick(at) - tick(busy);
        worker.open_since = tick(at);
    }
    writer.write_samples(reading);
}

/// Three workers for 50 ms, then a crew of six rows; the second of its workers steals from the first at 80 ms.
std::shared_ptr<Recording> crewRecording(Nanoseconds until = 100 * ms) {
    const auto bytes = grainscope::trace::testing::encode([&](StreamWriter& writer) {
        writer.write_header(clock_at(0), 3, "{}");
        writeSamples(writer, 0, 3);
        for (std::size_t row = 0; row < 3; ++row) {
            const Event busy = state_event(0, 50 * ms, State::busy);
            writer.write_events(clock_at(50 * ms), row, std::span(&busy, 1));
        }
        writeSamples(writer, 50 * ms, 3);
        if (until <= 50 * ms) return;
        writer.write_workers(clock_at(50 * ms), crewRows);
        writer.write_note(clock_at(50 * ms), NoteKind::rows, crewNote);
        writer.write_note(clock_at(50 * ms), NoteKind::diagram, diagramNote);
        for (std::size_t row = 0; row < crewRows; ++row) {
            const Event work = state_event(50 * ms, 100 * ms, row == 0 ? State::blocked_io : State::busy);
            writer.write_events(clock_at(100 * ms), row, std::span(&work, 1));
        }
        const Event steal{.begin = tick(80 * ms), .end = tick(80 * ms), .id = 7, .victim = 0, .kind = EventKind::steal};
        writer.write_events(clock_at(100 * ms), 4, std::span(&steal, 1));
        const Event message{
            .begin = tick(60 * ms), .end = tick(70 * ms), .id = 5, .victim = 1, .kind = EventKind::message};
        writer.write_events(clock_at(100 * ms), 2, std::span(&message, 1));
        grainscope::trace::BoardImage board = grainscope::trace::BoardImage::empty(2);
        board.owners = {1, 3};
        writer.write_frame(clock_at(90 * ms), board);
        writeSamples(writer, 100 * ms, crewRows);
    });
    return std::make_shared<Recording>(grainscope::trace::testing::read_all(bytes));
}

QStringList column(const QAbstractItemModel& model, int number) {
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row) texts << model.index(row, number).data().toString();
    return texts;
}

QString heading(const QAbstractItemModel& model, int section) {
    return model.headerData(section, Qt::Horizontal, Qt::DisplayRole).toString();
}

const QStringList crewNames{u"IO thread 0"_s, u"blocking thread 0"_s, u"blocking thread 1"_s,
                            u"worker 0"_s,    u"worker 1"_s,          u"thread 0"_s};

}  // namespace

class RowNamesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void whereNoNoteSaysOtherwiseRowsAreWorkers() {
        const RowNames names(crewRecording(50 * ms));
        QCOMPARE(names.text(2), u"worker 2"_s);
        QVERIFY(names.areWorkers());
        QCOMPARE(names.heading(), u"Worker"_s);
        QCOMPARE(names.rowOfWorker(2), 2);
        QCOMPARE(RowNames().text(4095), u"worker 4095"_s);
    }

    void aNoteNamesRowsFromItsMomentOn() {
        const RowNames names(crewRecording());
        QCOMPARE(names.text(1, 20 * ms), u"worker 1"_s);
        QVERIFY(names.areWorkers(20 * ms));
        for (int row = 0; row < crewNames.size(); ++row) QCOMPARE(names.text(row, 60 * ms), crewNames[row]);
        QVERIFY(!names.areWorkers());
        QCOMPARE(names.heading(), u"Thread"_s);
        QCOMPARE(names.rowOfWorker(1), 4);
        QVERIFY(names.era(20 * ms) != names.era(60 * ms));
    }

    void aRowOfAnEarlierTimeIsNobodysNow() {
        const auto recording = crewRecording();
        recording->notes.push_back({90 * ms, NoteKind::rows, R"([{"name":"IO thread","rows":1}])"});
        const RowNames names(recording);
        QCOMPARE(names.text(0), u"IO thread 0"_s);
        QCOMPARE(names.text(4), u"row 4"_s);
    }

    void anEmptyListMeansWorkersAgain() {
        const auto recording = crewRecording();
        recording->notes.push_back({90 * ms, NoteKind::rows, "[]"});
        const RowNames names(recording);
        QCOMPARE(names.text(1, 89 * ms), u"blocking thread 0"_s);
        QCOMPARE(names.text(1), u"worker 1"_s);
    }

    void aNoteThatMakesNoSenseMeansWorkers_data() {
        QTest::addColumn<QString>("note");
        for (const char* note : {"", "{}", "[1]", R"([{"name":"","rows":3}])", R"([{"name":"IO thread","rows":0}])",
                                 R"([{"name":"IO thread","rows":-1}])", R"([{"name":"IO thread","rows":5000}])"})
            QTest::newRow(note) << QString::fromLatin1(note);
    }
    void aNoteThatMakesNoSenseMeansWorkers() {
        QFETCH(QString, note);
        const auto recording = crewRecording(50 * ms);
        recording->notes.push_back({0, NoteKind::rows, note.toStdString()});
        QCOMPARE(RowNames(recording).text(1), u"worker 1"_s);
    }

    void copiesShareWhatWasRead() {
        const auto recording = crewRecording(50 * ms);
        RowNames names(recording);
        const RowNames copy = names;
        recording->notes.push_back({50 * ms, NoteKind::rows, crewNote});
        QCOMPARE(copy.text(0), u"worker 0"_s);
        names.refresh();
        QCOMPARE(copy.text(0), u"IO thread 0"_s);
    }

    void lanesAreNamedByTheEndOfWhatIsVisible() {
        LaneModel lanes;
        const QAbstractItemModelTester tester(&lanes, QAbstractItemModelTester::FailureReportingMode::QtTest);
        lanes.setRecording(crewRecording());
        lanes.refresh({0, 100 * ms});
        QCOMPARE(column(lanes, LaneModel::WorkerColumn), crewNames);
        QCOMPARE(heading(lanes, LaneModel::WorkerColumn), u"Thread"_s);
        QSignalSpy renamed(&lanes, &QAbstractItemModel::headerDataChanged);
        lanes.refresh({0, 40 * ms});
        QCOMPARE(renamed.count(), 1);
        QCOMPARE(column(lanes, LaneModel::WorkerColumn)[1], u"worker 1"_s);
        QCOMPARE(heading(lanes, LaneModel::WorkerColumn), u"Worker"_s);
    }

    void aNoteThatComesWhileARecordingGrowsIsTakenIn() {
        const auto recording = crewRecording(50 * ms);
        LaneModel lanes;
        lanes.setRecording(recording);
        lanes.refresh({0, 100 * ms});
        QCOMPARE(lanes.laneName(0).text(), u"worker 0"_s);
        recording->notes.push_back({50 * ms, NoteKind::rows, crewNote});
        ++recording->version;
        QSignalSpy renamed(&lanes, &QAbstractItemModel::headerDataChanged);
        lanes.refresh({0, 100 * ms});
        QCOMPARE(lanes.laneName(0).text(), u"IO thread 0"_s);
        QCOMPARE(renamed.count(), 1);
    }

    void aStealGoesFromOneWorkersLaneToAnothers() {
        LaneModel lanes;
        lanes.setRecording(crewRecording());
        const auto steals = lanes.steals({0, 100 * ms}, 100);
        QCOMPARE(steals.size(), std::size_t{1});
        QCOMPARE(steals[0].thief, 4);
        QCOMPARE(steals[0].victim, 3);
        const auto hit = lanes.hit(4, 80 * ms, ms);
        QVERIFY(hit.has_value());
        const QString text = lanes.describe(*hit);
        QVERIFY2(text.startsWith(u"worker 1"_s) && text.endsWith(u"stole from worker 0"_s), qPrintable(text));
        QVERIFY(lanes.describe(*lanes.hit(1, 80 * ms, 0)).startsWith(u"blocking thread 0"_s));
        QVERIFY(lanes.describe(*lanes.hit(1, 20 * ms, 0)).startsWith(u"worker 1"_s));
    }

    void countersAndUtilisationUseTheSameNames() {
        const auto recording = crewRecording();
        CounterModel counters;
        counters.setRecording(recording);
        QCOMPARE(column(counters, CounterModel::WorkerColumn), crewNames + QStringList{u"all"_s});
        QCOMPARE(heading(counters, CounterModel::WorkerColumn), u"Thread"_s);
        counters.refresh(TimeRange{0, 40 * ms});
        QCOMPARE(column(counters, CounterModel::WorkerColumn)[0], u"worker 0"_s);

        UtilisationModel utilisation;
        utilisation.setRecording(recording);
        utilisation.refresh({0, 100 * ms}, 10);
        QCOMPARE(heading(utilisation, 3), u"blocking thread 1"_s);
        QCOMPARE(heading(utilisation, 7), u"Busy threads"_s);
        utilisation.refresh({0, 40 * ms}, 10);
        QCOMPARE(heading(utilisation, 3), u"worker 2"_s);
        QCOMPARE(heading(utilisation, 7), u"Busy workers"_s);
    }

    void theDataSayWhoWroteThem() {
        BoardModel board;
        board.setRecording(crewRecording());
        board.refresh();
        QCOMPARE(column(board, BoardModel::WorkerColumn), (QStringList{u"blocking thread 0"_s, u"worker 0"_s}));
        QVERIFY(board.sentence(0).endsWith(u"last written by blocking thread 0"_s));
        QCOMPARE(board.ownerName(2), u"blocking thread 1"_s);
    }

    void stagesAndMessagesOfThreadsAreNotCalledWorkers() {
        PipelineModel pipeline;
        LifeModel life(pipeline);
        pipeline.setRecording(crewRecording());
        pipeline.refresh(75 * ms);
        QVERIFY(pipeline.diagram());
        QCOMPARE(pipeline.rowName(3), u"worker 0"_s);
        QCOMPARE(pipeline.rowName(2), u"store"_s);
        QVERIFY(stageText(pipeline, 0).contains(u"IO thread 0"_s));
        QVERIFY(stageText(pipeline, 1).contains(u"blocking thread 0 to blocking thread 1"_s));
        life.choose(0);
        QCOMPARE(column(life, LifeModel::WorkerColumn), QStringList{u"blocking thread 1"_s});
        QCOMPARE(heading(life, LifeModel::WorkerColumn), u"Thread"_s);
    }

    void theExplanationSpeaksOfThreads() {
        LaneModel lanes;
        lanes.setRecording(crewRecording());
        lanes.refresh({0, 100 * ms});
        const QString text = explain(lanes, {50 * ms, 100 * ms});
        QVERIFY2(text.startsWith(u"Largest loss: threads are blocked"_s), qPrintable(text));
        lanes.refresh({0, 40 * ms});
        QVERIFY(explain(lanes, {0, 40 * ms}).contains(u"workers are busy"_s));
    }
};

QTEST_GUILESS_MAIN(RowNamesTest)
#include "row_names_test.moc"
