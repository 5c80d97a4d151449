// The PIPELINE view: what is drawn where is asked of the layout and the models; pictures only tell that something
// moved.
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QFile>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QStackedLayout>
#include <QTemporaryDir>
#include <QTest>

#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/channel_strips.h>
#include <ui/views/main_window.h>
#include <ui/views/message_life.h>
#include <ui/views/pipeline_diagram_view.h>
#include <ui/views/pipeline_painter.h>
#include <ui/views/pipeline_view.h>
#include <ui/views/time_axis.h>

#include "sample_workloads.h"

using namespace grainscope::ui;

namespace {

constexpr Nanoseconds ms = 1'000'000;

QString recording(const char* name) { return QStringLiteral(RECORDINGS "/") + QString::fromLatin1(name); }

/// A window with a recording in the PIPELINE view.
struct Window {
    explicit Window(const char* file, QSize size = {1600, 1000})
        : settings(folder.filePath(QStringLiteral("s.ini"))), workspace(settings, QString()), window(workspace) {
        workspace.catalog.setWorkloads({test::quicksort(), test::fib()});
        window.resize(size);
        window.show();
        window.openFile(recording(file));
        window.showView(QStringLiteral("pipeline"));
        settle();
    }
    void settle() {
        for (int pass = 0; pass < 2; ++pass) {
            QCoreApplication::processEvents();
            window.settle();
        }
    }
    void look(Nanoseconds at) {
        workspace.time.setCursor(at);
        settle();
    }
    PipelineView& view() { return *window.findChild<PipelineView*>(); }
    PipelineDiagramView& diagram() { return view().diagram(); }
    template <class Widget>
    Widget* find(const char* name) {
        return window.findChild<Widget*>(QString::fromLatin1(name));
    }
    int page() { return view().findChild<QStackedLayout*>()->currentIndex(); }

    QTemporaryDir folder;
    Settings settings;
    Workspace workspace;
    MainWindow window;
};

/// How many px of a widget's picture have exactly this colour.
int count(QWidget& widget, const QColor& colour) {
    const QImage image = widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) found += image.pixel(x, y) == colour.rgb();
    return found;
}

}  // namespace

class PipelineViewTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        new Theme(*qApp);
        Theme::instance().setChoice(ThemeChoice::light);
    }
    void cleanup() { Theme::instance().setTextScale(1); }

    void aRecordingWithoutChannelsSaysWhatToDo() {
        Window w("two-workers.grainscope");
        QCOMPARE(w.page(), 0);
        bool said = false;
        for (const QLabel* label : w.view().findChildren<QLabel*>())
            said = said || label->text().startsWith(QStringLiteral("This recording has no channels."));
        QVERIFY(said);
    }

    void theSentenceNamesTheBottleneckHereAndInTheInspector() {
        Window w("pipeline.grainscope");
        QCOMPARE(w.page(), 1);
        const QString sentence = w.find<QLabel>("pipelineSentence")->text();
        QVERIFY2(sentence.startsWith(QStringLiteral("“compress” is the bottleneck")), qPrintable(sentence));
        const auto inInspector = [&] {
            for (const QLabel* label : w.find<QWidget>("inspector")->findChildren<QLabel*>())
                if (label->text() == sentence) return true;
            return false;
        };
        QVERIFY(inInspector());
        w.window.showView(QStringLiteral("live"));
        w.settle();
        QVERIFY(!inInspector());
    }

    void theInspectorSaysWhichToolFitsTheWholeRun() {
        Window w("two-workers.grainscope");
        w.window.showView(QStringLiteral("live"));
        w.settle();
        const auto inInspector = [&] {
            for (const QLabel* label : w.find<QWidget>("inspector")->findChildren<QLabel*>())
                if (label->text().contains(QStringLiteral("The whole run. CPU-bound: "))) return true;
            return false;
        };
        QVERIFY(inInspector());
        w.workspace.time.setSelection(TimeRange{50 * ms, 60 * ms});
        w.settle();
        QVERIFY(!inInspector());
    }

    void theCursorMovesTheLevelsAndTheDots() {
        Window w("pipeline.grainscope");
        QVERIFY(w.workspace.pipeline.isAtRest());
        QCOMPARE(w.workspace.pipeline.moment(), 260 * ms);
        w.look(12 * ms);
        const quint64 early = w.workspace.pipeline.channelNow(1)->reading.depth;
        const auto dotsEarly = w.diagram().dots().size();
        const QImage before = w.diagram().grab().toImage();
        w.look(260 * ms);
        QVERIFY(w.workspace.pipeline.channelNow(1)->reading.depth > early);
        QVERIFY(w.diagram().dots().size() > dotsEarly);
        QVERIFY(w.diagram().grab().toImage() != before);
    }

    void blockedSendersAreMarkedInThePicture() {
        Window w("pipeline.grainscope");
        w.look(11 * ms);
        QCOMPARE(w.workspace.pipeline.channelNow(0)->reading.blocked_senders, 0U);
        const int before = count(w.diagram(), tokens().loss);
        for (Nanoseconds at = 220 * ms; at < 320 * ms; at += 2 * ms) {
            w.look(at);
            if (w.workspace.pipeline.channelNow(0)->reading.blocked_senders > 0) break;
        }
        QVERIFY(w.workspace.pipeline.channelNow(0)->reading.blocked_senders > 0);
        QVERIFY(count(w.diagram(), tokens().loss) > before);
    }

    void aClickOnADotFollowsThatMessage() {
        Window w("pipeline.grainscope");
        w.look(260 * ms);
        const auto dots = w.diagram().dots();
        QVERIFY(!dots.empty());
        QTest::mouseClick(&w.diagram(), Qt::LeftButton, {}, dots.back().rect.center().toPoint());
        QCOMPARE(w.view().life().chosen(), std::optional(dots.back().message));
        const FollowedMessage* message = w.view().life().message();
        QVERIFY(message);
        QCOMPARE(w.view().life().rowCount(), static_cast<int>(message->hops.size()));
        QVERIFY(w.find<QWidget>("messageLife")->accessibleDescription().contains(QStringLiteral("compress")));
        QTest::keyClick(&w.diagram(), Qt::Key_Escape);
        QVERIFY(!w.view().life().chosen());
        QTest::keyClick(&w.diagram(), Qt::Key_Right);
        QVERIFY(w.view().life().chosen().has_value());
    }

    void dotsStandInsideTheDiagram() {
        for (const char* file : {"pipeline.grainscope", "multiplexer.grainscope"}) {
            Window w(file);
            for (Nanoseconds at = 10 * ms; at < 400 * ms; at += 37 * ms) {
                w.look(at);
                for (const MessageDot& dot : w.diagram().dots()) {
                    QVERIFY(QRectF(w.diagram().rect()).contains(dot.rect));
                    QVERIFY(dot.rect.width() >= 8 && (dot.label.isEmpty() || dot.rect.height() > 12));
                }
            }
        }
    }

    void spacePlaysAndTheCursorMoves() {
        Window w("pipeline.grainscope");
        w.look(100 * ms);
        QTest::keyClick(&w.diagram(), Qt::Key_Space);
        QVERIFY(w.view().motion().isPlaying());
        QVERIFY(w.view().motion().slowdown() > 1);
        w.view().motion().advance(1000 * ms);
        QVERIFY(*w.workspace.time.cursor() > 100 * ms);
        QTest::mouseClick(w.find<QPushButton>("slowMotionPlay"), Qt::LeftButton);
        QVERIFY(!w.view().motion().isPlaying());
    }

    void stripsShareTheAxisOfTheLanes() {
        Window w("pipeline.grainscope");
        ChannelStrips& strips = w.view().strips();
        auto* lanes = w.find<QWidget>("pipelineLanes");
        QCOMPARE(strips.mapTo(&w.window, QPoint(timeGutter(), 0)).x(),
                 lanes->mapTo(&w.window, QPoint(timeGutter(), 0)).x());
        QCOMPARE(strips.width(), lanes->width());
        QTest::mouseClick(&strips, Qt::LeftButton, {}, strips.stripRect(0).center());
        QVERIFY(w.workspace.time.cursor().has_value());
        QVERIFY(std::abs(*w.workspace.time.cursor() - w.workspace.time.visible().length() / 2) < 2 * ms);
    }

    void boxesHoldTheirTextAtEverySize() {
        for (const double scale : {1.0, 1.6}) {
            Theme::instance().setTextScale(scale);
            Window w("multiplexer.grainscope", {1100, 800});
            const PipelineLayout& layout = w.diagram().layoutNow();
            QVERIFY(layout.neededHeight() <= w.diagram().height());
            const QFontMetricsF metrics(Theme::instance().font(Type::strong));
            const PipelineDiagram& diagram = *w.workspace.pipeline.diagram();
            for (int stage = 0; stage < diagram.stageCount(); ++stage) {
                const QRectF& box = layout.stages()[static_cast<std::size_t>(stage)];
                QVERIFY(box.right() <= w.diagram().width() && box.bottom() <= w.diagram().height());
                for (int i = 0; i < diagram.stage(stage).rows; ++i)
                    QVERIFY(box.contains(PipelinePainter::cell(diagram, layout, stage, i)));
                QVERIFY(box.height() > 3 * metrics.height());
            }
        }
    }

    void whatIsTooLongForItsPlaceIsInTheTooltip() {
        Window w("pipeline.grainscope");
        const PipelineLayout& layout = w.diagram().layoutNow();
        const QPointF margin(4, 12);
        const QString stage = w.diagram().textAt(layout.stages()[2].center() + margin);
        QVERIFY2(stage.contains(QStringLiteral("compress")) && stage.contains(QStringLiteral("busy")),
                 qPrintable(stage));
        const QString channel = w.diagram().textAt(layout.pipes()[1].body.center() + margin);
        QVERIFY2(channel.contains(QStringLiteral("parsed")) && channel.contains(QStringLiteral("64")),
                 qPrintable(channel));
        QVERIFY(w.diagram().textAt(QPointF(1, 1)).isEmpty());
    }

    void aScreenReaderSeesTables() {
        Window w("pipeline.grainscope");
        for (QWidget* widget : {static_cast<QWidget*>(&w.diagram()), static_cast<QWidget*>(&w.view().strips())}) {
            QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(widget);
            QCOMPARE(accessible->role(), QAccessible::Table);
            QVERIFY(!accessible->text(QAccessible::Name).isEmpty());
            QCOMPARE(accessible->tableInterface()->rowCount(), 3);
        }
        for (QWidget* widget : w.view().findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisibleTo(&w.window)) continue;
            const QString name = QAccessible::queryAccessibleInterface(widget)->text(QAccessible::Name);
            QVERIFY2(!name.isEmpty(), widget->metaObject()->className());
        }
    }

    void everyPictureIsExported() {
        Window w("multiplexer.grainscope");
        w.look(200 * ms);
        QTest::keyClick(&w.diagram(), Qt::Key_Right);
        for (const PlotSource& source : w.view().plots())
            for (const char* suffix : {"png", "svg", "pdf", "csv"}) {
                const QString path = w.folder.filePath(source.name + u'.' + QString::fromLatin1(suffix));
                const QString problem = exportSource(source, path);
                QVERIFY2(problem.isEmpty(), qPrintable(problem));
                QVERIFY2(QFile(path).size() > 50, qPrintable(path));
            }
    }

    void allLooksAreDrawn() {
        Window w("multiplexer.grainscope");
        w.look(260 * ms);
        QImage last;
        for (const ThemeChoice choice : {ThemeChoice::dark, ThemeChoice::highContrast, ThemeChoice::light}) {
            Theme::instance().setChoice(choice);
            w.settle();
            const QImage now = w.view().grab().toImage();
            qInfo("diagram %.2f ms, strips %.2f ms", w.diagram().drawMilliseconds(),
                  w.view().strips().drawMilliseconds());
            QVERIFY(now != last);
            last = now;
        }
    }

    void aDiagramThatMeansNoGoodIsDrawnAsItStands() {
        using grainscope::trace::NoteKind;
        const QByteArrayList notes{
            R"({"stages":[{"name":"<b>%1</b>","first_row":4000,"rows":90},{"name":"%2","first_row":0,"rows":0}],"channels":[
               {"name":"self","from":0,"to":0,"capacity":0},{"name":"","from":1,"to":0,"capacity":900000000000000},
               {"name":"back","from":0,"to":1,"capacity":null},{"name":"x","from":null,"to":1,"capacity":1}]})",
            R"({"stages":[{"name":"a","first_row":0,"rows":4096}],"channels":[{"name":"c","from":null,"to":0,"capacity":3}]})"};
        for (const QByteArray& note : notes) {
            auto hostile = std::make_shared<grainscope::trace::Recording>();
            hostile->notes.push_back({0, NoteKind::diagram, note.toStdString()});
            hostile->workers.resize(1);
            hostile->workers[0].messages = {{0, 5 * ms, 1, 4000}, {ms, 2 * ms, 1, 1}, {ms, 3 * ms, ~0ULL, 0}};
            hostile->channels.resize(2);
            hostile->channels[0].samples = {{0, {.depth = ~0ULL}}, {9 * ms, {.sent = ~0ULL, .received = ~0ULL}}};
            hostile->end = 10 * ms;
            hostile->version = 1;
            PipelineModel model;
            LifeModel life(model);
            TimeNavigator time;
            time.restart(false, 10 * ms);
            PipelineDiagramView diagram(model, life);
            ChannelStrips strips(model, time);
            MessageLife bar(model, life);
            model.setRecording(hostile);
            for (const Nanoseconds at : {Nanoseconds{0}, ms, 4 * ms, 10 * ms}) {
                model.refresh(at);
                QVERIFY(model.diagram());
                model.takeFigures({0, 10 * ms});
                life.chooseNeighbour(1);
                for (QWidget* widget : std::initializer_list<QWidget*>{&diagram, &strips, &bar}) {
                    widget->resize(500, 400);
                    QVERIFY(!widget->grab().isNull());
                }
                QVERIFY(!model.sentence().isEmpty());
            }
        }
    }

    void nothingIsDoneWhileItIsHidden() {
        Window w("two-workers.grainscope");
        w.window.showView(QStringLiteral("live"));
        w.window.openFile(recording("pipeline.grainscope"));
        w.window.showView(QStringLiteral("live"));
        w.settle();
        QVERIFY(!w.workspace.pipeline.diagram());
        w.window.showView(QStringLiteral("pipeline"));
        w.settle();
        QVERIFY(w.workspace.pipeline.diagram());
    }
};

QTEST_MAIN(PipelineViewTest)
#include "pipeline_view_test.moc"
