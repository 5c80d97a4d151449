// The window: its form, its keys, its names, its memory, and what it does when a child fails.
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QStandardItemModel>
#include <QTabBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <QWheelEvent>

#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/inspector.h>
#include <ui/views/main_window.h>
#include <ui/views/window_actions.h>
#include <ui/widgets/banner.h>

#include "engine/tests/trace_synthetic.h"
#include "sample_workloads.h"

using namespace grainscope::ui;

namespace {

QString recording(const char* name) { return QStringLiteral(RECORDINGS "/") + QString::fromLatin1(name); }

/// A window on settings of its own, with the sample workloads.
struct Window {
    explicit Window(const QString& settingsPath)
        : settings(settingsPath), workspace(settings, QString()), window(workspace) {
        workspace.catalog.setWorkloads({test::quicksort(), test::fib()});
        window.show();
    }
    template <class Widget>
    Widget* find(const char* name) {
        return window.findChild<Widget*>(QString::fromLatin1(name));
    }
    QAction* action(const QString& text) {
        for (QAction* action : window.actions())
            if (QString(action->text()).remove(u'&') == text) return action;
        return nullptr;
    }
    QString banner() {
        return window.findChild<Banner*>()->isVisible() ? window.findChild<Banner*>()->sentence() : QString();
    }

    Settings settings;
    Workspace workspace;
    MainWindow window;
};

}  // namespace

class MainWindowTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        new Theme(*qApp);
        QVERIFY(folder.isValid());
    }

    void init() { settingsPath = folder.filePath(QStringLiteral("%1.ini").arg(++count)); }

    void quicksortIsChosenAtTheFirstStart() {
        Window w(settingsPath);
        QCOMPARE(w.workspace.parameters.workload().name, QStringLiteral("quicksort"));
        QCOMPARE(w.find<QTreeView>("workloads")->currentIndex().data().toString(), QStringLiteral("Quicksort"));
        QVERIFY(w.action(QStringLiteral("Run"))->isEnabled());
    }

    void theFormHasAControlForEveryKindOfParameter() {
        Window w(settingsPath);
        QVERIFY(w.find<QSlider>("thresholdSlider"));
        QCOMPARE(w.find<QLineEdit>("thresholdEdit")->text(), QStringLiteral("32"));
        QCOMPARE(w.find<QComboBox>("pivotBox")->currentText(), QStringLiteral("median of 3"));
        QVERIFY(!w.find<QCheckBox>("parallel-partitionCheck")->isChecked());
        QVERIFY(w.find<QLineEdit>("inputEdit"));
        QVERIFY(w.find<QSlider>("threadsSlider"));
    }

    void theButtonOfAFileOpensTheDialogForIt_data() {
        using Path = ParameterDescription::Path;
        QTest::addColumn<ParameterDescription::Path>("path");
        QTest::addColumn<int>("fileMode");
        QTest::addColumn<int>("acceptMode");
        QTest::newRow("open a file") << Path::openFile << int{QFileDialog::ExistingFile}
                                     << int{QFileDialog::AcceptOpen};
        QTest::newRow("save a file") << Path::saveFile << int{QFileDialog::AnyFile} << int{QFileDialog::AcceptSave};
        QTest::newRow("open a folder") << Path::openFolder << int{QFileDialog::Directory}
                                       << int{QFileDialog::AcceptOpen};
        QTest::newRow("save a folder") << Path::saveFolder << int{QFileDialog::Directory}
                                       << int{QFileDialog::AcceptOpen};
    }
    void theButtonOfAFileOpensTheDialogForIt() {
        QFETCH(ParameterDescription::Path, path);
        QFETCH(int, fileMode);
        QFETCH(int, acceptMode);
        Window w(settingsPath);
        WorkloadDescription workload = test::quicksort();
        workload.name = QStringLiteral("thumbnails");
        workload.parameters.last().path = path;
        w.workspace.catalog.setWorkloads({workload});
        w.workspace.chooseWorkload(workload.name);
        bool asked = false;
        QTimer::singleShot(0, [&] {
            auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
            if (!dialog) return;
            asked = dialog->fileMode() == fileMode && dialog->acceptMode() == acceptMode;
            dialog->reject();
        });
        w.find<QPushButton>("inputBrowse")->click();
        QVERIFY(asked);
        QCOMPARE(w.workspace.parameters.value(QStringLiteral("input")).toString(), QString());
    }

    void aFileOrFolderIsAskedForByAMenu() {
        Window w(settingsPath);
        WorkloadDescription workload = test::quicksort();
        workload.name = QStringLiteral("word-count");
        workload.parameters.last().path = ParameterDescription::Path::openFileOrFolder;
        w.workspace.catalog.setWorkloads({workload});
        w.workspace.chooseWorkload(workload.name);
        const QMenu* menu = w.find<QPushButton>("inputBrowse")->menu();
        QVERIFY(menu);
        QCOMPARE(menu->actions().size(), 2);
        for (QAction* action : menu->actions()) {
            const auto expected =
                action == menu->actions().first() ? QFileDialog::ExistingFile : QFileDialog::Directory;
            bool asked = false;
            QTimer::singleShot(0, [&] {
                auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
                if (!dialog) return;
                asked = dialog->fileMode() == expected;
                dialog->reject();
            });
            action->trigger();
            QVERIFY2(asked, qPrintable(action->text()));
        }
    }

    void whatARunToldBesidesItsTimeStandsInTheInspector() {
        Window w(settingsPath);
        const auto* figures = w.find<QLabel>("runFigures");
        QVERIFY(!figures->isVisibleTo(&w.window));
        const QString path = folder.filePath(QStringLiteral("figures.grainscope"));
        const auto bytes = grainscope::trace::testing::encode([](grainscope::trace::StreamWriter& writer) {
            using grainscope::trace::testing::clock_at;
            writer.write_header(clock_at(0), 1, R"({"workload":"quicksort"})");
            writer.write_close(
                clock_at(1000),
                R"({"workload":"quicksort","samples_ns":[1],"figures":[{"name":"peak_memory_bytes","label":"Peak memory","unit":"bytes","value":12.3e6},{"name":"p99_ns","label":"Latency, 99 %","unit":"ns","value":4560000}]})");
        });
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        file.close();
        QCOMPARE(w.workspace.open(path), QString());
        w.find<Inspector>("inspector")->takeReadouts();
        QVERIFY(figures->isVisibleTo(&w.window));
        QCOMPARE(figures->text().replace(QChar(0xa0), u' '),
                 QStringLiteral("Peak memory: 12.3 MB\nLatency, 99 %: 4.56 ms"));
        QCOMPARE(w.workspace.open(recording("two-workers.grainscope")), QString());
        w.find<Inspector>("inspector")->takeReadouts();
        QVERIFY(!figures->isVisibleTo(&w.window));
    }

    void aBackendThatIsNotThereIsDisabledAndSaysWhy() {
        Window w(settingsPath);
        auto* box = w.find<QComboBox>("backendBox");
        auto* item = qobject_cast<QStandardItemModel*>(box->model())->item(box->findData(QStringLiteral("tbb")));
        QVERIFY(!item->isEnabled());
        QCOMPARE(item->toolTip(), QStringLiteral("not built in"));
    }

    void theThresholdSliderGoesByPowersOfTwo() {
        Window w(settingsPath);
        auto* slider = w.find<QSlider>("thresholdSlider");
        const int position = slider->value();
        slider->setValue(position + 1);
        QCOMPARE(w.workspace.parameters.value(QStringLiteral("threshold")).toLongLong(), 64);
        QCOMPARE(w.find<QLineEdit>("thresholdEdit")->text(), QStringLiteral("64"));
    }

    void theWheelTurnsNoKnobThatWasNotChosen() {
        Window w(settingsPath);
        auto* slider = w.find<QSlider>("thresholdSlider");
        const int before = slider->value();
        const auto turn = [&] {
            const QPointF at = slider->rect().center();
            QWheelEvent wheel(at, slider->mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(slider, &wheel);
            return wheel.isAccepted();
        };
        slider->clearFocus();
        turn();
        QCOMPARE(slider->value(), before);
        w.window.activateWindow();
        slider->setFocus();
        QTRY_VERIFY(slider->hasFocus());
        turn();
        QVERIFY(slider->value() != before);
    }
    void aTypedValueMovesTheSliderAndUndoTakesItBack() {
        Window w(settingsPath);
        auto* edit = w.find<QLineEdit>("nEdit");
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, QStringLiteral("2M"));
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(w.workspace.parameters.value(QStringLiteral("n")).toLongLong(), 2'000'000);
        w.action(QStringLiteral("Undo"))->trigger();
        QCOMPARE(w.workspace.parameters.value(QStringLiteral("n")).toLongLong(), 10'000'000);
        QVERIFY(edit->text().startsWith(QStringLiteral("10,000,000")) ||
                edit->text().startsWith(QStringLiteral("10000000")));
        QVERIFY(w.action(QStringLiteral("Redo"))->isEnabled());
    }

    void aTypedValueThatIsNoneIsRefusedInWords() {
        Window w(settingsPath);
        auto* edit = w.find<QLineEdit>("thresholdEdit");
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, QStringLiteral("many"));
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(!w.banner().isEmpty());
        QCOMPARE(w.workspace.parameters.value(QStringLiteral("threshold")).toLongLong(), 32);
    }

    void choosingAnotherWorkloadMakesAnotherForm() {
        Window w(settingsPath);
        w.workspace.chooseWorkload(QStringLiteral("fib"));
        QVERIFY(!w.find<QSlider>("thresholdSlider"));
        QVERIFY(w.find<QSlider>("nSlider"));
        QAction* sweep = w.action(QStringLiteral("Sweep threshold"));
        QVERIFY(!sweep->isEnabled());
        QVERIFY(sweep->toolTip().contains(QStringLiteral("no threshold")));
    }

    void everyControlHasAnAccessibleName() {
        Window w(settingsPath);
        w.window.openFile(recording("two-workers.grainscope"));
        int controls = 0;
        for (QWidget* widget : w.window.findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisibleTo(&w.window)) continue;
            ++controls;
            QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(widget);
            QVERIFY(accessible);
            QString path;
            for (const QObject* at = widget; at; at = at->parent())
                path.prepend(QStringLiteral("/%1(%2)").arg(QString::fromLatin1(at->metaObject()->className()),
                                                           at->objectName()));
            QVERIFY2(!accessible->text(QAccessible::Name).isEmpty(), qPrintable(path));
        }
        QVERIFY(controls > 25);
    }

    void everyControlIsReachedByTab() {
        Window w(settingsPath);
        w.window.openFile(recording("two-workers.grainscope"));
        QSet<const QWidget*> reached;
        const QWidget* at = &w.window;
        do {
            reached << at;
            at = at->nextInFocusChain();
        } while (at != &w.window);
        for (const char* name :
             {"thresholdSlider", "thresholdEdit", "pivotBox", "workloads", "lanes", "overview", "runs", "counters"}) {
            const QWidget* widget = w.find<QWidget>(name);
            QVERIFY2(widget, name);
            QVERIFY2(reached.contains(widget) && (widget->focusPolicy() & Qt::TabFocus), name);
        }
        for (const QToolButton* button : w.window.findChild<QToolBar*>()->findChildren<QToolButton*>())
            if (button->objectName() != QLatin1StringView("qt_toolbar_ext_button"))
                QVERIFY(button->focusPolicy() & Qt::TabFocus);
    }

    void everyDisabledCommandSaysWhy() {
        Window w(settingsPath);
        for (const char* name : {"Pause", "Step", "Stop", "Undo", "Redo"}) {
            QAction* action = w.action(QString::fromLatin1(name));
            QVERIFY2(action && !action->isEnabled(), name);
            QVERIFY2(action->toolTip().endsWith(u'.'), qPrintable(action->toolTip()));
        }
    }

    void aRecordingOpensAndShowsItsWorkers() {
        Window w(settingsPath);
        w.window.openFile(recording("two-workers.grainscope"));
        QCOMPARE(w.workspace.lanes.laneCount(), 2);
        QCOMPARE(w.banner(), QString());
        QVERIFY(w.settings.recentFiles().first().endsWith(QStringLiteral("two-workers.grainscope")));
        QVERIFY(w.action(QStringLiteral("Save recording…"))->isEnabled());
    }

    void aRecordingThatWasCutOffOpensWithAWarning() {
        Window w(settingsPath);
        w.window.openFile(recording("cut-off.grainscope"));
        QVERIFY(w.workspace.lanes.laneCount() > 0);
        QVERIFY(!w.banner().isEmpty());
    }

    void aFileThatIsNoRecordingIsRefusedInTheBannerAndTheWindowGoesOn() {
        Window w(settingsPath);
        w.window.openFile(recording("two-workers.grainscope"));
        w.window.openFile(QStringLiteral(SOURCE_DIR "/CMakeLists.txt"));
        QVERIFY(!w.banner().isEmpty());
        QCOMPARE(w.workspace.lanes.laneCount(), 2);
        w.window.openFile(QStringLiteral("/nowhere/at-all.grainscope"));
        QVERIFY(w.banner().contains(QStringLiteral("at-all.grainscope")));
    }

    void aDroppedFileOpens() {
        Window w(settingsPath);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(recording("two-workers.grainscope"))});
        QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&w.window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&w.window, &drop);
        QCOMPARE(w.workspace.lanes.laneCount(), 2);
    }

    void aChildThatCrashesIsASentenceInTheWindow() {
        const QString program = script("kill -SEGV $$");
        qputenv("GRAINSCOPE_CLI", program.toLocal8Bit());
        Window w(settingsPath);
        QSignalSpy ended(&w.workspace.controller, &RunController::ended);
        w.action(QStringLiteral("Run"))->trigger();
        QVERIFY(ended.wait(10'000));
        QVERIFY2(!w.banner().isEmpty(), "the banner is empty");
        QCOMPARE(w.banner(), w.workspace.controller.sentence());
        QCOMPARE(w.find<QLabel>("stateSentence")->text(), w.workspace.controller.sentence());
        QVERIFY(w.action(QStringLiteral("Run"))->isEnabled());
        qunsetenv("GRAINSCOPE_CLI");
    }

    void aProgramThatIsNotThereIsASentenceInTheWindow() {
        qputenv("GRAINSCOPE_CLI", "/nowhere/grainscope");
        Window w(settingsPath);
        w.action(QStringLiteral("Run"))->trigger();
        QTRY_VERIFY(!w.banner().isEmpty());
        QVERIFY(w.action(QStringLiteral("Run"))->isEnabled());
        qunsetenv("GRAINSCOPE_CLI");
    }

    void theSentenceOfTheProgramItselfIsShown() {
        const QString program = script("echo 'grainscope: not enough memory for 1e13 elements' >&2; exit 1");
        qputenv("GRAINSCOPE_CLI", program.toLocal8Bit());
        Window w(settingsPath);
        w.action(QStringLiteral("Run"))->trigger();
        QTRY_VERIFY2(w.banner().contains(QStringLiteral("not enough memory")), qPrintable(w.banner()));
        qunsetenv("GRAINSCOPE_CLI");
    }

    void theWindowRemembersItsStateAcrossAStart() {
        {
            Window w(settingsPath);
            w.window.resize(1234, 777);
            w.window.showView(QStringLiteral("tune"));
            w.settings.setTheme(QStringLiteral("dark"));
            w.settings.setTextScale(1.5);
            w.workspace.parameters.setValueText(QStringLiteral("threshold"), QStringLiteral("4096"));
            w.window.findChild<QDockWidget*>(QStringLiteral("runsDock"))->hide();
            w.window.close();
        }
        Theme::instance().setChoice(ThemeChoice::light);
        Theme::instance().setTextScale(1);
        Window w(settingsPath);
        QCOMPARE(w.window.size(), QSize(1234, 777));
        QCOMPARE(w.window.currentView(), QStringLiteral("tune"));
        QCOMPARE(Theme::instance().look(), Look::dark);
        QCOMPARE(Theme::instance().textScale(), 1.5);
        QCOMPARE(w.workspace.parameters.value(QStringLiteral("threshold")).toLongLong(), 4096);
        QVERIFY(w.window.findChild<QDockWidget*>(QStringLiteral("runsDock"))->isHidden());
        Theme::instance().setTextScale(1);
    }

    void theViewsAreChosenByNameAndOnlyThoseThatExist() {
        Window w(settingsPath);
        for (const QString& name : MainWindow::viewNames()) {
            QVERIFY(w.window.showView(name));
            QCOMPARE(w.window.currentView(), name);
        }
        QVERIFY(!w.window.showView(QStringLiteral("anatomy")));
        QCOMPARE(w.window.findChild<QTabBar*>()->count(), MainWindow::viewNames().size());
    }

  private:
    QString script(const char* body) {
        const QString path = folder.filePath(QStringLiteral("program-%1").arg(count));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) return {};
        file.write("#!/bin/sh\n");
        file.write(body);
        file.write("\n");
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return path;
    }

    QTemporaryDir folder;
    QString settingsPath;
    int count = 0;
};

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
