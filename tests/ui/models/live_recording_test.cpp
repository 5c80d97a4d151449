#include <memory>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "engine/tests/trace_synthetic.h"
#include "ui/models/board_model.h"
#include "ui/models/lane_model.h"
#include "ui/session/live_recording.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;

namespace {

QByteArray syntheticBytes() {
    const auto bytes = grainscope::trace::testing::synthetic_stream();
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
}

std::span<const std::byte> asSpan(const QByteArray& bytes) {
    return std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace

class LiveRecordingTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void whatIsSavedIsTheExactStream() {
        const QByteArray bytes = syntheticBytes();
        const auto recording = LiveRecording::create();
        for (qsizetype at = 0; at < bytes.size(); at += 7) QVERIFY(recording->append(asSpan(bytes.mid(at, 7))));
        QVERIFY(recording->isUnsaved() && recording->isLive());
        QCOMPARE(recording->size(), bytes.size());
        QVERIFY(recording->save(path()));
        QVERIFY(!recording->isUnsaved());
        QCOMPARE(recording->path(), path());
        QCOMPARE(contents(path()), bytes);
    }

    void aSavedRecordingOpensAndLooksTheSame() {
        const auto live = LiveRecording::create();
        QVERIFY(live->append(asSpan(syntheticBytes())));
        live->finish();
        QVERIFY(live->save(path()));
        const auto opened = LiveRecording::open(path());
        QVERIFY(opened.has_value());
        QVERIFY(!(*opened)->isLive() && !(*opened)->isUnsaved());
        QCOMPARE((*opened)->warning(), QString());
        QCOMPARE((*opened)->title(), u"sort.grainscope"_s);
        QCOMPARE((*opened)->metadata()[u"workload"].toString(), u"quicksort"_s);
        QCOMPARE((*opened)->result()[u"workload"].toString(), u"quicksort"_s);
        LaneModel before, after;
        before.setRecording(live->share());
        after.setRecording((*opened)->share());
        const TimeRange all{0, live->recording().end};
        QCOMPARE(after.laneCount(), 2);
        for (int lane = 0; lane < 2; ++lane) {
            QVERIFY(!before.runs(lane, all, 640).empty());
            QVERIFY(std::ranges::equal(before.runs(lane, all, 640), after.runs(lane, all, 640)));
        }
        BoardModel bars, barsAfter;
        bars.setRecording(live->share());
        barsAfter.setRecording((*opened)->share());
        QVERIFY(bars.refresh() && barsAfter.refresh());
        QVERIFY(std::ranges::equal(bars.values(), barsAfter.values()));
    }

    void anOpenedRecordingSavesElsewhereEvenWhenItsFileIsGone() {
        write(syntheticBytes());
        const auto opened = LiveRecording::open(path());
        QVERIFY(opened.has_value());
        QVERIFY(QFile::remove(path()));
        const QString other = folder_->filePath(u"other.grainscope"_s);
        QVERIFY((*opened)->save(other));
        QCOMPARE(contents(other), syntheticBytes());
    }

    void aRecordingThatWasCutOffOpensAndSaysSo() {
        write(syntheticBytes().chopped(5));
        const auto opened = LiveRecording::open(path());
        QVERIFY(opened.has_value());
        QCOMPARE((*opened)->recording().workers.size(), std::size_t{2});
        QVERIFY2((*opened)->warning().contains(u"cut off"_s), qPrintable((*opened)->warning()));
    }

    void damageInTheMiddleKeepsWhatComesBefore() {
        QByteArray bytes = syntheticBytes();
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        write(bytes);
        const auto opened = LiveRecording::open(path());
        QVERIFY(opened.has_value());
        QVERIFY(!(*opened)->recording().phases.empty());
        QVERIFY2((*opened)->warning().contains(u"damaged"_s), qPrintable((*opened)->warning()));
    }

    void whatIsNoRecordingIsRefusedInWords_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("words");
        QTest::newRow("empty") << QByteArray("") << u"is empty"_s;
        QTest::newRow("text") << QByteArray("once upon a time") << u"not a Grainscope recording"_s;
        QTest::newRow("only the beginning") << syntheticBytes().first(20) << u"cut off"_s;
    }
    void whatIsNoRecordingIsRefusedInWords() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        write(bytes);
        const auto opened = LiveRecording::open(path());
        QVERIFY(!opened);
        QVERIFY2(opened.error().contains(words), qPrintable(opened.error()));
    }

    void missingFilesAndFoldersAreNamed() {
        const auto missing = LiveRecording::open(u"/nowhere/x.grainscope"_s);
        QVERIFY(!missing);
        QVERIFY(missing.error().contains(u"/nowhere/x.grainscope"_s));
        const auto folder = LiveRecording::open(folder_->path());
        QVERIFY(!folder);
        QVERIFY(folder.error().contains(u"folder"_s));
    }

    void savingWhereNothingCanBeWrittenSaysWhyAndLosesNothing() {
        const auto recording = LiveRecording::create();
        QVERIFY(recording->append(asSpan(syntheticBytes())));
        const auto refused = recording->save(u"/proc/nowhere/x.grainscope"_s);
        QVERIFY(!refused);
        QVERIFY(refused.error().contains(u"/proc/nowhere/x.grainscope"_s));
        QVERIFY(!recording->save(folder_->path()));
        QVERIFY(recording->isUnsaved());
        QVERIFY(recording->save(path()));
        QCOMPARE(contents(path()), syntheticBytes());
    }

    void aModelKeepsItsRecordingAlive() {
        auto recording = LiveRecording::create();
        QVERIFY(recording->append(asSpan(syntheticBytes())));
        LaneModel lanes;
        lanes.setRecording(recording->share());
        recording.reset();
        QVERIFY(!lanes.runs(0, {0, 160'000'000}, 100).empty());
    }

  private:
    QString path() const { return folder_->filePath(u"sort.grainscope"_s); }
    void write(const QByteArray& bytes) const {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    static QByteArray contents(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(LiveRecordingTest)
#include "live_recording_test.moc"
