// SCALE and TUNE: empty they say what fills them; filled they show and export the points.
#include <QAction>
#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <ui/models/curve_model.h>
#include <ui/theme/theme.h>
#include <ui/views/curve_marks.h>
#include <ui/views/figure_choice.h>
#include <ui/views/scale_view.h>
#include <ui/views/tune_view.h>
#include <ui/widgets/qcustomplot.h>

using namespace grainscope::ui;
namespace trace = grainscope::trace;

namespace {

/// With `figures`, every point tells its memory as well.
RecordingPtr threadStudy(bool figures) {
    auto recording = std::make_shared<trace::Recording>();
    for (const int threads : {1, 2, 4}) {
        const QString memory =
            QStringLiteral(
                R"(,"figures":[{"name":"peak_memory_bytes","label":"Peak memory","unit":"bytes","value":%1}])")
                .arg(threads * 1'000'000);
        const QString json =
            QStringLiteral(
                R"({"threads":%1,"backend":"grainscope","parameters":{},"samples_ns":[8,8,8],"median_ns":8,"speedup":%1,"efficiency":1%2})")
                .arg(threads)
                .arg(figures ? memory : QString());
        recording->notes.push_back({0, trace::NoteKind::point, json.toStdString()});
    }
    recording->version = 1;
    return recording;
}

/// How high the first dot of a view's first plot is.
double firstDot(const QWidget& view) { return view.findChild<QCustomPlot*>()->graph(0)->data()->constBegin()->value; }

RecordingPtr thresholdStudy() {
    auto recording = std::make_shared<trace::Recording>();
    for (const int threshold : {16, 256, 4096}) {
        const int median = threshold == 256 ? 10'000'000 : 20'000'000;
        const QString json =
            QStringLiteral(
                R"({"threads":2,"backend":"grainscope","parameters":{"threshold":%1},"samples_ns":[%2,%2,%2],"median_ns":%2,"ci95_ns":[%2,%2],"speedup":1.0,"speedup_ci95":[1,1],"efficiency":0.5})")
                .arg(threshold)
                .arg(median);
        recording->notes.push_back({0, trace::NoteKind::point, json.toStdString()});
    }
    recording->notes.push_back(
        {0, trace::NoteKind::result,
         R"({"schema":1,"points":[],"over":"threshold","plateau":[256,256],"recommended":256,"gain_over_default":1.2,"gain_ci95":[1.1,1.3]})"});
    recording->version = 1;
    return recording;
}

}  // namespace

class CurveViewsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { new Theme(*qApp); }

    void anEmptyViewHasTheButtonThatFillsIt() {
        CurveModel model(CurveModel::Kind::speedup);
        QAction sweep(QStringLiteral("Sweep threads"));
        QSignalSpy triggered(&sweep, &QAction::triggered);
        ScaleView view(model, &sweep);
        view.show();
        auto* button = view.findChild<QPushButton*>();
        QVERIFY(button && button->isVisible());
        QCOMPARE(button->text(), QStringLiteral("Sweep threads"));
        button->click();
        QCOMPARE(triggered.count(), 1);
        sweep.setEnabled(false);
        sweep.setToolTip(QStringLiteral("Choose a workload first."));
        QVERIFY(!button->isEnabled());
        QCOMPARE(button->toolTip(), QStringLiteral("Choose a workload first."));
    }

    void theRecommendedThresholdCanBeTaken() {
        CurveModel model(CurveModel::Kind::threshold);
        QAction sweep(QStringLiteral("Sweep threshold"));
        TuneView view(model, &sweep);
        view.resize(800, 500);
        view.show();
        model.setRecording(thresholdStudy());
        QCOMPARE(model.points().size(), std::size_t{3});
        QSignalSpy chosen(&view, &TuneView::valueChosen);
        for (auto* button : view.findChildren<QPushButton*>())
            if (button->isVisible()) button->click();
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().at(1).toDouble(), 256.0);
    }

    void aFigureCanStandOnTheVerticalAxisInsteadOfTheSpeedup() {
        CurveModel model(CurveModel::Kind::speedup);
        QAction sweep(QStringLiteral("Sweep threads"));
        ScaleView view(model, &sweep);
        view.resize(800, 500);
        view.show();
        auto* choice = view.findChild<FigureChoice*>();
        QVERIFY(!choice->isVisibleTo(&view));
        model.setRecording(threadStudy(true));
        QVERIFY(choice->isVisibleTo(&view));
        QCOMPARE(choice->count(), 2);
        QCOMPARE(firstDot(view), 1.0);
        choice->setCurrentIndex(1);
        Q_EMIT choice->activated(1);
        QCOMPARE(firstDot(view), 1e6);
        const auto* plot = view.findChild<QCustomPlot*>();
        QCOMPARE(plot->yAxis->label(), QStringLiteral("Peak memory"));
        QVERIFY(plot->accessibleName().contains(QStringLiteral("Peak memory")));
        QVERIFY(plot->yAxis->range().upper >= 4e6);
        QCOMPARE(view.plots().front().name, QStringLiteral("Peak memory"));
        model.setRecording(threadStudy(true));
        QCOMPARE(firstDot(view), 1e6);
        model.setRecording(threadStudy(false));
        QVERIFY(!choice->isVisibleTo(&view));
        QCOMPARE(firstDot(view), 1.0);
        QCOMPARE(plot->yAxis->label(), QStringLiteral("speedup"));
    }

    void aFigureCanStandOnTheVerticalAxisInsteadOfTheTime() {
        auto recording = std::make_shared<trace::Recording>(*thresholdStudy());
        for (auto& note : recording->notes)
            if (note.kind == trace::NoteKind::point)
                note.text.insert(note.text.rfind('}'),
                                 R"(,"figures":[{"name":"p99_ns","label":"Latency","unit":"ns","value":77}])");
        CurveModel model(CurveModel::Kind::threshold);
        QAction sweep(QStringLiteral("Sweep threshold"));
        TuneView view(model, &sweep);
        view.resize(800, 500);
        view.show();
        model.setRecording(recording);
        auto* choice = view.findChild<FigureChoice*>();
        QCOMPARE(firstDot(view), 20e6);
        choice->setCurrentIndex(1);
        Q_EMIT choice->activated(1);
        QCOMPARE(firstDot(view), 77.0);
        QCOMPARE(view.plots().front().name, QStringLiteral("Latency over threshold"));
        choice->setCurrentIndex(0);
        Q_EMIT choice->activated(0);
        QCOMPARE(firstDot(view), 20e6);
    }

    void aPlotIsExportedInEveryFormatAndAnUnknownOneIsRefusedInWords() {
        CurveModel model(CurveModel::Kind::threshold);
        QAction sweep(QStringLiteral("Sweep threshold"));
        TuneView view(model, &sweep);
        view.resize(800, 500);
        view.show();
        model.setRecording(thresholdStudy());
        QTemporaryDir folder;
        const PlotSource source = view.plots().front();
        for (const char* suffix : {"png", "svg", "pdf", "csv"}) {
            const QString path = folder.filePath(QStringLiteral("plot.") + QString::fromLatin1(suffix));
            QCOMPARE(exportSource(source, path), QString());
            QVERIFY2(QFileInfo(path).size() > 100, suffix);
        }
        QVERIFY(!QImage(folder.filePath(QStringLiteral("plot.png"))).isNull());
        QVERIFY(exportSource(source, folder.filePath(QStringLiteral("plot.xyz"))).contains(QStringLiteral("xyz")));
        QVERIFY(
            exportSource(source, QStringLiteral("/nowhere/plot.png")).contains(QStringLiteral("/nowhere/plot.png")));
    }

    void axesGrowInSteps() {
        QCOMPARE(axisStep(0.9), 1.0);
        QCOMPARE(axisStep(1.01), 1.5);
        QCOMPARE(axisStep(3.0), 3.0);
        QCOMPARE(axisStep(810), 1000.0);
        QCOMPARE(axisStep(0), 1.0);
    }
};

QTEST_MAIN(CurveViewsTest)
#include "curve_views_test.moc"
