#include <memory>

#include <QAbstractItemModelTester>
#include <QFile>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include "ui/models/parameter_model.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using Kind = ParameterDescription::Kind;

namespace {

ParameterDescription number(const QString& name, double low, double high, qlonglong value) {
    ParameterDescription parameter;
    parameter.name = name;
    parameter.label = name;
    parameter.minimum = low;
    parameter.maximum = high;
    parameter.defaultValue = value;
    parameter.logarithmic = true;
    return parameter;
}

WorkloadDescription quicksort() {
    WorkloadDescription workload;
    workload.name = u"quicksort"_s;
    workload.title = u"Quicksort"_s;
    workload.backends = {{u"grainscope"_s, u"Grainscope"_s, {}}, {u"tbb"_s, u"oneTBB"_s, u"not in this build"_s}};
    ParameterDescription threshold = number(u"threshold"_s, 16, 1048576, 1024);
    threshold.tunable = true;
    ParameterDescription pivot;
    pivot.name = u"pivot"_s;
    pivot.label = u"Pivot"_s;
    pivot.kind = Kind::choice;
    pivot.defaultValue = u"median3"_s;
    pivot.choices = {{u"first"_s, u"first"_s, {}}, {u"median3"_s, u"median of 3"_s, {}}};
    ParameterDescription parallel;
    parallel.name = u"parallel_partition"_s;
    parallel.label = u"Parallel partition"_s;
    parallel.kind = Kind::boolean;
    parallel.defaultValue = true;
    ParameterDescription slow;
    slow.name = u"slow"_s;
    slow.label = u"Slow"_s;
    slow.kind = Kind::real;
    slow.minimum = 0.5;
    slow.maximum = 100;
    slow.defaultValue = 1.0;
    ParameterDescription input;
    input.name = u"input"_s;
    input.label = u"Input"_s;
    input.kind = Kind::file;
    input.defaultValue = QString();
    workload.parameters = {number(u"n"_s, 1, 1e9, 10'000'000), threshold, pivot, parallel, slow, input};
    return workload;
}

WorkloadDescription fib() {
    WorkloadDescription workload;
    workload.name = u"fib"_s;
    workload.title = u"Fibonacci"_s;
    workload.parameters = {number(u"n"_s, 1, 50, 30)};
    return workload;
}

}  // namespace

class ParameterModelTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() {
        model_ = std::make_unique<ParameterModel>();
        tester_ = std::make_unique<QAbstractItemModelTester>(model_.get(),
                                                             QAbstractItemModelTester::FailureReportingMode::QtTest);
        model_->setWorkload(quicksort());
    }
    void cleanup() {
        tester_.reset();
        model_.reset();
    }

    void theFormHasTheBuiltInParametersFirstAndDefaultsEverywhere() {
        QStringList names;
        for (const auto& parameter : model_->parameters()) names << parameter.name;
        QCOMPARE(names, u"backend threads n threshold pivot parallel_partition slow input"_s.split(u' '));
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{1024}));
        QCOMPARE(model_->threads(), QThread::idealThreadCount());
        QCOMPARE(model_->backend(), u"grainscope"_s);
        QVERIFY(model_->isValid());
        QCOMPARE(model_->valueText(u"n"_s), u"10,000,000"_s);
        QCOMPARE(model_->valueText(u"pivot"_s), u"median of 3"_s);
    }

    void aWorkloadsOwnNumberOfThreadsIsLeftToIt() {
        WorkloadDescription pipeline = quicksort();
        pipeline.name = u"pipeline"_s;
        pipeline.threadsByDefault = 7;
        model_->setWorkload(pipeline);
        QCOMPARE(model_->value(ParameterModel::threadsName()).toInt(), 7);
        QCOMPARE(model_->threads(), 0);
        model_->setValue(ParameterModel::threadsName(), 5);
        QCOMPARE(model_->threads(), 5);
    }

    void argumentsAreAsTheCommandLineTakesThemAndLeaveOutEmptyFiles() {
        const QList<std::pair<QString, QString>> expected{{u"n"_s, u"10000000"_s},
                                                          {u"threshold"_s, u"1024"_s},
                                                          {u"pivot"_s, u"median3"_s},
                                                          {u"parallel_partition"_s, u"true"_s},
                                                          {u"slow"_s, u"1"_s}};
        QCOMPARE(model_->arguments(), expected);
    }

    void aWrongValueIsRefusedWithWhatWouldBeRight_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("words");
        QTest::newRow("too small") << u"threshold"_s << u"2"_s << u"between 16 and 1,048,576"_s;
        QTest::newRow("too large") << u"threads"_s << u"100000"_s << u"between 1 and 1,024"_s;
        QTest::newRow("negative") << u"threads"_s << u"-1"_s << u"between 1 and 1,024"_s;
        QTest::newRow("no number") << u"n"_s << u"many"_s << u"whole number"_s;
        QTest::newRow("half a number") << u"n"_s << u"1.5"_s << u"whole number"_s;
        QTest::newRow("no real number") << u"slow"_s << u"x"_s << u"must be a number"_s;
        QTest::newRow("no such choice") << u"pivot"_s << u"last"_s << u"first, median of 3"_s;
        QTest::newRow("missing backend") << u"backend"_s << u"tbb"_s << u"not in this build"_s;
        QTest::newRow("missing file") << u"input"_s << u"/nowhere/numbers.txt"_s << u"no file"_s;
        QTest::newRow("a folder") << u"input"_s << u"/"_s << u"is a folder"_s;
        QTest::newRow("no such parameter") << u"colour"_s << u"red"_s << u"no parameter"_s;
    }
    void aWrongValueIsRefusedWithWhatWouldBeRight() {
        QFETCH(QString, name);
        QFETCH(QString, text);
        QFETCH(QString, words);
        const QVariant before = model_->value(name);
        QSignalSpy changes(model_.get(), &ParameterModel::valueChanged);
        const QString problem = model_->setValueText(name, text);
        QVERIFY2(problem.contains(words), qPrintable(problem));
        QCOMPARE(model_->value(name), before);
        QCOMPARE(changes.size(), 0);
        QCOMPARE(model_->undoStack()->count(), 0);
    }

    void textIsTakenAsPeopleTypeIt() {
        QCOMPARE(model_->setValueText(u"n"_s, u"1e6"_s), QString());
        QCOMPARE(model_->value(u"n"_s), QVariant(qlonglong{1'000'000}));
        QCOMPARE(model_->setValueText(u"n"_s, u"20 M"_s), QString());
        QCOMPARE(model_->value(u"n"_s), QVariant(qlonglong{20'000'000}));
        QCOMPARE(model_->setValueText(u"pivot"_s, u"FIRST"_s), QString());
        QCOMPARE(model_->value(u"pivot"_s), QVariant(u"first"_s));
        QCOMPARE(model_->setValueText(u"parallel_partition"_s, u"off"_s), QString());
        QCOMPARE(model_->value(u"parallel_partition"_s), QVariant(false));
    }

    void aChangeSignalsItsNameAndValueOnce() {
        QSignalSpy changes(model_.get(), &ParameterModel::valueChanged);
        model_->setValue(u"threshold"_s, 64);
        QCOMPARE(changes.size(), 1);
        QCOMPARE(changes.first(), (QVariantList{u"threshold"_s, QVariant::fromValue(QVariant(qlonglong{64}))}));
        model_->setValue(u"threshold"_s, 64);
        QCOMPARE(changes.size(), 1);
    }

    void everyChangeCanBeUndoneAndRedone() {
        model_->setValue(u"threshold"_s, 64);
        model_->setValue(u"pivot"_s, u"first"_s);
        model_->undoStack()->undo();
        QCOMPARE(model_->value(u"pivot"_s), QVariant(u"median3"_s));
        model_->undoStack()->undo();
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{1024}));
        model_->undoStack()->redo();
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{64}));
    }

    void aDragIsOneStep() {
        const int start = model_->position(u"threshold"_s);
        model_->beginDrag(u"threshold"_s);
        for (int position = start; position <= start + 5; ++position) model_->setPosition(u"threshold"_s, position);
        model_->endDrag();
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{32768}));
        QCOMPARE(model_->undoStack()->count(), 1);
        model_->undoStack()->undo();
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{1024}));
    }

    void twoDragsAreTwoStepsAndTypedValuesNeverMerge() {
        for (const int position : {2, 3}) {
            model_->beginDrag(u"threshold"_s);
            model_->setPosition(u"threshold"_s, position);
            model_->endDrag();
        }
        QCOMPARE(model_->undoStack()->count(), 2);
        model_->setValue(u"threshold"_s, 100);
        model_->setValue(u"threshold"_s, 200);
        QCOMPARE(model_->undoStack()->count(), 4);
    }

    void aDragThatComesBackLeavesNothingToUndo() {
        const int start = model_->position(u"threshold"_s);
        model_->beginDrag(u"threshold"_s);
        model_->setPosition(u"threshold"_s, start + 3);
        model_->setPosition(u"threshold"_s, start);
        model_->endDrag();
        QCOMPARE(model_->undoStack()->count(), 0);
    }

    void aTypedValueBetweenStopsSurvivesASliderThatStaysWhereItIs() {
        model_->setValue(u"threshold"_s, 1000);
        model_->setPosition(u"threshold"_s, model_->position(u"threshold"_s));
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{1000}));
    }

    void resetAllIsOneStep() {
        model_->setValue(u"threshold"_s, 64);
        model_->setValue(u"pivot"_s, u"first"_s);
        const int before = model_->undoStack()->count();
        model_->resetAll();
        QCOMPARE(model_->undoStack()->count(), before + 1);
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{1024}));
        model_->undoStack()->undo();
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{64}));
        QCOMPARE(model_->value(u"pivot"_s), QVariant(u"first"_s));
    }

    void eachWorkloadKeepsItsOwnValues() {
        model_->setValue(u"n"_s, 5000);
        model_->setWorkload(fib());
        QCOMPARE(model_->value(u"n"_s), QVariant(qlonglong{30}));
        QCOMPARE(model_->undoStack()->count(), 0);
        model_->setWorkload(quicksort());
        QCOMPARE(model_->value(u"n"_s), QVariant(qlonglong{5000}));
    }

    void stateSurvivesARestartThroughJson() {
        model_->setValue(u"threshold"_s, 64);
        model_->setValue(u"pivot"_s, u"first"_s);
        model_->setValue(u"slow"_s, 2.5);
        model_->setWorkload(fib());
        model_->setValue(u"n"_s, 40);
        const QByteArray kept = QJsonDocument(model_->toJson()).toJson();

        ParameterModel next;
        const QJsonObject state = QJsonDocument::fromJson(kept).object();
        next.restore(state);
        QCOMPARE(ParameterModel::workloadIn(state), u"fib"_s);
        next.setWorkload(fib());
        QCOMPARE(next.value(u"n"_s), QVariant(qlonglong{40}));
        next.setWorkload(quicksort());
        QCOMPARE(next.value(u"threshold"_s), QVariant(qlonglong{64}));
        QCOMPARE(next.value(u"pivot"_s), QVariant(u"first"_s));
        QCOMPARE(next.value(u"slow"_s), QVariant(2.5));
    }

    void whatDoesNotFitAKeptStateIsLeftOut() {
        model_->restore(
            QJsonDocument::fromJson(
                R"({"values": {"quicksort": {"threshold": 1, "pivot": "moon", "n": 77, "colour": 3, "slow": "x"}}})")
                .object());
        QCOMPARE(model_->value(u"threshold"_s), QVariant(qlonglong{1024}));
        QCOMPARE(model_->value(u"pivot"_s), QVariant(u"median3"_s));
        QCOMPARE(model_->value(u"slow"_s), QVariant(1.0));
        QCOMPARE(model_->value(u"n"_s), QVariant(qlonglong{77}));
    }

    void aFileThatGoesMissingMakesTheFormInvalid() {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"numbers.txt"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        QCOMPARE(model_->setValue(u"input"_s, path), QString());
        QVERIFY(model_->isValid());
        QCOMPARE(model_->arguments().constLast(), (std::pair<QString, QString>{u"input"_s, path}));
        QVERIFY(file.remove());
        QVERIFY(!model_->isValid());
        QVERIFY(model_->problem(u"input"_s).contains(path));
    }

    void aFolderIsWhatAFolderParameterTakes_data() {
        using Path = ParameterDescription::Path;
        QTest::addColumn<ParameterDescription::Path>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("words");
        QTest::newRow("folder to read") << Path::openFolder << u"%1"_s << QString();
        QTest::newRow("no such folder") << Path::openFolder << u"%1/none"_s << u"no folder"_s;
        QTest::newRow("a file") << Path::openFolder << u"%1/file"_s << u"needs a folder"_s;
        QTest::newRow("folder to write to") << Path::saveFolder << u"%1"_s << QString();
        QTest::newRow("folder to make") << Path::saveFolder << u"%1/none"_s << QString();
        QTest::newRow("nowhere to make it") << Path::saveFolder << u"%1/none/none"_s << u"no folder"_s;
        QTest::newRow("a file to write to") << Path::saveFolder << u"%1/file"_s << u"needs a folder"_s;
        QTest::newRow("a file or folder") << Path::openFileOrFolder << u"%1"_s << QString();
        QTest::newRow("the file") << Path::openFileOrFolder << u"%1/file"_s << QString();
        QTest::newRow("neither") << Path::openFileOrFolder << u"%1/none"_s << u"no file"_s;
        QTest::newRow("file to write") << Path::saveFile << u"%1/none"_s << QString();
        QTest::newRow("a folder to write") << Path::saveFile << u"%1"_s << u"needs a file"_s;
        QTest::newRow("a folder to open") << Path::openFile << u"%1"_s << u"needs a file"_s;
    }
    void aFolderIsWhatAFolderParameterTakes() {
        QFETCH(ParameterDescription::Path, path);
        QFETCH(QString, text);
        QFETCH(QString, words);
        QTemporaryDir folder;
        QFile file(folder.filePath(u"file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        WorkloadDescription workload = quicksort();
        workload.name = u"thumbnails"_s;
        workload.parameters.last().path = path;
        model_->setWorkload(workload);
        const QString problem = model_->setValue(u"input"_s, text.arg(folder.path()));
        if (words.isEmpty())
            QCOMPARE(problem, QString());
        else
            QVERIFY2(problem.contains(words), qPrintable(problem));
        const QModelIndex range = model_->index(model_->rowOf(u"input"_s), ParameterModel::RangeColumn);
        QCOMPARE(range.data().toString().contains(u"folder"_s),
                 path != ParameterDescription::Path::openFile && path != ParameterDescription::Path::saveFile);
    }

    void theTableIsEditableInItsValueColumn() {
        const int row = model_->rowOf(u"threshold"_s);
        QVERIFY(model_->setData(model_->index(row, ParameterModel::ValueColumn), u"4 k"_s));
        QCOMPARE(model_->index(row, ParameterModel::ValueColumn).data().toString(), u"4,000"_s);
        QVERIFY(!model_->setData(model_->index(row, ParameterModel::ValueColumn), u"nothing"_s));
        QVERIFY(!model_->setData(model_->index(row, ParameterModel::NameColumn), u"x"_s));
        QCOMPARE(model_->index(row, ParameterModel::RangeColumn).data().toString(), u"16 – 1,048,576"_s);
    }

  private:
    std::unique_ptr<ParameterModel> model_;
    std::unique_ptr<QAbstractItemModelTester> tester_;
};

QTEST_GUILESS_MAIN(ParameterModelTest)
#include "parameter_model_test.moc"
