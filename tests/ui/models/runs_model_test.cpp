#include <memory>

#include <QAbstractItemModelTester>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "ui/models/csv.h"
#include "ui/models/format.h"
#include "ui/models/runs_model.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;

namespace {

QJsonObject result(int threads, double median, bool correct = true, const char* backend = "grainscope") {
    return {{u"workload"_s, u"quicksort"_s},
            {u"backend"_s, QString::fromLatin1(backend)},
            {u"threads"_s, threads},
            {u"parameters"_s, QJsonObject{{u"n"_s, 10'000'000}, {u"threshold"_s, 1024}, {u"type"_s, u"u64"_s}}},
            {u"samples_ns"_s, QJsonArray{median, median, median}},
            {u"median_ns"_s, median},
            {u"ci95_ns"_s, QJsonArray{median * 0.99, median * 1.01}},
            {u"utilisation"_s, 0.87},
            {u"correct"_s, correct}};
}

const QDateTime noon(QDate(2026, 1, 2), QTime(12, 0), Qt::UTC);

QString shown(const RunsModel& model, int row, int column) {
    return model.index(row, column).data().toString().replace(QChar(0xa0), u' ');
}

}  // namespace

class RunsModelTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void aResultBecomesTheTopRow() {
        RunsModel model{QString()};
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(model.addResult(result(2, 812e6), u"Quicksort"_s, noon));
        QVERIFY(model.addResult(result(4, 500e6), u"Quicksort"_s, noon));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(shown(model, 0, RunsModel::RunColumn), u"2"_s);
        QCOMPARE(shown(model, 1, RunsModel::WorkloadColumn), u"Quicksort 10 M u64"_s);
        QCOMPARE(shown(model, 1, RunsModel::ThresholdColumn), u"1,024"_s);
        QCOMPARE(shown(model, 1, RunsModel::ThreadsColumn), u"2"_s);
        QCOMPARE(shown(model, 1, RunsModel::MedianColumn), u"812 ms"_s);
        QCOMPARE(shown(model, 1, RunsModel::IntervalColumn), u"804 – 820 ms"_s);
        QCOMPARE(shown(model, 1, RunsModel::SpeedupColumn), unknownText());
        QCOMPARE(shown(model, 1, RunsModel::UtilisationColumn), u"87 %"_s);
        QCOMPARE(shown(model, 1, RunsModel::AnswerColumn), u"✓ right"_s);
    }

    void whatIsNoRunIsNoRow() {
        RunsModel model{QString()};
        QVERIFY(!model.addResult({{u"points"_s, QJsonArray()}}, u"Quicksort"_s, noon));
        QVERIFY(!model.addResult({}, u"Quicksort"_s, noon));
        QCOMPARE(model.rowCount(), 0);
    }

    void whatIsUnknownIsADashAndNeverAZero() {
        RunsModel model{QString()};
        QVERIFY(model.addResult(
            {{u"workload"_s, u"fib"_s}, {u"samples_ns"_s, QJsonArray()}, {u"median_ns"_s, QJsonValue()}}, {}, noon));
        for (const int column : {RunsModel::ThresholdColumn, RunsModel::MedianColumn, RunsModel::IntervalColumn,
                                 RunsModel::SpeedupColumn, RunsModel::UtilisationColumn, RunsModel::AnswerColumn}) {
            QCOMPARE(shown(model, 0, column), unknownText());
        }
    }

    void speedupIsAgainstTheBestRunOfTheSameWorkOnOneThread() {
        RunsModel model{QString()};
        QJsonObject other = result(1, 100e6);
        QJsonObject parameters = other[u"parameters"].toObject();
        parameters[u"n"_s] = 1000;
        other[u"parameters"_s] = parameters;
        model.addResult(other, {}, noon);
        model.addResult(result(2, 500e6), {}, noon);
        QCOMPARE(shown(model, 0, RunsModel::SpeedupColumn), unknownText());
        model.addResult(result(1, 1000e6), {}, noon);
        model.addResult(result(1, 900e6, true, "sequential"), {}, noon);
        QCOMPARE(shown(model, 2, RunsModel::SpeedupColumn), u"1.80×"_s);
        model.addResult(result(1, 1e6, false), {}, noon);
        QCOMPARE(shown(model, 3, RunsModel::SpeedupColumn), u"1.80×"_s);
        QCOMPARE(shown(model, 0, RunsModel::SpeedupColumn), unknownText());
        QCOMPARE(shown(model, 0, RunsModel::AnswerColumn), u"✗ wrong"_s);
    }

    void runsSurviveARestart() {
        {
            RunsModel model(path());
            model.addResult(result(1, 900e6), u"Quicksort"_s, noon);
            model.addResult(result(2, 450e6, false), u"Quicksort"_s, noon);
        }
        RunsModel model(path());
        QVERIFY(model.warning().isEmpty());
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.runs()[0].number, 2);
        QCOMPARE(model.runs()[0].correct, std::optional(false));
        QCOMPARE(model.runs()[1].median, std::optional(900e6));
        QCOMPARE(model.runs()[1].interval, std::optional(std::pair(900e6 * 0.99, 900e6 * 1.01)));
        QCOMPARE(model.runs()[1].when, noon);
        model.addResult(result(2, 450e6), u"Quicksort"_s, noon);
        QCOMPARE(model.runs()[0].number, 3);
        model.remove(1);
        QCOMPARE(RunsModel(path()).rowCount(), 2);
        model.clear();
        QCOMPARE(RunsModel(path()).rowCount(), 0);
    }

    void whatARunToldBesidesItsTimeIsInItsTooltipAlsoAfterARestart() {
        const QString path = folder_->filePath(u"runs.json"_s);
        QJsonObject run = result(2, 812e6);
        run.insert(u"figures"_s, QJsonArray{QJsonObject{{u"name"_s, u"peak_memory_bytes"_s},
                                                        {u"label"_s, u"Peak memory"_s},
                                                        {u"unit"_s, u"bytes"_s},
                                                        {u"value"_s, 12.3e6}},
                                            QJsonObject{{u"name"_s, u"nothing"_s}, {u"value"_s, QJsonValue()}}});
        QVERIFY(RunsModel(path).addResult(run, u"Quicksort"_s, noon));
        const RunsModel again(path);
        QCOMPARE(again.runs()[0].figures.size(), std::size_t{1});
        const QString text = again.index(0, 0).data(Qt::ToolTipRole).toString().replace(QChar(0xa0), u' ');
        QVERIFY2(text.endsWith(u"\nPeak memory: 12.3 MB"_s), qPrintable(text));
    }

    void aDamagedFileIsSetAsideAndANewOneBegun_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("half a file") << QByteArray(R"({"schema":1,"runs":[{"number":1,)");
        QTest::newRow("another document") << QByteArray(R"({"schema":1,"points":[]})");
        QTest::newRow("another schema") << QByteArray(R"({"schema":2,"runs":[]})");
        QTest::newRow("noise") << QByteArray("\x00\xff\x13", 3);
        QTest::newRow("empty") << QByteArray();
    }
    void aDamagedFileIsSetAsideAndANewOneBegun() {
        QFETCH(QByteArray, bytes);
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
        file.close();
        RunsModel model(path());
        QCOMPARE(model.rowCount(), 0);
        QVERIFY2(model.warning().contains(u".damaged"_s), qPrintable(model.warning()));
        QFile aside(path() + u".damaged"_s);
        QVERIFY(aside.open(QIODevice::ReadOnly));
        QCOMPARE(aside.readAll(), bytes);
        QVERIFY(model.addResult(result(2, 450e6), {}, noon));
        QCOMPARE(RunsModel(path()).rowCount(), 1);
    }

    void rowsInAFileThatMakeNoSenseAreLeftOut() {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"schema":1,"runs":[{"number":1,"workload":"fib"},{"number":"x"},17,null]})");
        file.close();
        QCOMPARE(RunsModel(path()).rowCount(), 1);
    }

    void aFolderThatCannotBeWrittenIsSaidToBe() {
        RunsModel model(u"/proc/nowhere/runs.json"_s);
        QSignalSpy warnings(&model, &RunsModel::warningChanged);
        QVERIFY(model.addResult(result(2, 450e6), {}, noon));
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(warnings.size() > 0);
        QVERIFY2(model.warning().contains(u"/proc/nowhere/runs.json"_s), qPrintable(model.warning()));
    }

    void anyTableExportsAsCsv() {
        RunsModel model{QString()};
        model.addResult(result(2, 812e6), u"The \"quick\", sort"_s, noon);
        const QStringList lines = toCsv(model).split(u"\r\n"_s);
        QCOMPARE(lines.size(), 3);
        QCOMPARE(lines[0], u"Run,Workload,Threshold,Threads,Median,95 % interval,Speedup,Utilisation,Answer"_s);
        QCOMPARE(lines[1],
                 u"1,\"The \"\"quick\"\", sort 10\u00a0M u64\",1024,2,812000000,803880000 820120000,,0.87,✓ right"_s);
        const QString file = folder_->filePath(u"runs.csv"_s);
        QVERIFY(exportCsv(model, file));
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(written.readAll()), toCsv(model));
        const auto refused = exportCsv(model, u"/proc/nowhere/runs.csv"_s);
        QVERIFY(!refused);
        QVERIFY(refused.error().contains(u"/proc/nowhere/runs.csv"_s));
    }

  private:
    QString path() const { return folder_->filePath(u"runs.json"_s); }
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(RunsModelTest)
#include "runs_model_test.moc"
