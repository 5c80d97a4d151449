// Stages, channels and followed messages: numbers known by construction, and diagrams that mean no good.
#include <chrono>
#include <memory>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/pipeline_recordings.h"
#include "ui/models/format.h"
#include "ui/models/message_model.h"
#include "ui/models/pipeline_layout.h"
#include "ui/models/pipeline_model.h"
#include "ui/models/slow_motion.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using grainscope::trace::ChannelReading;
using grainscope::trace::NoteKind;
using grainscope::trace::PhaseKind;
using grainscope::trace::Recording;
using grainscope::trace::State;
using grainscope::trace::testing::ms;

namespace {

constexpr auto twoStages =
    R"({"stages":[{"name":"make","first_row":0,"rows":1},{"name":"use","first_row":1,"rows":2}],)"
    R"("channels":[{"name":"things","from":0,"to":1,"capacity":10}],"message":"thing"})";

QString plain(QString text) { return text.replace(QChar(0xa0), u' '); }

/// Two stages over 100 ms. 1,000 things a second; the channel holds 4, in the second half 8; the sender waits a quarter
/// of the time, the two receivers half of theirs.
std::shared_ptr<Recording> steady() {
    auto recording = std::make_shared<Recording>();
    recording->notes.push_back({0, NoteKind::diagram, twoStages});
    recording->workers.resize(3);
    recording->channels.resize(1);
    for (Nanoseconds at = 0; at <= 100 * ms; at += 10 * ms) {
        const auto passed = static_cast<std::uint64_t>(at);
        recording->channels[0].samples.push_back({at, ChannelReading{.sent = passed / 1'000'000 + 4,
                                                                     .received = passed / 1'000'000,
                                                                     .depth = at < 50 * ms ? 4U : 8U,
                                                                     .blocked_senders = 1,
                                                                     .send_blocked_ns = passed / 4,
                                                                     .receive_blocked_ns = passed}});
    }
    recording->workers[0].states = {{0, 75 * ms, State::busy}, {75 * ms, 100 * ms, State::blocked_channel}};
    for (int worker : {1, 2})
        recording->workers[static_cast<std::size_t>(worker)].states = {{0, 50 * ms, State::blocked_channel},
                                                                       {50 * ms, 100 * ms, State::busy}};
    recording->end = 100 * ms;
    recording->version = 1;
    return recording;
}

/// A hundred messages: made in 1 ms, waiting as many µs as their number says, used in 2 ms.
std::shared_ptr<Recording> withMessages() {
    auto recording = steady();
    for (std::uint64_t i = 1; i <= 100; ++i) {
        const auto begin = static_cast<Nanoseconds>(i) * 500'000, waited = static_cast<Nanoseconds>(i) * 1'000;
        recording->workers[0].messages.push_back({begin, begin + ms, i, 0});
        recording->workers[1 + i % 2].messages.push_back({begin + ms + waited, begin + 3 * ms + waited, i, 1});
    }
    return recording;
}

std::unique_ptr<PipelineModel> modelOf(const RecordingPtr& recording, TimeRange range = {0, 100 * ms}) {
    auto model = std::make_unique<PipelineModel>();
    model->setRecording(recording);
    model->refresh(std::nullopt);
    model->takeFigures(range);
    return model;
}

RecordingPtr read(const std::vector<std::byte>& stream) {
    return std::make_shared<Recording>(grainscope::trace::testing::read_all(stream));
}

bool isNear(double value, double expected) { return std::abs(value - expected) <= 1e-6 * std::max(1.0, expected); }

QString shown(const QAbstractItemModel& model, int row, int column) {
    return plain(model.index(row, column).data().toString());
}

PipelineDiagram chain(int stages) {
    PipelineDiagram diagram;
    for (int i = 0; i < stages; ++i) {
        diagram.stages.push_back({u"stage %1"_s.arg(i), i, 1, false});
        if (i > 0) diagram.channels.push_back({u"channel %1"_s.arg(i), i - 1, i, 8});
    }
    return diagram;
}

}  // namespace

class PipelineModelTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aDiagramIsRead() {
        const auto diagram = PipelineDiagram::fromJson(
            R"({"stages":[{"name":"a","first_row":0,"rows":2,"selects":true},{"name":"b","first_row":2,"rows":1}],
                "channels":[{"name":"c","from":null,"to":0,"capacity":null},{"name":"d","from":0,"to":1,"capacity":0}]})");
        QVERIFY(diagram.has_value());
        QVERIFY(diagram->stage(0).selects && !diagram->stage(1).selects);
        QVERIFY(!diagram->channel(0).from && !diagram->channel(0).capacity);
        QCOMPARE(diagram->channel(1).from, std::optional(0));
        QCOMPARE(diagram->channel(1).capacity, std::optional<qint64>(0));
        QCOMPARE(diagram->message, u"message"_s);
        QCOMPARE(diagram->layers(), (std::vector<int>{0, 1}));
        QVERIFY(diagram->isSource(0) && diagram->isSink(1));
    }

    void whatIsNoDiagramIsRefused_data() {
        QTest::addColumn<QByteArray>("json");
        const auto stages = [](const char* list) {
            return QByteArray(R"({"stages":)") + list + R"(,"channels":[{"name":"c","from":0,"to":0,"capacity":1}]})";
        };
        const auto channels = [](const char* list) {
            return QByteArray(R"({"stages":[{"name":"a","first_row":0,"rows":1}],"channels":)") + list + '}';
        };
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("{{{{");
        QTest::newRow("an array") << QByteArray("[]");
        QTest::newRow("deep") << QByteArray(100'000, '[');
        QTest::newRow("no stages") << stages("[]");
        QTest::newRow("stages that are none") << stages("[1,null,\"x\"]");
        QTest::newRow("no name") << stages(R"([{"name":"","first_row":0,"rows":1}])");
        QTest::newRow("twice the same") << stages(
            R"([{"name":"a","first_row":0,"rows":1},{"name":"a","first_row":1,"rows":1}])");
        QTest::newRow("row below zero") << stages(R"([{"name":"a","first_row":-1,"rows":1}])");
        QTest::newRow("too many rows") << stages(R"([{"name":"a","first_row":4000,"rows":4000}])");
        QTest::newRow("rows beyond numbers") << stages(R"([{"name":"a","first_row":0,"rows":1e300}])");
        QTest::newRow("half a row") << stages(R"([{"name":"a","first_row":0,"rows":0.5}])");
        QTest::newRow("no channels") << channels("[]");
        QTest::newRow("to nowhere") << channels(R"([{"name":"c","from":0,"to":1,"capacity":1}])");
        QTest::newRow("from nowhere") << channels(R"([{"name":"c","from":7,"to":0,"capacity":1}])");
        QTest::newRow("from a word") << channels(R"([{"name":"c","from":"a","to":0,"capacity":1}])");
        QTest::newRow("negative capacity") << channels(R"([{"name":"c","from":0,"to":0,"capacity":-1}])");
        QTest::newRow("endless capacity") << channels(R"([{"name":"c","from":0,"to":0,"capacity":1e30}])");
    }
    void whatIsNoDiagramIsRefused() {
        QFETCH(QByteArray, json);
        QVERIFY(!PipelineDiagram::fromJson(json));
        const auto recording = steady();
        recording->notes[0].text = json.toStdString();
        const auto model = modelOf(recording);
        QVERIFY(!model->diagram());
        QCOMPARE(model->rowCount(), 0);
        QCOMPARE(model->sentence(), QString());
        QVERIFY(model->placesNow().empty());
    }

    void aRingHasLayersToo() {
        PipelineDiagram ring = chain(3);
        ring.channels.push_back({u"back"_s, 2, 0, 8});
        QCOMPARE(ring.layers(), (std::vector<int>{0, 1, 2}));
        PipelineDiagram alone;
        alone.stages.push_back({u"a"_s, 0, 1, false});
        alone.channels.push_back({u"self"_s, 0, 0, 8});
        QCOMPARE(alone.layers(), (std::vector<int>{0}));
        QVERIFY(alone.isSource(0) && alone.isSink(0));
    }

    void aChannelsFiguresAreThoseOfItsSamples() {
        const auto model = modelOf(steady());
        const ChannelFigures& figures = model->figures().channels[0];
        QCOMPARE(figures.received, 100.0);
        QVERIFY(isNear(figures.perSecond, 1000));
        QVERIFY(isNear(figures.meanFill, 6));
        QCOMPARE(figures.deepest, 8U);
        QVERIFY(isNear(*figures.sendersBlocked, 0.25));
        QVERIFY(isNear(*figures.receiversBlocked, 0.5));
        QVERIFY(!figures.armShare);
        QVERIFY(isNear(model->figures().outPerSecond, 1000));
    }

    void onlyTimedRepetitionsCountWhereThereAreAny() {
        const auto recording = steady();
        recording->phases = {
            {.kind = PhaseKind::sample, .begin = 0, .end = 20 * ms},
            {.kind = PhaseKind::sample, .index = 1, .begin = 30 * ms, .end = 50 * ms, .discarded = true},
            {.kind = PhaseKind::check, .begin = 50 * ms, .end = 60 * ms}};
        const auto model = modelOf(recording);
        QVERIFY(isNear(model->figures().seconds, 0.02));
        QCOMPARE(model->figures().channels[0].received, 20.0);
        QCOMPARE(model->figures().channels[0].deepest, 4U);
        QVERIFY(isNear(model->figures().channels[0].perSecond, 1000));
    }

    void betweenTwoSamplesTotalsGrowEvenly() {
        const auto model = modelOf(steady(), {13 * ms, 18 * ms});
        QVERIFY(isNear(model->figures().channels[0].perSecond, 1000));
        QCOMPARE(model->figures().channels[0].received, 5.0);
    }

    void totalsThatFallStandStill() {
        const auto recording = steady();
        auto& samples = recording->channels[0].samples;
        for (std::size_t i = 5; i < samples.size(); ++i) {
            samples[i].reading.received -= 50;
            samples[i].reading.send_blocked_ns = 0;
        }
        const auto model = modelOf(recording);
        QCOMPARE(model->figures().channels[0].received, 90.0);
        QVERIFY(isNear(*model->figures().channels[0].sendersBlocked, 0.1));
    }

    void aStageIsBusyWhenItNeitherWaitsNorSleeps() {
        const auto model = modelOf(steady());
        QVERIFY(isNear(*model->figures().stages[0].busy, 0.75));
        QVERIFY(isNear(*model->figures().stages[1].busy, 0.5));
        QVERIFY(!model->figures().bottleneck);
        QCOMPARE(model->figures().busiest, std::optional(0));
        QVERIFY2(model->sentence().startsWith(u"No stage is saturated, the producer sets the pace"_s),
                 qPrintable(model->sentence()));
        // In the second half the users are busy throughout.
        const auto later = modelOf(steady(), {50 * ms, 100 * ms});
        QCOMPARE(later->figures().bottleneck, std::optional(1));
        QVERIFY2(
            plain(later->sentence())
                .startsWith(u"“use” is the bottleneck: its 2 workers are busy 100 % of the time, senders to it wait "
                            "25 %, and 1,000 messages a second come out."_s),
            qPrintable(later->sentence()));
    }

    void messagesAreGroupedAndTheirLatencyIsFromFirstToLast() {
        const auto model = modelOf(withMessages());
        QCOMPARE(model->messages().messages().size(), std::size_t{100});
        const FollowedMessage& tenth = model->messages().messages()[9];
        QCOMPARE(tenth.id, 10U);
        QCOMPARE(tenth.hops.size(), std::size_t{2});
        QCOMPARE(tenth.latency(), 3 * ms + 10'000);
        QCOMPARE(tenth.worked(), 3 * ms);
        QCOMPARE(LifeModel::waited(tenth, 1), Nanoseconds{10'000});
        const LatencyFigures& latency = model->figures().latency;
        QCOMPARE(latency.followed, 100);
        QCOMPARE(*latency.median, 3'050'000.0);
        QCOMPARE(*latency.p90, 3'090'000.0);
        QCOMPARE(*latency.p99, 3'099'000.0);
        QCOMPARE(*model->figures().stages[1].serviceNs, 2e6);
        QVERIFY(plain(model->sentence()).endsWith(u"Latency is 3.05 ms (median), 3.10 ms (99 %)."_s));
    }

    void fewMessagesTellNoLatency() {
        const auto model = modelOf(withMessages(), {0, 6 * ms});
        QCOMPARE(model->figures().latency.followed, 5);
        QVERIFY(!model->figures().latency.median);
        QVERIFY2(model->sentence().contains(u"Too few were followed"_s), qPrintable(model->sentence()));
        QVERIFY(modelOf(steady())->sentence().contains(u"No thing was followed all the way"_s));
    }

    void theSameNumberInTwoRepetitionsIsTwoMessages() {
        const auto recording = steady();
        recording->phases = {{.kind = PhaseKind::sample, .begin = 0, .end = 50 * ms},
                             {.kind = PhaseKind::paused, .begin = 2 * ms, .end = 3 * ms},
                             {.kind = PhaseKind::sample, .index = 1, .begin = 50 * ms, .end = 100 * ms}};
        recording->workers[0].messages = {{ms, 2 * ms, 7, 0}, {51 * ms, 52 * ms, 7, 0}};
        recording->workers[1].messages = {{4 * ms, 5 * ms, 7, 1}, {54 * ms, 55 * ms, 7, 1}};
        const auto model = modelOf(recording);
        QCOMPARE(model->messages().messages().size(), std::size_t{2});
        QCOMPARE(model->messages().messages()[0].latency(), 4 * ms);
    }

    void aMessageIsAtItsWorkerOrInItsChannel() {
        const auto model = modelOf(withMessages());
        const FollowedMessage& first = model->messages().messages().front();
        model->refresh(first.begin() + ms / 2);
        auto places = model->placesNow();
        QVERIFY(std::ranges::any_of(places, [](const MessagePlace& place) {
            return place.message == 0 && !place.channel && place.hop == 0 && std::abs(place.done - 0.5) < 1e-9;
        }));
        model->refresh(first.hops[0].end + 500);
        places = model->placesNow();
        QVERIFY(std::ranges::any_of(places, [](const MessagePlace& place) {
            return place.message == 0 && place.channel == 0 && std::abs(place.done - 0.5) < 1e-9;
        }));
        model->refresh(99 * ms);
        QVERIFY(model->placesNow().empty());
    }

    void withoutStatesTheBottleneckIsByServiceTime() {
        const auto recording = withMessages();
        for (auto& worker : recording->workers) worker.states.clear();
        for (auto& span : recording->workers[0].messages) span.end -= ms / 2;
        const auto model = modelOf(recording);
        QVERIFY(model->figures().busyIsEstimated);
        // Half a ms a message, 1,000 a second, one worker.
        QVERIFY(isNear(*model->figures().stages[0].busy, 0.5));
        // 2 ms a message, 1,000 a second, two workers.
        QVERIFY(isNear(*model->figures().stages[1].busy, 1));
        QCOMPARE(model->figures().bottleneck, std::optional(1));
        const auto nothing = steady();
        for (auto& worker : nothing->workers) worker.states.clear();
        QVERIFY(modelOf(nothing)->sentence().startsWith(u"Which stage is the bottleneck is not known"_s));
    }

    void theSimulatedPipelineIsHeldBackByItsCompressors() {
        const auto model = modelOf(read(test::pipelineStream()), {0, 600 * ms});
        const PipelineFigures& figures = model->figures();
        QCOMPARE(figures.bottleneck, std::optional(2));
        QVERIFY(*figures.stages[2].busy > 0.9);
        QVERIFY(figures.channels[1].deepest == 64 && *figures.channels[1].sendersBlocked > 0.3);
        QVERIFY(figures.latency.p99 > figures.latency.median);
        QVERIFY2(model->sentence().startsWith(u"“compress” is the bottleneck: its 2 workers"_s),
                 qPrintable(model->sentence()));
    }

    void theArmsOfASelectAddUp() {
        const auto model = modelOf(read(test::multiplexerStream()), {0, 500 * ms});
        double sum = 0;
        for (int channel = 0; channel < 4; ++channel)
            sum += *model->figures().channels[static_cast<std::size_t>(channel)].armShare;
        QVERIFY(isNear(sum, 1));
        QVERIFY(!model->figures().channels[4].armShare);
        QVERIFY(!model->figures().channels[2].sendersBlocked);
        QCOMPARE(shown(*model, 2, PipelineModel::FromColumn), u"a clock"_s);
        QCOMPARE(shown(*model, 4, PipelineModel::CapacityColumn), u"unbounded"_s);
        // A tick every 10 ms in 400 ms; one that finds its channel full is lost.
        const double ticks = model->figures().channels[2].received;
        QVERIFY2(ticks > 20 && ticks <= 41, qPrintable(QString::number(ticks)));
    }

    void columnsShowExtremesAndWaits() {
        const auto model = modelOf(steady());
        const auto columns = model->columns(0, {0, 100 * ms}, 10);
        QCOMPARE(columns.size(), std::size_t{10});
        QVERIFY(columns[0].known);
        QCOMPARE(columns[0].most, 4U);
        QCOMPARE(columns[9].most, 8U);
        QCOMPARE(columns[9].least, 8U);
        QVERIFY(isNear(columns[3].sendBlockedNs, 2.5e6));
        QVERIFY(!model->columns(0, {200 * ms, 300 * ms}, 10)[5].known);
        QCOMPARE(model->columns(5, {0, ms}, 7).size(), std::size_t{7});
    }

    void theTablesAreGoodModels() {
        auto model = modelOf(withMessages());
        QAbstractItemModelTester channels(model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        MessageModel messages(*model);
        QAbstractItemModelTester all(&messages, QAbstractItemModelTester::FailureReportingMode::QtTest);
        messages.refresh();
        QCOMPARE(messages.rowCount(), 100);
        QCOMPARE(shown(messages, 9, MessageModel::LatencyColumn), u"3.01 ms"_s);
        LifeModel life(*model);
        QAbstractItemModelTester hops(&life, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy chosen(&life, &LifeModel::chosenChanged);
        life.choose(9);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(life.rowCount(), 2);
        QCOMPARE(shown(life, 1, LifeModel::StageColumn), u"use"_s);
        QCOMPARE(plain(life.sentence()), u"thing 10: make 1.00 ms, waited 10.0 µs, use 2.00 ms. 3.01 ms in all."_s);
        QCOMPARE(shown(*model, 0, PipelineModel::RateColumn), u"1 k/s"_s);
        QCOMPARE(shown(*model, 0, PipelineModel::SendersBlockedColumn), u"25.0 %"_s);
        model->setRecording(nullptr);
        QCOMPARE(life.rowCount(), 0);
        QCOMPARE(messages.rowCount(), 0);
    }

    void theNextMessageIsChosenByWhereItIs() {
        const auto model = modelOf(withMessages());
        model->refresh(10 * ms);
        LifeModel life(*model);
        life.chooseNeighbour(1);
        const auto first = life.chosen();
        QVERIFY(first.has_value());
        life.chooseNeighbour(1);
        QVERIFY(life.chosen() != first);
        life.chooseNeighbour(-1);
        QCOMPARE(life.chosen(), first);
    }

    void whatIsLaidOutDoesNotOverlap_data() {
        QTest::addColumn<int>("stages");
        QTest::addColumn<int>("width");
        for (const int stages : {1, 2, 4, 7, 12})
            for (const int width : {300, 900, 1500}) QTest::addRow("%d stages in %d", stages, width) << stages << width;
    }
    void whatIsLaidOutDoesNotOverlap() {
        QFETCH(int, stages);
        QFETCH(int, width);
        PipelineDiagram diagram = chain(stages);
        // Something across, something back, and a clock.
        if (stages > 3) {
            diagram.channels.push_back({u"across"_s, 0, 3, 8});
            diagram.channels.push_back({u"back"_s, 3, 1, 8});
        }
        diagram.channels.push_back({u"tick"_s, std::nullopt, stages / 2, 1});
        const double height = PipelineLayout(diagram, QSizeF(width, 1), 1).neededHeight();
        const PipelineLayout layout(diagram, QSizeF(width, height), 1);
        std::vector<QRectF> rects = layout.stages();
        for (const QRectF& clock : layout.clocks())
            if (!clock.isEmpty()) rects.push_back(clock);
        for (const PipelineLayout::Pipe& pipe : layout.pipes())
            rects.push_back(pipe.body.united(pipe.caption).united(pipe.marks));
        for (std::size_t i = 0; i < rects.size(); ++i) {
            QVERIFY(rects[i].width() > 20 && rects[i].height() > 15);
            QVERIFY(rects[i].left() >= -0.01 && rects[i].top() >= -0.01 && rects[i].bottom() <= height + 0.01);
            if (width >= 400) QVERIFY(rects[i].right() <= width + 0.01);
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY2(!rects[i].intersects(rects[j]), qPrintable(u"%1 and %2"_s.arg(i).arg(j)));
        }
    }

    void slowMotionMovesTheCursorAndStopsAtTheEnd() {
        TimeNavigator time;
        time.restart(false, 100 * ms);
        SlowMotion motion(time);
        motion.setSlowdown(100);
        motion.play();
        QVERIFY(motion.isPlaying());
        QCOMPARE(time.cursor(), std::optional<Nanoseconds>(0));
        motion.advance(10 * ms);
        QCOMPARE(time.cursor(), std::optional<Nanoseconds>(ms / 10));
        for (int i = 0; i < 3; ++i) motion.advance(50);
        QCOMPARE(time.cursor(), std::optional<Nanoseconds>(ms / 10 + 1));
        motion.advance(100'000 * ms);
        QVERIFY(!motion.isPlaying());
        QCOMPARE(time.cursor(), std::optional<Nanoseconds>(100 * ms - 1));
        QCOMPARE(SlowMotion::slowdownFor(4e6), 1000);
    }

    void manySamplesAndMessagesStayFluent() {
        auto recording = std::make_shared<Recording>();
        QStringList stages, channels;
        for (int i = 0; i < 17; ++i) stages << uR"({"name":"s%1","first_row":%1,"rows":1})"_s.arg(i);
        for (int i = 0; i < 16; ++i) channels << uR"({"name":"c","from":%1,"to":%2,"capacity":64})"_s.arg(i).arg(i + 1);
        const QString json = uR"({"stages":[%1],"channels":[%2]})"_s.arg(stages.join(u','), channels.join(u','));
        recording->notes.push_back({0, NoteKind::diagram, json.toStdString()});
        recording->workers.resize(17);
        recording->channels.resize(16);
        for (std::uint64_t i = 0; i < 10'000; ++i)
            for (auto& channel : recording->channels)
                channel.samples.push_back(
                    {static_cast<Nanoseconds>(i) * ms, {.sent = i * 9, .received = i * 9, .depth = i * 7 % 65}});
        for (std::uint64_t i = 0; i < 50'000; ++i)
            for (std::uint32_t stage = 0; stage < 17; ++stage) {
                const Nanoseconds begin = static_cast<Nanoseconds>(i) * 200'000 + stage * 300'000;
                recording->workers[stage].messages.push_back({begin, begin + 150'000, i, stage});
            }
        recording->end = 10'000 * ms;
        recording->version = 1;
        PipelineModel model;
        model.setRecording(recording);
        const auto timed = [](const char* what, const auto& work) {
            const auto begin = std::chrono::steady_clock::now();
            work();
            qInfo("%s: %.2f ms", what,
                  std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
        };
        timed("reading all", [&] { model.refresh(5'000 * ms); });
        timed("figures of all", [&] { model.takeFigures({0, 10'000 * ms}); });
        timed("16 strips of 1,200 px", [&] {
            for (int channel = 0; channel < 16; ++channel)
                QCOMPARE(model.columns(channel, {0, 10'000 * ms}, 1200).size(), std::size_t{1200});
        });
        timed("who is where", [&] { QVERIFY(!model.placesNow().empty()); });
        QCOMPARE(model.messages().messages().size(), std::size_t{50'000});
        QCOMPARE(model.figures().latency.followed > 49'000, true);
    }
};

QTEST_GUILESS_MAIN(PipelineModelTest)
#include "pipeline_model_test.moc"
