// The look: readable, told by pattern as well as colour, and written down once.
#include <cmath>

#include <QApplication>
#include <QDirIterator>
#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QTest>

#include <ui/theme/state_fill.h>
#include <ui/theme/style_sheet.h>
#include <ui/theme/theme.h>

using namespace grainscope::ui;

namespace {

/// WCAG's contrast of two colours, 1 to 21.
double contrast(const QColor& one, const QColor& other) {
    const auto luminance = [](const QColor& colour) {
        const auto linear = [](float part) {
            return part <= 0.04045F ? part / 12.92F : std::pow((part + 0.055F) / 1.055F, 2.4F);
        };
        return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
    };
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

QImage painted(const Tokens& tokens, LaneState state, int worker) {
    QImage image(40, 20, QImage::Format_RGB32);
    image.fill(tokens.plotGround);
    QPainter painter(&image);
    StateFill(tokens, 1).paint(painter, image.rect(), state, worker);
    return image;
}

}  // namespace

class ThemeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { new Theme(*qApp); }

    void everyTextIsReadableOnEverySurface() {
        for (const Look look : {Look::light, Look::dark, Look::highContrastLight, Look::highContrastDark}) {
            const Tokens& t = tokensFor(look);
            for (const QColor& ground : {t.window, t.panel, t.raised, t.plotGround, t.selection}) {
                QVERIFY(contrast(t.text, ground) >= 7);
                QVERIFY2(contrast(t.muted, ground) >= 4.0, qPrintable(t.muted.name() + ground.name()));
            }
            QVERIFY(contrast(t.onAccent, t.accent) >= 4.5);
        }
    }

    void highContrastIsHigherAndAlwaysHasPatterns() {
        for (const Look look : {Look::highContrastLight, Look::highContrastDark}) {
            const Tokens& t = tokensFor(look);
            QCOMPARE(contrast(t.text, t.window), 21.0);
            QVERIFY(t.lineWidth == 2 && t.patternsAlways);
        }
    }

    void statesDifferEvenWithoutColour() {
        const Tokens& t = tokensFor(Look::light);
        const std::array states{LaneState::busy,           LaneState::searching,   LaneState::parked,
                                LaneState::blockedChannel, LaneState::blockedLock, LaneState::blockedIo,
                                LaneState::descheduled};
        for (const LaneState one : states)
            for (const LaneState other : states) {
                if (one == other) continue;
                const QImage a = painted(t, one, 0).convertToFormat(QImage::Format_Mono);
                const QImage b = painted(t, other, 0).convertToFormat(QImage::Format_Mono);
                QVERIFY2(a != b, qPrintable(laneStateText(one) + u' ' + laneStateText(other)));
            }
    }

    void theNinthWorkerHasTheFirstOnesColourWithAStripe() {
        const Tokens& t = tokensFor(Look::dark);
        const QImage first = painted(t, LaneState::busy, 0);
        const QImage ninth = painted(t, LaneState::busy, workerColourCount);
        QVERIFY(first != ninth);
        bool hasColour = false;
        for (int y = 0; y < ninth.height(); ++y) hasColour |= ninth.pixelColor(5, y) == t.workers[0];
        QVERIFY(hasColour);
    }

    void theChosenThemeIsWornByThePalette() {
        Theme& theme = Theme::instance();
        theme.setChoice(ThemeChoice::dark);
        QCOMPARE(QApplication::palette().color(QPalette::Window), tokensFor(Look::dark).panel);
        theme.setChoice(ThemeChoice::light);
        QCOMPARE(QApplication::palette().color(QPalette::Window), tokensFor(Look::light).panel);
    }

    void textScaleEnlargesTypeAndLengthsButNoLines() {
        Theme& theme = Theme::instance();
        const int before = theme.font(Type::body).pixelSize();
        theme.setTextScale(2);
        QCOMPARE(theme.font(Type::body).pixelSize(), 2 * before);
        QVERIFY(theme.font(Type::small).pixelSize() >= 22);
        QVERIFY(qApp->styleSheet().contains(QStringLiteral("border: 1px solid")));
        theme.setTextScale(1);
        QCOMPARE(theme.font(Type::body).pixelSize(), before);
    }

    void theStyleSheetHasNoNameLeftUnfilled() {
        const QString sheet = styleSheet(tokensFor(Look::light), [](int px) { return px; });
        QVERIFY2(!sheet.contains(u'%'), qPrintable(sheet.mid(sheet.indexOf(u'%'), 40)));
    }

    void noColourIsWrittenDownOutsideTheTable() {
        const QRegularExpression literal(
            QStringLiteral("#[0-9a-fA-F]{6}\\b|#[0-9a-fA-F]{3}\\b|QColor\\((0x|\\d|\"|u\")|Qt::(white|black|red|green|"
                           "blue|gray|darkGray|lightGray)\\b"));
        int files = 0;
        QDirIterator walk(QStringLiteral(SOURCE_DIR "/ui"), {QStringLiteral("*.cpp"), QStringLiteral("*.h")},
                          QDir::Files, QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            const QString path = walk.next();
            if (path.endsWith(QLatin1StringView("theme/tokens.cpp"))) continue;
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const auto found = literal.match(QString::fromUtf8(file.readAll()));
            QVERIFY2(!found.hasMatch(), qPrintable(path + QStringLiteral(": ") + found.captured()));
            ++files;
        }
        QVERIFY(files > 30);
    }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
