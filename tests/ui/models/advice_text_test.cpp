// The sentence that says which tool fits, as the inspector shows it.
#include <QTest>

#include <grainscope/study/advice.h>

#include "engine/tests/trace_synthetic.h"
#include "ui/models/advice_text.h"

using namespace grainscope::ui;

namespace {

std::shared_ptr<LiveRecording> fed() {
    const auto recording = LiveRecording::create();
    if (!recording->append(grainscope::trace::testing::synthetic_stream())) return nullptr;
    return recording;
}

}  // namespace

class AdviceTextTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void itIsTheEnginesSentenceAndWhatIsMissing() {
        const auto recording = fed();
        recording->finish();
        const auto advice = grainscope::study::advise(recording->recording());
        AdviceText text;
        const QString shown = text.of(*recording);
        QCOMPARE(QString(shown).replace(QChar(0xa0), u' '),
                 QString::fromStdString(advice.sentence + ' ' + advice.missing));
        QVERIFY2(shown.startsWith(QStringLiteral("CPU-bound: workers computed 75.0\u00a0% of their time")),
                 qPrintable(shown));
        QCOMPARE(text.of(*recording), shown);
    }

    void itIsEmptyWhileMoreMayCome() {
        const auto recording = LiveRecording::create();
        const auto bytes = grainscope::trace::testing::synthetic_stream();
        QVERIFY(recording->append(std::span(bytes).first(bytes.size() / 2)));
        QVERIFY(recording->isLive());
        AdviceText text;
        QCOMPARE(text.of(*recording), QString());
        recording->finish();
        QVERIFY(!text.of(*recording).isEmpty());
    }

    void itIsOfTheRecordingThatIsAskedAbout() {
        const auto first = fed(), empty = LiveRecording::create();
        first->finish();
        empty->finish();
        AdviceText text;
        const QString ofFirst = text.of(*first);
        QVERIFY(text.of(*empty) != ofFirst);
        QCOMPARE(text.of(*first), ofFirst);
    }
};

QTEST_GUILESS_MAIN(AdviceTextTest)
#include "advice_text_test.moc"
