// The data of a recording as bars and as a grid: which slot lies where, and what it says.
#include <memory>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <grainscope/trace/data_board.h>

#include "ui/models/board_model.h"
#include "ui/models/cell_grid.h"
#include "ui/models/format.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using grainscope::trace::NoteKind;
using grainscope::trace::Recording;

namespace {

constexpr std::uint16_t nobody = grainscope::trace::DataBoard::no_owner;
constexpr const char* threeByTwo =
    R"({"shape":"grid","columns":3,"rows":2,"remark":"pixels","position":"pixel","value":"iterations"})";

QString shown(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString().replace(QChar(0xa0), u' ');
}

/// At 10 a frame of six slots: worker 1 has written two of them, worker 3 one.
std::shared_ptr<Recording> sixSlots() {
    auto recording = std::make_shared<Recording>();
    recording->frames.push_back({10, {0, 65535, 0, 0, 32768, 0}, {nobody, 1, nobody, nobody, 3, 1}});
    recording->end = 100;
    return recording;
}

}  // namespace

class BoardModelTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void withoutAPictureTheFramesAreBars() {
        BoardModel board;
        QAbstractItemModelTester tester(&board, QAbstractItemModelTester::FailureReportingMode::QtTest);
        board.setRecording(sixSlots());
        QVERIFY(board.refresh());
        QVERIFY(!board.isGrid());
        QCOMPARE(board.columnCount(), 3);
        QCOMPARE(board.headerData(0, Qt::Horizontal).toString(), u"Position"_s);
        QCOMPARE(board.sentence(1).replace(QChar(0xa0), u' '),
                 u"position 2 of 6 · value: 100.0 % of the largest · last written by worker 1"_s);
        QCOMPARE(board.picture(), BoardPicture::plainBars());
    }

    void aGridSaysColumnAndRowInItsOwnWords() {
        const auto recording = sixSlots();
        recording->notes.push_back({5, NoteKind::picture, threeByTwo});
        BoardModel board;
        QAbstractItemModelTester tester(&board, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy changed(&board, &BoardModel::pictureChanged);
        board.setRecording(recording);
        QVERIFY(board.refresh());
        QCOMPARE(changed.count(), 1);
        QVERIFY(board.isGrid());
        QCOMPARE(board.picture().remark, u"pixels"_s);
        QCOMPARE(board.columnCount(), 5);
        QCOMPARE(board.headerData(BoardModel::PositionColumn, Qt::Horizontal).toString(), u"Pixel"_s);
        QCOMPARE(board.headerData(BoardModel::ValueColumn, Qt::Horizontal).toString(), u"Iterations"_s);
        QCOMPARE(shown(board, 4, BoardModel::ValueColumn), u"50.0 %"_s);
        QCOMPARE(shown(board, 4, BoardModel::WorkerColumn), u"worker 3"_s);
        QCOMPARE(shown(board, 4, BoardModel::GridColumnColumn), u"2"_s);
        QCOMPARE(shown(board, 4, BoardModel::GridRowColumn), u"2"_s);
        QCOMPARE(shown(board, 3, BoardModel::WorkerColumn), unknownText());
        QCOMPARE(board.sentence(4).replace(QChar(0xa0), u' '),
                 u"pixel in column 2 of 3, row 2 of 2 · iterations: 50.0 % · last written by worker 3"_s);
        QVERIFY(board.sentence(0).endsWith(u"not written yet"));
        QCOMPARE(board.sentence(6), QString());
    }

    void theSharesCountEverySlotOnce() {
        BoardModel board;
        board.setRecording(sixSlots());
        board.refresh();
        QCOMPARE(board.shares().byWorker, (std::vector<int>{0, 2, 0, 1}));
        QCOMPARE(board.shares().nobody, 3);
    }

    void eachFrameHasThePictureThatHeldWhenItWasTaken() {
        const auto recording = sixSlots();
        recording->notes.push_back({5, NoteKind::picture, threeByTwo});
        recording->notes.push_back({15, NoteKind::progress, "{}"});
        recording->notes.push_back({20, NoteKind::picture, R"({"shape":"grid","columns":2,"rows":2})"});
        recording->frames.push_back({30, {1, 2, 3, 4}, {0, 0, 0, 0}});
        BoardModel board;
        QAbstractItemModelTester tester(&board, QAbstractItemModelTester::FailureReportingMode::QtTest);
        board.setRecording(recording);
        QVERIFY(board.refresh());
        QCOMPARE(board.picture().columns, 2);
        QVERIFY(board.refresh(12));
        QCOMPARE(board.picture().columns, 3);
        QVERIFY(board.refresh(3));
        QCOMPARE(board.count(), 0);
        QCOMPARE(board.picture().columns, 3);
        QVERIFY(!board.isGrid());
    }

    void whatDoesNotFitThePictureIsBars_data() {
        QTest::addColumn<QByteArray>("picture");
        QTest::newRow("other number of slots") << QByteArray(R"({"shape":"grid","columns":4,"rows":2})");
        QTest::newRow("no columns") << QByteArray(R"({"shape":"grid","columns":0,"rows":2})");
        QTest::newRow("overflow") << QByteArray(R"({"shape":"grid","columns":2147483647,"rows":2147483647})");
        QTest::newRow("unknown shape") << QByteArray(R"({"shape":"ring","columns":3,"rows":2})");
        QTest::newRow("no JSON") << QByteArray("grid");
    }

    void whatDoesNotFitThePictureIsBars() {
        QFETCH(QByteArray, picture);
        const auto recording = sixSlots();
        recording->notes.push_back({5, NoteKind::picture, picture.toStdString()});
        BoardModel board;
        QAbstractItemModelTester tester(&board, QAbstractItemModelTester::FailureReportingMode::QtTest);
        board.setRecording(recording);
        QVERIFY(board.refresh());
        QVERIFY(!board.isGrid());
        QCOMPARE(board.columnCount(), 3);
    }

    void theFrameOnShowStaysWhenTheReaderGivesItUp() {
        const auto recording = sixSlots();
        recording->frames.push_back({20, {7, 7, 7, 7, 7, 7}, {0, 0, 0, 0, 0, 0}});
        BoardModel board;
        board.setRecording(recording);
        QVERIFY(board.refresh(15));
        recording->frames.erase(recording->frames.begin());
        QCOMPARE(board.values()[1], std::uint16_t{65535});
        QVERIFY(board.refresh());
        QCOMPARE(board.values()[1], std::uint16_t{7});
        QCOMPARE(board.frameTime(), std::optional<Nanoseconds>(20));
    }

    void everyPxOfAGridBelongsToTheCellThatItLiesIn_data() {
        QTest::addColumn<QSize>("area");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("rows");
        QTest::newRow("large cells") << QSize(100, 60) << 7 << 4;
        QTest::newRow("wide area") << QSize(300, 31) << 8 << 8;
        QTest::newRow("more cells than px") << QSize(20, 11) << 50 << 30;
        QTest::newRow("one cell") << QSize(9, 9) << 1 << 1;
    }

    void everyPxOfAGridBelongsToTheCellThatItLiesIn() {
        QFETCH(QSize, area);
        QFETCH(int, columns);
        QFETCH(int, rows);
        const CellGrid grid(area, columns, rows);
        QVERIFY(QRect(QPoint(), area).contains(grid.rect()));
        QVERIFY(std::abs(grid.rect().center().x() - area.width() / 2) <= 1);
        for (int y = 0; y < area.height(); ++y) {
            for (int x = 0; x < area.width(); ++x) {
                const auto slot = grid.slotAt({x, y});
                QCOMPARE(slot.has_value(), grid.rect().contains(x, y));
                if (slot) QVERIFY(grid.cell(*slot).contains(x, y));
            }
        }
    }

    void cellsAreSquareAndAsLargeAsTheAreaAllows() {
        const CellGrid grid(QSize(1000, 160), 256, 160);
        QCOMPARE(grid.rect().size(), QSize(256, 160));
        QCOMPARE(grid.rect().topLeft(), QPoint(372, 0));
        QVERIFY(CellGrid(QSize(0, 10), 2, 2).isEmpty());
        QVERIFY(CellGrid(QSize(10, 10), 0, 2).isEmpty());
    }
};

QTEST_GUILESS_MAIN(BoardModelTest)
#include "board_model_test.moc"
