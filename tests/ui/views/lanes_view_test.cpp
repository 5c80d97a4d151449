// The timeline: what lies where is asked of the model and of the geometry, never of an image.
#include <QAccessible>
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <ui/models/lane_model.h>
#include <ui/models/time_navigator.h>
#include <ui/theme/theme.h>
#include <ui/views/lanes_view.h>
#include <ui/views/time_axis.h>

using namespace grainscope::ui;
namespace trace = grainscope::trace;

namespace {

constexpr Nanoseconds ms = 1'000'000;

/// Two workers over 100 ms: one busy throughout, one that searches, steals at 40 ms and works from then on.
RecordingPtr sample() {
    auto recording = std::make_shared<trace::Recording>();
    recording->workers.resize(2);
    recording->workers[0].states = {{0, 100 * ms, trace::State::busy}};
    recording->workers[1].states = {{0, 40 * ms, trace::State::searching}, {40 * ms, 100 * ms, trace::State::busy}};
    recording->workers[1].steals = {{40 * ms, 0, 0}};
    recording->end = 100 * ms;
    recording->version = 1;
    return recording;
}

}  // namespace

class LanesViewTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        new Theme(*qApp);
        installTableTwinAccessibility();
    }

    void init() {
        model = std::make_unique<LaneModel>();
        time = std::make_unique<TimeNavigator>();
        model->setRecording(sample());
        time->restart(false, 100 * ms);
        model->refresh(time->visible());
        view = std::make_unique<LanesView>(*model, *time);
        view->resize(timeGutter() + 1000, 120);
        view->show();
        view->grab();
    }

    void lanesStandInOrderAndDoNotOverlap() {
        QCOMPARE(model->laneCount(), 2);
        QVERIFY(view->laneRect(0).bottom() < view->laneRect(1).top());
        QCOMPARE(view->laneRect(0).left(), timeGutter());
        QCOMPARE(view->laneRect(0).width(), 1000);
    }

    void aPixelOfALaneIsInTheStateThatTheRecordingHasThere() {
        const auto runs = model->runs(1, time->visible(), view->laneRect(1).width());
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(runs[0].state, LaneState::searching);
        QCOMPARE(runs[0].x1, 400);
        QCOMPARE(runs[1].state, LaneState::busy);
    }

    void theLegendHearsWhichStatesAreOnShow() {
        const std::vector<LaneState> expected{LaneState::busy, LaneState::searching};
        QCOMPARE(view->statesShown(), expected);
    }

    void hoveringSaysWhatIsThere() {
        QSignalSpy hovered(view.get(), &LanesView::hovered);
        QTest::mouseMove(view.get(), QPoint(timeGutter() + 200, view->laneRect(1).center().y()));
        QVERIFY(!hovered.isEmpty());
        const QString text = hovered.last().first().toString();
        QVERIFY2(text.contains(RowNames::worker(1)) && text.contains(QStringLiteral("searching")), qPrintable(text));
    }

    void aClickSetsTheCursorAndADragSelects() {
        const QPoint at(timeGutter() + 500, view->laneRect(0).center().y());
        QTest::mouseClick(view.get(), Qt::LeftButton, {}, at);
        QVERIFY(time->cursor().has_value());
        QVERIFY(std::abs(*time->cursor() - 50 * ms) <= ms);
        QTest::mousePress(view.get(), Qt::LeftButton, {}, at);
        QTest::mouseMove(view.get(), at + QPoint(100, 0));
        QTest::mouseRelease(view.get(), Qt::LeftButton, {}, at + QPoint(100, 0));
        QVERIFY(time->selection().has_value());
        QVERIFY(std::abs(time->selection()->length() - 10 * ms) <= ms);
    }

    void theKeysZoomMoveAndGoBack() {
        const TimeRange whole = time->visible();
        QTest::keyClick(view.get(), Qt::Key_W);
        QVERIFY(time->visible().length() < whole.length());
        const TimeRange zoomed = time->visible();
        QTest::keyClick(view.get(), Qt::Key_D);
        QVERIFY(time->visible().begin > zoomed.begin);
        QTest::keyClick(view.get(), Qt::Key_F);
        QCOMPARE(time->visible(), whole);
        QTest::keyClick(view.get(), Qt::Key_Backspace);
        QVERIFY(time->visible() != whole);
    }

    void theWheelZoomsAboutThePointer() {
        const double x = timeGutter() + 250;
        QWheelEvent wheel(QPointF(x, 20), view->mapToGlobal(QPointF(x, 20)), {}, QPoint(0, 120), Qt::NoButton, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(view.get(), &wheel);
        const Nanoseconds under = LaneModel::xToTime(250, time->visible(), 1000);
        QVERIFY(std::abs(under - 25 * ms) <= ms);
        QVERIFY(time->visible().length() < 100 * ms);
    }

    void aScreenReaderSeesATableOfWorkersAndStates() {
        QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(view.get());
        QVERIFY(accessible);
        QCOMPARE(accessible->role(), QAccessible::Table);
        QAccessibleTableInterface* table = accessible->tableInterface();
        QVERIFY(table);
        QCOMPARE(table->rowCount(), 2);
        QCOMPARE(table->columnCount(), static_cast<int>(LaneModel::ColumnCount));
        QAccessibleInterface* cell = table->cellAt(1, LaneModel::BusyColumn);
        QCOMPARE(cell->text(QAccessible::Name), model->index(1, LaneModel::BusyColumn).data().toString());
        QCOMPARE(cell->tableCellInterface()->rowIndex(), 1);
        QCOMPARE(accessible->child(accessible->indexOfChild(cell)), cell);
        QVERIFY(!table->columnDescription(LaneModel::BusyColumn).isEmpty());
    }

    void ticksAreRoundMomentsWithAUnit() {
        const auto ticks = timeTicks({0, 100 * ms}, 1000, 100);
        QVERIFY(ticks.size() >= 5 && ticks.size() <= 11);
        for (const TimeTick& tick : ticks) {
            QCOMPARE(tick.at % (10 * ms), 0);
            QVERIFY(tick.label.endsWith(QStringLiteral(" ms")));
        }
        QVERIFY(timeTicks({5, 5}, 1000, 100).empty());
    }

  private:
    std::unique_ptr<LaneModel> model;
    std::unique_ptr<TimeNavigator> time;
    std::unique_ptr<LanesView> view;
};

QTEST_MAIN(LanesViewTest)
#include "lanes_view_test.moc"
