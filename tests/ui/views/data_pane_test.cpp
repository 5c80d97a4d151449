// The data as bars and as a grid: which view is on show, and what lies under a point of it.
#include <QAccessible>
#include <QApplication>
#include <QHelpEvent>
#include <QLabel>
#include <QTest>
#include <QToolTip>

#include <grainscope/trace/data_board.h>
#include <ui/models/board_model.h>
#include <ui/theme/theme.h>
#include <ui/theme/value_shades.h>
#include <ui/views/data_grid_view.h>
#include <ui/views/data_pane.h>

using namespace grainscope::ui;
namespace trace = grainscope::trace;

namespace {

constexpr std::uint16_t nobody = trace::DataBoard::no_owner;

/// Two columns and one row: worker 1 has written the second slot, at full value.
std::shared_ptr<trace::Recording> twoCells() {
    auto recording = std::make_shared<trace::Recording>();
    recording->frames.push_back({10, {0, 65535}, {nobody, 1}});
    recording->notes.push_back(
        {5, trace::NoteKind::picture,
         R"({"shape":"grid","columns":2,"rows":1,"remark":"cells","position":"cell","value":"weight"})"});
    recording->end = 100;
    return recording;
}

}  // namespace

class DataPaneTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        new Theme(*qApp);
        installTableTwinAccessibility();
    }

    void init() {
        model = std::make_unique<BoardModel>();
        pane = std::make_unique<DataPane>(*model);
        pane->resize(700, 200);
        pane->show();
    }

    void cleanup() {
        pane.reset();
        model.reset();
    }

    void theRecordingDecidesBetweenBarsAndGrid() {
        QVERIFY(shows("dataBars"));
        model->setRecording(twoCells());
        model->refresh();
        QVERIFY(shows("dataGrid"));
        auto plain = std::make_shared<trace::Recording>();
        plain->frames.push_back({10, {1, 2, 3}, {0, 0, 0}});
        model->setRecording(plain);
        model->refresh();
        QVERIFY(shows("dataBars"));
    }

    void aPointOfTheGridIsTheCellThatLiesThere() {
        model->setRecording(twoCells());
        model->refresh();
        DataGridView grid(*model);
        grid.resize(200, 200);
        QCOMPARE(grid.slotAt({50, 100}), std::optional(0));
        QCOMPARE(grid.slotAt({150, 100}), std::optional(1));
        QVERIFY2(!grid.slotAt({50, 10}), "above the picture, which keeps its shape");
    }

    void hoveringSaysWhatTheCellHolds() {
        model->setRecording(twoCells());
        model->refresh();
        DataGridView grid(*model);
        grid.resize(200, 200);
        grid.show();
        QHelpEvent help(QEvent::ToolTip, {150, 100}, grid.mapToGlobal(QPoint(150, 100)));
        QApplication::sendEvent(&grid, &help);
        QCOMPARE(QToolTip::text(), model->sentence(1));
    }

    void aCellIsDrawnInTheShadeOfItsWorkerAndValue() {
        model->setRecording(twoCells());
        model->refresh();
        DataGridView grid(*model);
        grid.resize(200, 200);
        const QImage picture = grid.grab().toImage();
        const ValueShades& shades = ValueShades::shared(tokens());
        QCOMPARE(picture.pixel(50, 100), shades.ofNobody(0));
        QCOMPARE(picture.pixel(150, 100), shades.of(1, 65535));
        QCOMPARE(picture.pixelColor(50, 10), tokens().plotGround);
    }

    void shadesGrowWithTheValueAndNeverMeetTheGround_data() {
        QTest::addColumn<int>("look");
        QTest::newRow("light") << static_cast<int>(Look::light);
        QTest::newRow("dark") << static_cast<int>(Look::dark);
        QTest::newRow("high contrast, light") << static_cast<int>(Look::highContrastLight);
        QTest::newRow("high contrast, dark") << static_cast<int>(Look::highContrastDark);
    }

    void shadesGrowWithTheValueAndNeverMeetTheGround() {
        QFETCH(int, look);
        const Tokens& t = tokensFor(static_cast<Look>(look));
        const ValueShades shades(t);
        const auto distance = [&](QRgb ink) {
            return std::abs(qRed(ink) - t.plotGround.red()) + std::abs(qGreen(ink) - t.plotGround.green()) +
                   std::abs(qBlue(ink) - t.plotGround.blue());
        };
        for (int worker = 0; worker < workerColourCount; ++worker) {
            int last = 0;
            for (int value = 0; value <= 65535; value += 1024) {
                const int now = distance(shades.of(worker, static_cast<std::uint16_t>(value)));
                QVERIFY2(now > last, qPrintable(QStringLiteral("worker %1, value %2").arg(worker).arg(value)));
                last = now;
            }
            QCOMPARE(shades.of(worker, 65535), t.worker(worker).rgb());
        }
        QVERIFY(distance(shades.ofNobody(0)) > 0);
    }

    void theKeySaysWhoWroteHowMuch() {
        model->setRecording(twoCells());
        model->refresh();
        pane->takeReadouts();
        QStringList words;
        for (const QLabel* label : pane->findChild<QWidget*>(QStringLiteral("gridKey"))->findChildren<QLabel*>())
            if (!label->isHidden()) words << label->text().replace(QChar(0xa0), u' ');
        for (const char* word : {"worker 1", "50.0 %", "nobody yet", "weight"})
            QVERIFY2(words.contains(QString::fromLatin1(word)), word);
    }

    void theGridIsATableToAScreenReader() {
        model->setRecording(twoCells());
        model->refresh();
        auto* interface = QAccessible::queryAccessibleInterface(pane->findChild<DataGridView*>());
        QVERIFY(interface != nullptr && interface->tableInterface() != nullptr);
        QCOMPARE(interface->tableInterface()->rowCount(), 2);
        QCOMPARE(interface->tableInterface()->columnCount(), 5);
        QCOMPARE(interface->tableInterface()->columnDescription(1), QStringLiteral("Weight"));
    }

  private:
    bool shows(const char* name) const {
        const auto* view = pane->findChild<QWidget*>(QString::fromLatin1(name));
        return view != nullptr && view->isVisible();
    }

    std::unique_ptr<BoardModel> model;
    std::unique_ptr<DataPane> pane;
};

QTEST_MAIN(DataPaneTest)
#include "data_pane_test.moc"
