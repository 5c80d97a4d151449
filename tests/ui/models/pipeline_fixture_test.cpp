// The recordings of a pipeline and of a multiplexer that are kept as files are what the simulation writes.
//
// With GRAINSCOPE_WRITE_FIXTURES=1 the files are written anew.
#include <algorithm>
#include <map>
#include <span>

#include <QFile>
#include <QTest>

#include "tests/ui/pipeline_recordings.h"

using namespace grainscope::ui;

namespace {

QString pathOf(const char* name) { return QStringLiteral(RECORDINGS "/%1.grainscope").arg(QString::fromLatin1(name)); }

}  // namespace

class PipelineFixtureTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theFilesAreWhatTheSimulationWrites() {
        const std::map<const char*, std::vector<std::byte>> fixtures{{"pipeline", test::pipelineStream()},
                                                                     {"multiplexer", test::multiplexerStream()}};
        for (const auto& [name, bytes] : fixtures) {
            const QByteArrayView made(bytes.data(), std::ssize(bytes));
            if (qEnvironmentVariableIsSet("GRAINSCOPE_WRITE_FIXTURES")) {
                QFile file(pathOf(name));
                QVERIFY(file.open(QIODevice::WriteOnly));
                QCOMPARE(file.write(made.data(), made.size()), made.size());
            }
            QFile file(pathOf(name));
            QVERIFY2(file.open(QIODevice::ReadOnly), name);
            const QByteArray kept = file.readAll();
            QVERIFY2(kept == made, name);
            constexpr qsizetype mostBytes = 200'000;
            QVERIFY(kept.size() < mostBytes);
        }
    }
};

QTEST_GUILESS_MAIN(PipelineFixtureTest)
#include "pipeline_fixture_test.moc"
