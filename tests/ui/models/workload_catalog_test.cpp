#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "ui/models/workload_tree_model.h"
#include "ui/session/workload_catalog.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;

class WorkloadCatalogTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() {
        qputenv("GRAINSCOPE_CLI", FAKE_PROGRAM);
        qunsetenv("FAKE_LIST_FAILURE");
    }

    void workloadsAreListedByTheProgram() {
        WorkloadCatalog catalog;
        QSignalSpy changes(&catalog, &WorkloadCatalog::changed);
        catalog.load();
        QCOMPARE(catalog.state(), WorkloadCatalog::State::loading);
        QVERIFY(changes.wait(20'000));
        QCOMPARE(catalog.state(), WorkloadCatalog::State::ready);
        QCOMPARE(catalog.workloads().size(), 2);
        const WorkloadDescription* sort = catalog.find(u"obedient"_s);
        QVERIFY(sort);
        QCOMPARE(sort->title, u"Obedient"_s);
        const ParameterDescription* threshold = sort->parameter(u"threshold"_s);
        QVERIFY(threshold);
        QCOMPARE(threshold->defaultValue, QVariant(qlonglong{1024}));
        QCOMPARE(threshold->maximum, 1048576.0);
        QVERIFY(threshold->logarithmic && threshold->tunable && threshold->live);
        QCOMPARE(sort->tunableParameter(), threshold);
        QCOMPARE(sort->parameter(u"pivot"_s)->choices.at(1).label, u"median of 3"_s);
    }

    void aParameterOfAnUnknownKindIsLeftToItsDefault() {
        WorkloadCatalog catalog;
        QSignalSpy changes(&catalog, &WorkloadCatalog::changed);
        catalog.load();
        QVERIFY(changes.wait(20'000));
        QVERIFY(!catalog.find(u"obedient"_s)->parameter(u"colour"_s));
    }

    void aBackendThatThisBuildLacksSaysWhy() {
        WorkloadCatalog catalog;
        QSignalSpy changes(&catalog, &WorkloadCatalog::changed);
        catalog.load();
        QVERIFY(changes.wait(20'000));
        const auto& backends = catalog.find(u"obedient"_s)->backends;
        QCOMPARE(backends.at(0).unavailableBecause, QString());
        QCOMPARE(backends.at(1).label, u"oneTBB"_s);
        QCOMPARE(backends.at(1).unavailableBecause, u"this build has no oneTBB"_s);
    }

    void aProgramThatFailsIsQuoted() {
        qputenv("FAKE_LIST_FAILURE", "the registry is on fire");
        WorkloadCatalog catalog;
        QSignalSpy changes(&catalog, &WorkloadCatalog::changed);
        catalog.load();
        QVERIFY(changes.wait(20'000));
        QCOMPARE(catalog.state(), WorkloadCatalog::State::failed);
        QVERIFY2(catalog.error().contains(u"the registry is on fire"_s), qPrintable(catalog.error()));
    }

    void aMissingProgramIsNamed() {
        qputenv("GRAINSCOPE_CLI", "/nowhere/grainscope");
        WorkloadCatalog catalog;
        QSignalSpy changes(&catalog, &WorkloadCatalog::changed);
        catalog.load();
        QCOMPARE(changes.size(), 1);
        QCOMPARE(catalog.state(), WorkloadCatalog::State::failed);
        QVERIFY2(catalog.error().contains(u"/nowhere/grainscope"_s), qPrintable(catalog.error()));
    }

    void anythingButAListOfWorkloadsIsRefusedInWords_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("words");
        QTest::newRow("no JSON") << QByteArray("Segmentation fault") << u"no JSON"_s;
        QTest::newRow("another document") << QByteArray(R"({"schema": 1})") << u"no “workloads”"_s;
        QTest::newRow("empty") << QByteArray(R"({"workloads": []})") << u"is empty"_s;
        QTest::newRow("nameless") << QByteArray(R"({"workloads": [{"title": "x"}]})") << u"without a name"_s;
    }
    void anythingButAListOfWorkloadsIsRefusedInWords() {
        QFETCH(QByteArray, json);
        QFETCH(QString, words);
        const auto parsed = parseWorkloads(json);
        QVERIFY(!parsed);
        QVERIFY2(parsed.error().contains(words), qPrintable(parsed.error()));
    }

    void aFileSaysWhatKindOfPathItIs_data() {
        QTest::addColumn<QByteArray>("parameter");
        QTest::addColumn<ParameterDescription::Path>("path");
        using Path = ParameterDescription::Path;
        QTest::newRow("open_file") << QByteArray(R"("name": "a", "path": "open_file")") << Path::openFile;
        QTest::newRow("save_file") << QByteArray(R"("name": "a", "path": "save_file")") << Path::saveFile;
        QTest::newRow("open_folder") << QByteArray(R"("name": "a", "path": "open_folder")") << Path::openFolder;
        QTest::newRow("save_folder") << QByteArray(R"("name": "a", "path": "save_folder")") << Path::saveFolder;
        QTest::newRow("either") << QByteArray(R"("name": "a", "path": "open_file_or_folder")")
                                << Path::openFileOrFolder;
        QTest::newRow("an older program's input") << QByteArray(R"("name": "input")") << Path::openFile;
        QTest::newRow("an older program's output") << QByteArray(R"("name": "output")") << Path::saveFile;
        QTest::newRow("a newer program's") << QByteArray(R"("name": "output", "path": "tape")") << Path::saveFile;
    }
    void aFileSaysWhatKindOfPathItIs() {
        QFETCH(QByteArray, parameter);
        QFETCH(ParameterDescription::Path, path);
        const auto parsed =
            parseWorkloads(R"({"workloads": [{"name": "w", "parameters": [{"kind": "file", )" + parameter + "}]}]}");
        QVERIFY(parsed);
        QCOMPARE(parsed->first().parameters.first().path, path);
    }

    void theTreeGroupsWorkloadsByCategory() {
        WorkloadCatalog catalog;
        WorkloadTreeModel tree(&catalog);
        QAbstractItemModelTester tester(&tree, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(tree.rowCount(), 0);
        WorkloadDescription quicksort{.name = u"quicksort"_s,
                                      .title = u"Quicksort"_s,
                                      .category = u"Sorting"_s,
                                      .summary = u"Splits."_s,
                                      .parameters = {},
                                      .backends = {}};
        WorkloadDescription fib = quicksort, merge = quicksort;
        fib.name = u"fib"_s;
        fib.category = u"Classics"_s;
        merge.name = u"merge-sort"_s;
        catalog.setWorkloads({quicksort, fib, merge});
        QCOMPARE(tree.rowCount(), 2);
        QCOMPARE(tree.index(0, 0).data().toString(), u"Sorting"_s);
        QCOMPARE(tree.rowCount(tree.index(0, 0)), 2);
        QVERIFY(!tree.index(0, 0).flags().testFlag(Qt::ItemIsSelectable));
        const QModelIndex found = tree.indexOf(u"merge-sort"_s);
        QVERIFY(found.isValid());
        QCOMPARE(found.parent(), tree.index(0, 0));
        QCOMPARE(found.data(WorkloadTreeModel::NameRole).toString(), u"merge-sort"_s);
        QCOMPARE(found.data(Qt::ToolTipRole).toString(), u"Splits."_s);
        QVERIFY(found.data(Qt::AccessibleTextRole).toString().contains(u"Splits."_s));
        QVERIFY(!tree.indexOf(u"bogosort"_s).isValid());
    }
};

QTEST_GUILESS_MAIN(WorkloadCatalogTest)
#include "workload_catalog_test.moc"
