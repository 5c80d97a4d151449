#include <QTest>

#include "ui/models/format.h"
#include "ui/models/slider_scale.h"
#include "ui/session/workload_description.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;

namespace {
/// No-break spaces, as plain ones, so that expectations can be read.
QString plain(QString text) { return text.replace(QChar(0xa0), u' '); }
}  // namespace

class FormatTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void durationsKeepTheFiguresThatMatter_data() {
        QTest::addColumn<double>("nanoseconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << 0.0 << u"0 ns"_s;
        QTest::newRow("ns") << 812.0 << u"812 ns"_s;
        QTest::newRow("just below a microsecond") << 999.6 << u"1.00 µs"_s;
        QTest::newRow("µs") << 24'520.0 << u"24.5 µs"_s;
        QTest::newRow("ms") << 1.2412e6 << u"1.24 ms"_s;
        QTest::newRow("hundreds of ms") << 812e6 << u"812 ms"_s;
        QTest::newRow("thousands of ms") << 1.104e9 << u"1,104 ms"_s;
        QTest::newRow("s") << 61.5e9 << u"61.5 s"_s;
        QTest::newRow("min") << 125e9 << u"2 min 05 s"_s;
        QTest::newRow("negative") << -1.2412e6 << u"-1.24 ms"_s;
    }
    void durationsKeepTheFiguresThatMatter() {
        QFETCH(double, nanoseconds);
        QFETCH(QString, text);
        QCOMPARE(plain(formatDuration(nanoseconds)), text);
    }

    void intervalsShareTheUnitOfTheirUpperEnd() {
        QCOMPARE(plain(formatDurationInterval(806e6, 819e6)), u"806 – 819 ms"_s);
        QCOMPARE(plain(formatDurationInterval(0.9e6, 1.1e6)), u"0.90 – 1.10 ms"_s);
    }

    void theOtherNumbersReadAsPeopleWriteThem() {
        QCOMPARE(formatCount(10'000'000), u"10,000,000"_s);
        QCOMPARE(plain(formatCompact(10'000'000)), u"10 M"_s);
        QCOMPARE(plain(formatCompact(412)), u"412"_s);
        QCOMPARE(plain(formatRate(412'345)), u"412 k/s"_s);
        QCOMPARE(plain(formatPercent(0.874)), u"87 %"_s);
        QCOMPARE(plain(formatPercent(0.874, 1)), u"87.4 %"_s);
        QCOMPARE(formatSpeedup(3.4167), u"3.42×"_s);
        QCOMPARE(plain(formatBytes(80e6)), u"80 MB"_s);
        QCOMPARE(plain(formatQuantity(12.34e6, u"bytes"_s)), u"12.3 MB"_s);
        QCOMPARE(plain(formatQuantity(4.56e6, u"ns"_s)), u"4.56 ms"_s);
        QCOMPARE(formatQuantity(1024, QString()), u"1,024"_s);
        QCOMPARE(formatQuantity(2.5, QString()), u"2.50"_s);
        QCOMPARE(plain(formatQuantity(64, u"threads"_s)), u"64 threads"_s);
        QCOMPARE(formatQuantity(std::numeric_limits<double>::infinity(), u"bytes"_s), unknownText());
        QCOMPARE(formatElapsed(5.32e9), u"0:05.3"_s);
        QCOMPARE(formatElapsed(3'723e9), u"1:02:03"_s);
        QCOMPARE(formatPercent(std::numeric_limits<double>::quiet_NaN()), unknownText());
    }

    void numbersAreReadInEveryHabit_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("value");
        QTest::newRow("plain") << u"10000000"_s << 1e7;
        QTest::newRow("grouped") << u"10,000,000"_s << 1e7;
        QTest::newRow("spaced") << u"10 000 000"_s << 1e7;
        QTest::newRow("exponent") << u"1e7"_s << 1e7;
        QTest::newRow("suffix") << u"10M"_s << 1e7;
        QTest::newRow("fraction and suffix") << u"2.5 k"_s << 2500.0;
        QTest::newRow("as shown") << formatCompact(1e7) << 1e7;
        QTest::newRow("negative") << u"-3"_s << -3.0;
    }
    void numbersAreReadInEveryHabit() {
        QFETCH(QString, text);
        QFETCH(double, value);
        const auto parsed = parseNumber(text);
        QVERIFY(parsed.has_value());
        QCOMPARE(*parsed, value);
    }

    void whatIsNoNumberIsNone() {
        for (const auto& text : {u""_s, u"abc"_s, u"1,2"_s, u"12x"_s, u"M"_s, u"nan"_s, u"inf"_s, u"--3"_s}) {
            QVERIFY2(!parseNumber(text), qPrintable(text));
        }
    }

    void everySliderPositionComesBackToItself_data() {
        QTest::addColumn<double>("minimum");
        QTest::addColumn<double>("maximum");
        QTest::addColumn<int>("steps");
        QTest::addColumn<bool>("integral");
        QTest::newRow("threshold") << 16.0 << 1048576.0 << int(SliderScale::Steps::powersOfTwo) << true;
        QTest::newRow("odd ends") << 3.0 << 1000.0 << int(SliderScale::Steps::powersOfTwo) << true;
        QTest::newRow("count") << 1.0 << 1e9 << int(SliderScale::Steps::oneTwoFive) << true;
        QTest::newRow("from zero") << 0.0 << 1e6 << int(SliderScale::Steps::oneTwoFive) << true;
        QTest::newRow("fractions") << 0.001 << 10.0 << int(SliderScale::Steps::oneTwoFive) << false;
        QTest::newRow("small linear") << 1.0 << 40.0 << int(SliderScale::Steps::linear) << true;
        QTest::newRow("large linear") << 0.0 << 1e7 << int(SliderScale::Steps::linear) << true;
        QTest::newRow("real linear") << -1.0 << 1.0 << int(SliderScale::Steps::linear) << false;
        QTest::newRow("single") << 5.0 << 5.0 << int(SliderScale::Steps::linear) << true;
    }
    void everySliderPositionComesBackToItself() {
        QFETCH(double, minimum);
        QFETCH(double, maximum);
        QFETCH(int, steps);
        QFETCH(bool, integral);
        const SliderScale scale(minimum, maximum, static_cast<SliderScale::Steps>(steps), integral);
        QCOMPARE(scale.valueAt(0), minimum);
        QCOMPARE(scale.valueAt(scale.count() - 1), maximum);
        for (int position = 0; position < scale.count(); ++position) {
            QCOMPARE(scale.positionOf(scale.valueAt(position)), position);
            if (position > 0) QVERIFY(scale.valueAt(position) > scale.valueAt(position - 1));
            if (integral) QCOMPARE(scale.valueAt(position), std::round(scale.valueAt(position)));
        }
        QVERIFY(scale.count() <= 1002);
    }

    void thresholdsGoByPowersOfTwoAndCountsByOneTwoFive() {
        ParameterDescription threshold;
        threshold.minimum = 16;
        threshold.maximum = 128;
        threshold.logarithmic = threshold.tunable = true;
        QCOMPARE(SliderScale::forParameter(threshold).stops(), (std::vector<double>{16, 32, 64, 128}));
        ParameterDescription count = threshold;
        count.tunable = false;
        count.minimum = 1;
        QCOMPARE(SliderScale::forParameter(count).stops(), (std::vector<double>{1, 2, 5, 10, 20, 50, 100, 128}));
    }

    void aTypedValueSitsAtTheNearestStopByRatio() {
        const SliderScale scale(16, 1024, SliderScale::Steps::powersOfTwo, true);
        QCOMPARE(scale.valueAt(scale.positionOf(90)), 64.0);
        QCOMPARE(scale.valueAt(scale.positionOf(91)), 128.0);
        QCOMPARE(scale.positionOf(1), 0);
        QCOMPARE(scale.positionOf(1e9), scale.count() - 1);
    }
};

QTEST_GUILESS_MAIN(FormatTest)
#include "format_test.moc"
