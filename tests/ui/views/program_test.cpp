// grainscope-gui as a program: its arguments, its pictures, its words.
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

namespace {

struct Ending {
    int code = -1;
    QString out, err;
};

Ending runProgram(const QStringList& arguments, const QStringList& unset = {}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString& name : unset) environment.remove(name);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(PROGRAM), arguments);
    if (!process.waitForFinished(60'000)) process.kill();
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

QString recording() { return QStringLiteral(RECORDINGS "/two-workers.grainscope"); }

}  // namespace

class ProgramTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aScreenshotHasTheSizeThatWasAskedFor() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("picture.png"));
        for (const char* view : {"live", "scale", "tune", "pipeline"}) {
            const Ending ending =
                runProgram({QStringLiteral("--screenshot"), path, QStringLiteral("--view"), QString::fromLatin1(view),
                            QStringLiteral("--size"), QStringLiteral("1200x800"), recording()});
            QVERIFY2(ending.code == 0, qPrintable(ending.err));
            QCOMPARE(QImage(path).size(), QSize(1200, 800));
        }
    }

    void lightAndDarkPicturesDiffer() {
        QTemporaryDir folder;
        const QString light = folder.filePath(QStringLiteral("light.png"));
        const QString dark = folder.filePath(QStringLiteral("dark.png"));
        QCOMPARE(runProgram({QStringLiteral("--screenshot"), light, QStringLiteral("--theme"), QStringLiteral("light"),
                             recording()})
                     .code,
                 0);
        QCOMPARE(runProgram({QStringLiteral("--screenshot"), dark, QStringLiteral("--theme"), QStringLiteral("dark"),
                             recording()})
                     .code,
                 0);
        QVERIFY(QImage(light).pixelColor(5, 5).lightness() > 200);
        QVERIFY(QImage(dark).pixelColor(5, 5).lightness() < 60);
    }

    void whatIsWrongIsOneLineAndTheRightStatus_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto list = [](std::initializer_list<const char*> words) {
            QStringList result;
            for (const char* word : words) result << QString::fromLatin1(word);
            return result;
        };
        QTest::newRow("unknown option") << list({"--sideways"}) << 2 << QStringLiteral("sideways");
        QTest::newRow("unknown view") << list({"--view", "anatomy"}) << 2 << QStringLiteral("live, scale, tune");
        QTest::newRow("unknown theme") << list({"--theme", "pink"}) << 2 << QStringLiteral("dark");
        QTest::newRow("bad size") << list({"--size", "big"}) << 2 << QStringLiteral("WIDTHxHEIGHT");
        QTest::newRow("picture of nothing") << list({"--screenshot", "x.png"}) << 2 << QStringLiteral("one recording");
        QTest::newRow("missing file") << list({"--screenshot", "x.png", "/nowhere/a.grainscope"}) << 3
                                      << QStringLiteral("/nowhere/a.grainscope");
        QTest::newRow("unwritable picture")
            << QStringList{QStringLiteral("--screenshot"), QStringLiteral("/nowhere/x.png"), recording()} << 3
            << QStringLiteral("/nowhere/x.png");
    }

    void whatIsWrongIsOneLineAndTheRightStatus() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, says);
        const Ending ending = runProgram(arguments);
        QCOMPARE(ending.code, code);
        QVERIFY2(ending.err.contains(says), qPrintable(ending.err));
        QCOMPARE(ending.err.count(u'\n'), 1);
    }

    void withoutADisplayItSaysSoInOneLine() {
        const Ending ending = runProgram({}, {QStringLiteral("DISPLAY"), QStringLiteral("WAYLAND_DISPLAY"),
                                              QStringLiteral("WAYLAND_SOCKET"), QStringLiteral("QT_QPA_PLATFORM")});
        QCOMPARE(ending.code, 1);
        QVERIFY(ending.err.contains(QStringLiteral("no display")));
        QCOMPARE(ending.err.count(u'\n'), 1);
    }

    void itTellsItsVersionAndItsArguments() {
        const Ending version = runProgram({QStringLiteral("--version")});
        QCOMPARE(version.code, 0);
        QVERIFY(version.out.startsWith(QStringLiteral("grainscope-gui ")));
        const Ending help = runProgram({QStringLiteral("--help")});
        QCOMPARE(help.code, 0);
        QVERIFY(help.out.contains(QStringLiteral("--screenshot")));
    }
};

QTEST_GUILESS_MAIN(ProgramTest)
#include "program_test.moc"
