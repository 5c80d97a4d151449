#include <QSignalSpy>
#include <QTest>

#include "ui/models/time_navigator.h"

using namespace grainscope::ui;

namespace {
constexpr Nanoseconds second = 1'000'000'000;
}

class TimeNavigatorTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aLiveViewGrowsInStepsAndThenScrolls() {
        TimeNavigator time;
        time.restart(true);
        QCOMPARE(time.visible(), (TimeRange{0, second}));
        QSignalSpy moves(&time, &TimeNavigator::visibleChanged);
        for (Nanoseconds end = 0; end <= second; end += second / 30) time.setEnd(end);
        QCOMPARE(moves.size(), 0);
        time.setEnd(second + 1);
        QCOMPARE(time.visible(), (TimeRange{0, 2 * second}));
        time.setEnd(3 * second);
        QCOMPARE(time.visible(), (TimeRange{0, 5 * second}));
        time.setEnd(14 * second);
        QCOMPARE(time.visible(), (TimeRange{4 * second, 14 * second}));
    }

    void aSavedRecordingIsShownWhole() {
        TimeNavigator time;
        time.restart(false, 3 * second);
        QCOMPARE(time.visible(), (TimeRange{0, 3 * second}));
        QVERIFY(!time.isFollowing());
    }

    void anyZoomEndsFollowing() {
        TimeNavigator time;
        time.restart(true);
        time.setEnd(4 * second);
        QSignalSpy following(&time, &TimeNavigator::followingChanged);
        time.zoom(2, second);
        QCOMPARE(following.size(), 1);
        const TimeRange held = time.visible();
        time.setEnd(9 * second);
        QCOMPARE(time.visible(), held);
        time.setFollowing(true);
        QCOMPARE(time.visible(), (TimeRange{0, 10 * second}));
    }

    void zoomingKeepsTheAnchorInItsPlace() {
        TimeNavigator time;
        time.restart(false, 8 * second);
        time.zoom(4, 2 * second);
        QCOMPARE(time.visible().length(), 2 * second);
        QCOMPARE(time.visible().begin, 3 * second / 2);
    }

    void theRangeStaysInsideTheRecordingAndNeverVanishes() {
        TimeNavigator time;
        time.restart(false, 8 * second);
        time.show({-5 * second, 100 * second});
        QCOMPARE(time.visible(), (TimeRange{0, 8 * second}));
        time.zoom(1e18, second);
        QCOMPARE(time.visible().length(), TimeNavigator::shortestRange);
        time.show({6 * second, 7 * second});
        time.pan(10);
        QCOMPARE(time.visible(), (TimeRange{7 * second, 8 * second}));
        time.pan(-100);
        QCOMPARE(time.visible(), (TimeRange{0, second}));
    }

    void theZoomStackGoesBackAndForth() {
        TimeNavigator time;
        time.restart(false, 8 * second);
        time.show({second, 2 * second});
        time.show({second, second + 1000});
        QVERIFY(time.canUndo() && !time.canRedo());
        time.undo();
        QCOMPARE(time.visible(), (TimeRange{second, 2 * second}));
        time.undo();
        QCOMPARE(time.visible(), (TimeRange{0, 8 * second}));
        QVERIFY(!time.canUndo());
        time.redo();
        QCOMPARE(time.visible(), (TimeRange{second, 2 * second}));
        time.show({0, second});
        QVERIFY(!time.canRedo());
    }

    void oneGestureIsOneStep() {
        TimeNavigator time;
        time.restart(false, 8 * second);
        for (int turn = 0; turn < 10; ++turn) time.zoom(1.2, 4 * second);
        time.endGesture();
        time.pan(0.5);
        time.undo();
        QVERIFY(time.visible().length() < 8 * second);
        time.undo();
        QCOMPARE(time.visible(), (TimeRange{0, 8 * second}));
        QVERIFY(!time.canUndo());
    }

    void theSelectionIsInOrderAndAnEmptyOneIsNone() {
        TimeNavigator time;
        time.restart(false, 8 * second);
        time.setSelection(TimeRange{5 * second, 2 * second});
        QCOMPARE(time.selection(), std::optional(TimeRange{2 * second, 5 * second}));
        time.zoomToSelection();
        QCOMPARE(time.visible(), (TimeRange{2 * second, 5 * second}));
        time.setSelection(TimeRange{second, second});
        QVERIFY(!time.selection());
    }

    void anotherRecordingForgetsCursorSelectionAndStack() {
        TimeNavigator time;
        time.restart(false, 8 * second);
        time.show({0, second});
        time.setCursor(second);
        time.setSelection(TimeRange{0, second});
        time.restart(false, 2 * second);
        QVERIFY(!time.cursor() && !time.selection() && !time.canUndo() && !time.canRedo());
        QCOMPARE(time.visible(), (TimeRange{0, 2 * second}));
    }
};

QTEST_GUILESS_MAIN(TimeNavigatorTest)
#include "time_navigator_test.moc"
