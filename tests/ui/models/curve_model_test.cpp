#include <memory>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "ui/models/curve_model.h"
#include "ui/models/format.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using grainscope::trace::Note;
using grainscope::trace::NoteKind;
using grainscope::trace::Recording;

namespace {

std::string point(int threads, int threshold, double median, const char* backend = "grainscope") {
    return QStringLiteral(R"({"threads": %1, "backend": "%4", "parameters": {"n": 1000, "threshold": %2},
        "samples_ns": [1, 2, 3], "median_ns": %3, "ci95_ns": [%5, %6], "speedup": %7, "speedup_ci95": null, "efficiency": %8})")
        .arg(threads)
        .arg(threshold)
        .arg(median)
        .arg(QLatin1StringView(backend))
        .arg(median * 0.9)
        .arg(median * 1.1)
        .arg(1000 / median)
        .arg(1000 / median / threads)
        .toStdString();
}

std::shared_ptr<Recording> study() {
    auto recording = std::make_shared<Recording>();
    recording->metadata = R"({"workload": "quicksort", "backend": "grainscope"})";
    return recording;
}

void add(Recording& recording, NoteKind kind, std::string text) {
    recording.notes.push_back({.at = 0, .kind = kind, .text = std::move(text)});
    ++recording.version;
}

}  // namespace

class CurveModelTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void pointsArriveOneByOneInOrderOfThreads() {
        const auto recording = study();
        CurveModel model(CurveModel::Kind::speedup);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy changes(&model, &CurveModel::changed);
        model.setRecording(recording);
        changes.clear();
        add(*recording, NoteKind::point, point(4, 64, 300));
        add(*recording, NoteKind::point, point(1, 64, 1000));
        QVERIFY(model.refresh());
        QCOMPARE(changes.size(), 1);
        QVERIFY(!model.refresh());
        add(*recording, NoteKind::point, point(2, 64, 520));
        QVERIFY(model.refresh());
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.xName(), u"threads"_s);
        QCOMPARE(model.points()[1].x, 2.0);
        QCOMPARE(model.bestPoint(), 2);
        QVERIFY(!model.hasResult());
        QCOMPARE(model.conclusion(), QString());
        QCOMPARE(model.index(1, CurveModel::SpeedupColumn).data().toString(), u"1.92×"_s);
        QCOMPARE(model.index(1, CurveModel::SpeedupIntervalColumn).data().toString(), unknownText());
    }

    void aPointMeasuredAgainReplacesItself() {
        const auto recording = study();
        add(*recording, NoteKind::point, point(2, 64, 520));
        add(*recording, NoteKind::point, point(2, 64, 500));
        CurveModel model(CurveModel::Kind::speedup);
        model.setRecording(recording);
        QCOMPARE(model.points().size(), std::size_t{1});
        QCOMPARE(model.points()[0].median, 500.0);
    }

    void theSequentialBaseIsNoPointOfTheCurve() {
        const auto recording = study();
        add(*recording, NoteKind::point, point(1, 64, 900, "sequential"));
        add(*recording, NoteKind::point, point(1, 64, 1000));
        CurveModel model(CurveModel::Kind::speedup);
        model.setRecording(recording);
        QCOMPARE(model.points().size(), std::size_t{1});
        QCOMPARE(model.points()[0].backend, u"grainscope"_s);
    }

    void theResultBringsTheModelsAndTheirLines() {
        const auto recording = study();
        add(*recording, NoteKind::result, R"({"points": [)" + point(1, 64, 1000) + "," + point(2, 64, 600) + R"(],
                "base": {"backend": "sequential", "threads": 1, "median_ns": 1000},
                "models": {"amdahl": {"serial_fraction": 0.2},
                           "usl": {"sigma": 0.2, "kappa": 0.01, "lambda": 1.0, "peak_threads": 8.9}}})");
        CurveModel model(CurveModel::Kind::speedup);
        model.setRecording(recording);
        QVERIFY(model.hasResult());
        QCOMPARE(model.serialFraction(), std::optional(0.2));
        QCOMPARE(model.usl()->peakThreads, std::optional(8.9));
        const auto amdahl = model.amdahlLine(4);
        QCOMPARE(amdahl.first(), QPointF(1, 1));
        QCOMPARE(amdahl.last().x(), 4.0);
        QCOMPARE(amdahl.last().y(), 1 / (0.2 + 0.8 / 4));
        QCOMPARE(model.uslLine(2).last().y(), 2 / (1 + 0.2 + 0.01 * 2));
        QCOMPARE(CurveModel::idealLine(4), (QList<QPointF>{{1, 1}, {4, 4}}));
        QVERIFY(model.baseText().contains(u"sequential"_s));
        QVERIFY2(model.conclusion().contains(u"2 threads"_s), qPrintable(model.conclusion()));
        QVERIFY2(model.conclusion().contains(u"Amdahl"_s), qPrintable(model.conclusion()));
    }

    void modelsThatCouldNotBeFittedHaveNoLine() {
        const auto recording = study();
        add(*recording, NoteKind::result,
            R"({"points": [)" + point(1, 64, 1000) + R"(], "models": {"amdahl": null, "usl": null}})");
        CurveModel model(CurveModel::Kind::speedup);
        model.setRecording(recording);
        QVERIFY(!model.serialFraction() && !model.usl());
        QVERIFY(model.amdahlLine(8).isEmpty() && model.uslLine(8).isEmpty());
    }

    void aThresholdStudyNamesItsPlateau() {
        const auto recording = study();
        CurveModel threshold(CurveModel::Kind::threshold), speedup(CurveModel::Kind::speedup);
        QAbstractItemModelTester tester(&threshold, QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (const int value : {4096, 64, 1024})
            add(*recording, NoteKind::point, point(2, value, value == 1024 ? 500 : 900));
        threshold.setRecording(recording);
        speedup.setRecording(recording);
        QCOMPARE(threshold.xName(), u"threshold"_s);
        QCOMPARE(threshold.rowCount(), 3);
        QCOMPARE(threshold.points()[static_cast<std::size_t>(threshold.bestPoint())].x, 1024.0);
        QCOMPARE(speedup.rowCount(), 0);
        add(*recording, NoteKind::result,
            R"({"points": [], "over": "threshold", "plateau": [256, 2048], "recommended": 1024,
                                             "gain_over_default": 1.3, "gain_ci95": [1.2, 1.4]})");
        QVERIFY(threshold.refresh());
        QCOMPARE(threshold.plateau(), std::optional(std::pair(256.0, 2048.0)));
        QCOMPARE(threshold.recommended(), std::optional(1024.0));
        QCOMPARE(threshold.conclusion(),
                 u"256 to 2,048 are statistically the same; 1,024 is recommended. It is 1.30× as fast as "
                 "the default (1.20× – 1.40×)."_s);
    }

    void figuresOfPointsAreColumnsBehindTheOthers() {
        const auto recording = study();
        const auto with = [](std::string json, const char* figures) {
            return json.insert(json.rfind('}'), std::string(R"(, "figures": )") + figures);
        };
        CurveModel model(CurveModel::Kind::speedup);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRecording(recording);
        add(*recording, NoteKind::point, point(1, 64, 1000));
        QVERIFY(model.refresh());
        QCOMPARE(model.columnCount(), static_cast<int>(CurveModel::ColumnCount));
        add(*recording, NoteKind::point,
            with(point(1, 64, 1000),
                 R"([{"name":"peak_memory_bytes","label":"Peak memory","unit":"bytes","value":2.5e6}])"));
        add(*recording, NoteKind::point,
            with(point(2, 64, 500), R"([{"name":"peak_memory_bytes","label":"Peak memory","unit":"bytes","value":5e6},
                                        {"name":"p99_ns","label":"Latency, 99 %","unit":"ns","value":1500}])"));
        QVERIFY(model.refresh());
        QCOMPARE(model.columnCount(), CurveModel::ColumnCount + 2);
        QCOMPARE(model.figures().size(), std::size_t{2});
        const auto shown = [&](int row, int figure) {
            return model.index(row, CurveModel::ColumnCount + figure).data().toString().replace(QChar(0xa0), u' ');
        };
        QCOMPARE(shown(0, 0), u"2.50 MB"_s);
        QCOMPARE(shown(0, 1), unknownText());
        QCOMPARE(shown(1, 0), u"5 MB"_s);
        QCOMPARE(shown(1, 1), u"1.50 µs"_s);
        QCOMPARE(model.index(1, CurveModel::ColumnCount + 1).data(Qt::EditRole).toDouble(), 1500.0);
        QCOMPARE(model.headerData(CurveModel::ColumnCount, Qt::Horizontal).toString(), u"Peak memory"_s);
        QCOMPARE(model.headerData(CurveModel::ColumnCount + 2, Qt::Horizontal), QVariant());
        model.setRecording(study());
        QVERIFY(model.figures().empty());
    }

    void anOrdinaryRunIsNoCurve() {
        const auto recording = study();
        add(*recording, NoteKind::result, R"({"samples_ns": [1, 2], "median_ns": 1})");
        CurveModel model(CurveModel::Kind::speedup);
        model.setRecording(recording);
        QVERIFY(!model.hasResult());
        QCOMPARE(model.rowCount(), 0);
    }

    void anotherRecordingStartsAfresh() {
        const auto first = study();
        add(*first, NoteKind::result,
            R"({"points": [)" + point(1, 64, 1000) + R"(], "models": {"amdahl": {"serial_fraction": 0.2}}})");
        CurveModel model(CurveModel::Kind::speedup);
        model.setRecording(first);
        model.setRecording(study());
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(!model.serialFraction() && !model.hasResult());
    }
};

QTEST_GUILESS_MAIN(CurveModelTest)
#include "curve_model_test.moc"
