// What the LIVE view is drawn from, on a recording of which every number is known.
#include <memory>
#include <random>

#include <QAbstractItemModelTester>
#include <QTest>

#include <grainscope/trace/analysis.h>

#include "engine/tests/trace_synthetic.h"
#include "ui/models/board_model.h"
#include "ui/models/counter_model.h"
#include "ui/models/explanation.h"
#include "ui/models/format.h"
#include "ui/models/lane_model.h"
#include "ui/models/utilisation_model.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;
using grainscope::trace::Recording;
using grainscope::trace::State;
using grainscope::trace::StateSpan;
using grainscope::trace::StealMark;
using grainscope::trace::WorkerSample;
using grainscope::trace::WorkerTrack;
using grainscope::trace::testing::ms;
using grainscope::trace::testing::SyntheticRun;

namespace {

std::shared_ptr<Recording> synthetic() {
    return std::make_shared<Recording>(
        grainscope::trace::testing::read_all(grainscope::trace::testing::synthetic_stream()));
}

/// One worker whose spans follow one another, each `length` long.
std::shared_ptr<Recording> oneWorker(const std::vector<State>& states, Nanoseconds length) {
    auto recording = std::make_shared<Recording>();
    WorkerTrack& track = recording->workers.emplace_back();
    for (const State state : states) {
        track.states.push_back({recording->end, recording->end + length, state});
        recording->end += length;
    }
    recording->version = 1;
    return recording;
}

std::vector<LaneRun> runsOf(LaneModel& model, int worker, TimeRange range, int width) {
    const auto runs = model.runs(worker, range, width);
    return {runs.begin(), runs.end()};
}

QString shown(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString().replace(QChar(0xa0), u' ');
}

WorkerSample sampleAt(Nanoseconds at, Nanoseconds busy, Nanoseconds onCpu, Nanoseconds descheduled) {
    WorkerSample sample;
    sample.at = at;
    sample.state_ns.emplace();
    (*sample.state_ns)[0] = busy;
    sample.on_cpu_ns = onCpu;
    sample.descheduled_ns = descheduled;
    sample.open_state = State::busy;
    sample.open_since = at;
    return sample;
}

}  // namespace

class TimelineModelsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aLaneShowsEachStateAtItsPixels() {
        LaneModel lanes;
        lanes.setRecording(oneWorker({State::busy, State::searching, State::parked, State::blocked_io}, 10));
        QCOMPARE(runsOf(lanes, 0, {0, 40}, 40), (std::vector<LaneRun>{{0, 10, LaneState::busy},
                                                                      {10, 20, LaneState::searching},
                                                                      {20, 30, LaneState::parked},
                                                                      {30, 40, LaneState::blockedIo}}));
    }

    void whereNothingIsKnownThereIsNoRun() {
        LaneModel lanes;
        const auto recording = oneWorker({State::busy}, 10);
        recording->workers[0].states.push_back({30, 40, State::busy});
        recording->end = 40;
        lanes.setRecording(recording);
        QCOMPARE(runsOf(lanes, 0, {-10, 60}, 70),
                 (std::vector<LaneRun>{{10, 20, LaneState::busy}, {40, 50, LaneState::busy}}));
    }

    void spansBelowAPixelGiveTheStateThatTookMostOfIt() {
        LaneModel lanes;
        const auto recording = std::make_shared<Recording>();
        WorkerTrack& track = recording->workers.emplace_back();
        for (int i = 0; i < 1000; ++i) {
            const Nanoseconds begin = i * 10;
            const bool first = i < 500;
            track.states.push_back({begin, begin + (first ? 7 : 2), State::busy});
            track.states.push_back({begin + (first ? 7 : 2), begin + 10, State::searching});
        }
        recording->end = 10'000;
        recording->version = 1;
        lanes.setRecording(recording);
        QCOMPARE(runsOf(lanes, 0, {0, 10'000}, 20),
                 (std::vector<LaneRun>{{0, 10, LaneState::busy}, {10, 20, LaneState::searching}}));
    }

    void theIndexAgreesWithAddingUpEverySpan() {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto below = [&](int bound) { return static_cast<Nanoseconds>(random() % static_cast<unsigned>(bound)); };
        WorkerTrack track;
        StateIndex index;
        Nanoseconds end = 0;
        for (int round = 0; round < 30; ++round) {
            for (int i = 0; i < 40; ++i) {
                const Nanoseconds begin = end + below(20);
                end = begin + 1 + below(50);
                track.states.push_back({begin, end, static_cast<State>(below(grainscope::trace::state_count))});
            }
            index.update(track);
            StateIndex::Walk walk(index, track);
            Nanoseconds time = 0;
            while (time < end + 100) {
                StateTimes expected{};
                for (const StateSpan& span : track.states) {
                    expected[static_cast<std::size_t>(span.state)] +=
                        std::max<Nanoseconds>(0, std::min(span.end, time) - span.begin);
                }
                QCOMPARE(walk.before(time), expected);
                QCOMPARE(index.before(track, time), expected);
                time += below(static_cast<int>(end / 10) + 2);
            }
        }
    }

    void aLaneOfVeryManySpansShowsTheSamePictureAsOneOfFew() {
        constexpr Nanoseconds length = 100, period = 10'000;
        constexpr int periods = 40, width = 80;
        const auto recording = std::make_shared<Recording>();
        WorkerTrack& track = recording->workers.emplace_back();
        // Half of each period mostly busy, half mostly searching, in spans of which a column holds hundreds.
        for (Nanoseconds at = 0; at < periods * period * length; at += length) {
            const bool busyHalf = at % (period * length) < period * length / 2;
            track.states.push_back({at, at + 70, busyHalf ? State::busy : State::searching});
            track.states.push_back({at + 70, at + length, busyHalf ? State::searching : State::busy});
        }
        recording->end = periods * period * length;
        recording->version = 1;
        LaneModel lanes;
        lanes.setRecording(recording);
        const auto runs = runsOf(lanes, 0, {0, recording->end}, width);
        QCOMPARE(runs.size(), static_cast<std::size_t>(2 * periods));
        for (int run = 0; run < 2 * periods; ++run) {
            QCOMPARE(runs[static_cast<std::size_t>(run)],
                     (LaneRun{run, run + 1, run % 2 == 0 ? LaneState::busy : LaneState::searching}));
        }
    }

    void aLaneGrowsWithItsRecording() {
        LaneModel lanes;
        QAbstractItemModelTester tester(&lanes, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto recording = std::make_shared<Recording>();
        lanes.setRecording(recording);
        QCOMPARE(lanes.laneCount(), 0);
        recording->workers.resize(2);
        recording->workers[0].states.push_back({0, 10, State::busy});
        recording->end = 10;
        recording->version = 1;
        lanes.refresh({0, 20});
        QCOMPARE(lanes.laneCount(), 2);
        QCOMPARE(runsOf(lanes, 0, {0, 20}, 20), (std::vector<LaneRun>{{0, 10, LaneState::busy}}));
        recording->workers[0].states.push_back({10, 20, State::parked});
        recording->version = 2;
        lanes.refresh({0, 20});
        QCOMPARE(runsOf(lanes, 0, {0, 20}, 20).size(), std::size_t{2});
    }

    void theOpenSpanReachesUpToTheLastSample() {
        LaneModel lanes;
        const auto recording = oneWorker({State::parked}, 10);
        WorkerSample sample = sampleAt(30, 20, 20, 0);
        sample.open_since = 5;
        recording->workers[0].samples.push_back(sample);
        recording->end = 50;
        lanes.setRecording(recording);
        QCOMPARE(runsOf(lanes, 0, {0, 50}, 50),
                 (std::vector<LaneRun>{{0, 10, LaneState::parked}, {10, 30, LaneState::busy}}));
        const auto hit = lanes.hit(0, 20, 0);
        QVERIFY(hit && hit->open);
        QVERIFY(lanes.describe(*hit).contains(u"so far"_s));
        QVERIFY(!lanes.hit(0, 40, 0));
    }

    void busyWithoutACoreIsDescheduled() {
        LaneModel lanes;
        const auto recording = oneWorker({State::busy}, 300);
        auto& samples = recording->workers[0].samples;
        samples = {sampleAt(0, 0, 0, 0), sampleAt(100, 100, 95, 5), sampleAt(200, 200, 115, 85),
                   sampleAt(300, 300, 215, 85)};
        lanes.setRecording(recording);
        QCOMPARE(runsOf(lanes, 0, {0, 300}, 300),
                 (std::vector<LaneRun>{
                     {0, 100, LaneState::busy}, {100, 200, LaneState::descheduled}, {200, 300, LaneState::busy}}));
        const auto hit = lanes.hit(0, 150, 0);
        QVERIFY(hit.has_value());
        QCOMPARE(hit->descheduledFraction, 0.8);
        QCOMPARE(lanes.shares(0, {0, 300}).descheduled, 85.0 / 300);
        QCOMPARE(lanes.shares(0, {0, 300}).busy, 1.0);
    }

    void aThreadThatTellsNoStatesIsShownAsTheKernelSawIt() {
        LaneModel lanes;
        UtilisationModel utilisation;
        const auto recording = std::make_shared<Recording>();
        auto& samples = recording->workers.emplace_back().samples;
        for (const auto& [at, onCpu, descheduled] :
             {std::tuple(0, 0, 0), {100, 90, 0}, {200, 100, 0}, {300, 110, 85}}) {
            WorkerSample sample = sampleAt(at, 0, onCpu, descheduled);
            sample.state_ns.reset();
            samples.push_back(sample);
        }
        recording->end = 300;
        recording->version = 1;
        lanes.setRecording(recording);
        QCOMPARE(runsOf(lanes, 0, {0, 300}, 30),
                 (std::vector<LaneRun>{{0, 10, LaneState::busy}, {20, 30, LaneState::descheduled}}));
        utilisation.setRecording(recording);
        QVERIFY(utilisation.refresh({0, 300}, 3));
        QCOMPARE(utilisation.busy(0), (std::vector<float>{0.9F, 0.1F, 0.95F}));
    }

    void theSameQuestionTwiceIsAnsweredFromWhatIsKept() {
        LaneModel lanes;
        lanes.setRecording(oneWorker({State::busy, State::parked}, 10));
        const auto* first = lanes.runs(0, {0, 20}, 20).data();
        QCOMPARE(lanes.runs(0, {0, 20}, 20).data(), first);
        QCOMPARE(lanes.runs(0, {0, 20}, 20).size(), std::size_t{2});
    }

    void everyStealIsMarkedOrCounted() {
        LaneModel lanes;
        const auto recording = oneWorker({State::busy}, 100'000);
        recording->workers.resize(2);
        for (int i = 0; i < 10'000; ++i) recording->workers[1].steals.push_back({i * 10, 0, 0});
        lanes.setRecording(recording);
        QCOMPARE(lanes.stealCount({0, 100'000}), 10'000);
        QCOMPARE(lanes.steals({0, 1000}, 500).size(), std::size_t{100});
        const auto folded = lanes.steals({0, 100'000}, 500);
        QVERIFY(folded.size() <= 500);
        int total = 0;
        for (const LaneSteal& steal : folded) {
            QCOMPARE(steal.thief, 1);
            QCOMPARE(steal.victim, 0);
            total += steal.count;
        }
        QCOMPARE(total, 10'000);
    }

    void aHitNamesSpanAndSteal() {
        LaneModel lanes;
        lanes.setRecording(synthetic());
        const Nanoseconds begin = SyntheticRun::begin_of(1);
        const auto searching = lanes.hit(1, begin + 5 * ms, 0);
        QVERIFY(searching.has_value());
        QCOMPARE(searching->span.state, State::searching);
        QVERIFY(!searching->steal);
        const auto busy = lanes.hit(1, begin + 11 * ms, 2 * ms);
        QVERIFY(busy && busy->steal);
        QCOMPARE(busy->span.begin, begin + 10 * ms);
        QCOMPARE(busy->steal->victim, 0U);
        QVERIFY(lanes.describe(*busy).contains(u"stole from worker 0"_s));
        QVERIFY(!lanes.hit(1, begin + 13 * ms, 2 * ms)->steal);
        QVERIFY(!lanes.hit(5, begin, 0));
    }

    void windowAndCommandLineGiveTheSameNumbers_data() {
        QTest::addColumn<Nanoseconds>("begin");
        QTest::addColumn<Nanoseconds>("end");
        QTest::newRow("whole") << Nanoseconds{0} << 160 * ms;
        QTest::newRow("one sample") << SyntheticRun::begin_of(1) << SyntheticRun::begin_of(1) + SyntheticRun::length;
        QTest::newRow("from inside to inside") << 31 * ms << 97 * ms;
    }
    void windowAndCommandLineGiveTheSameNumbers() {
        QFETCH(Nanoseconds, begin);
        QFETCH(Nanoseconds, end);
        const auto recording = synthetic();
        const auto analysis = grainscope::trace::analyze(*recording, grainscope::trace::TimeRange{begin, end});
        LaneModel lanes;
        lanes.setRecording(recording);
        UtilisationModel utilisation;
        utilisation.setRecording(recording);
        utilisation.refresh({begin, end}, 50);
        const auto shares = lanes.shares(-1, {begin, end});
        // Both speak of the time that is known: the last sample lies 5 ms before the recording's end.
        const auto workerTime = static_cast<double>(*analysis.busy + *analysis.idle.searching + *analysis.idle.parked +
                                                    *analysis.idle.blocked);
        const auto isNear = [](double a, double b) { return std::abs(a - b) < 0.002; };
        QVERIFY(isNear(shares.busy, *analysis.utilisation));
        QVERIFY(isNear(utilisation.utilisation(), *analysis.utilisation));
        QVERIFY(isNear(shares.searching, static_cast<double>(*analysis.idle.searching) / workerTime));
        QVERIFY(isNear(shares.parked, static_cast<double>(*analysis.idle.parked) / workerTime));
        QVERIFY(isNear(shares.descheduled, static_cast<double>(*analysis.idle.descheduled) / workerTime));
        QCOMPARE(static_cast<std::uint64_t>(lanes.stealCount({begin, end})), *analysis.steals);
    }

    void busyBucketsAgreeWithTheAnalysis() {
        const auto recording = synthetic();
        UtilisationModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRecording(recording);
        QVERIFY(model.refresh({0, 160 * ms}, 160));
        QCOMPARE(model.bucketLength(), ms);
        QCOMPARE(model.bucketCount(), 160);
        for (int worker = 0; worker < 2; ++worker) {
            const auto expected =
                grainscope::trace::busy_fraction(*recording, static_cast<std::size_t>(worker), {0, 160 * ms}, 160);
            for (std::size_t bucket = 0; bucket < expected.size(); ++bucket) {
                QVERIFY(std::abs(model.busy(worker)[bucket] - expected[bucket]) < 0.002F);
            }
        }
        QVERIFY(!model.refresh({0, 160 * ms}, 160));
    }

    void bucketsStayWhereTheyAreWhileTheRangeScrolls() {
        UtilisationModel model;
        model.setRecording(synthetic());
        model.refresh({0, 100 * ms}, 50);
        const auto begins = model.begins();
        const auto busy = model.busy(1);
        model.refresh({7 * ms, 107 * ms}, 50);
        QCOMPARE(model.bucketLength(), 2 * ms);
        QCOMPARE(model.begins().front(), 6 * ms);
        QVERIFY(std::equal(begins.begin() + 3, begins.end(), model.begins().begin()));
        QVERIFY(std::equal(busy.begin() + 3, busy.end(), model.busy(1).begin()));
    }

    void countersAddUpToTheTotalRow() {
        const auto recording = synthetic();
        CounterModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRecording(recording);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(shown(model, 1, CounterModel::StealsColumn), u"4"_s);
        QCOMPARE(shown(model, 1, CounterModel::FailedStealsColumn), u"400"_s);
        QCOMPARE(shown(model, 2, CounterModel::StealsColumn), u"4"_s);
        QCOMPARE(shown(model, 2, CounterModel::WorkerColumn), u"all"_s);
        // The last sample is at 155 ms: worker 0 was busy for 120 ms of them.
        QCOMPARE(model.index(0, CounterModel::BusyColumn).data(Qt::EditRole).toDouble(), 120.0 / 155);
        QCOMPARE(model.index(0, CounterModel::OnCpuColumn).data(Qt::EditRole).toDouble(), 112.0 / 155);
    }

    void countersOfARangeAreThoseOfItsSamples() {
        CounterModel model;
        model.setRecording(synthetic());
        const Nanoseconds begin = SyntheticRun::begin_of(2);
        model.refresh(TimeRange{begin, begin + SyntheticRun::length});
        QCOMPARE(shown(model, 1, CounterModel::StealsColumn), u"1"_s);
        QCOMPARE(model.index(0, CounterModel::BusyColumn).data(Qt::EditRole).toDouble(), 1.0);
    }

    void aCounterThatTheBackendLacksIsADash() {
        const auto recording = oneWorker({State::busy}, 100);
        recording->workers[0].samples.push_back(sampleAt(100, 100, 90, 0));
        CounterModel model;
        model.setRecording(recording);
        QCOMPARE(shown(model, 0, CounterModel::JobsColumn), unknownText());
        QCOMPARE(shown(model, 1, CounterModel::JobsColumn), unknownText());
        QCOMPARE(shown(model, 1, CounterModel::OnCpuColumn), u"90.0 %"_s);
    }

    void theBarsShowTheFrameOfTheMoment() {
        const auto recording = synthetic();
        BoardModel bars;
        QAbstractItemModelTester tester(&bars, QAbstractItemModelTester::FailureReportingMode::QtTest);
        bars.setRecording(recording);
        QVERIFY(bars.refresh());
        QCOMPARE(bars.count(), static_cast<int>(SyntheticRun::slots));
        QVERIFY(std::ranges::is_sorted(bars.values()));
        QCOMPARE(shown(bars, 63, BoardModel::ValueColumn), u"100.0 %"_s);
        QCOMPARE(shown(bars, 63, BoardModel::WorkerColumn), u"worker 1"_s);
        QVERIFY(!bars.refresh());
        QVERIFY(bars.refresh(SyntheticRun::begin_of(1) + 13 * ms));
        QVERIFY(!std::ranges::is_sorted(bars.values()));
        QCOMPARE(bars.frameTime(), std::optional(SyntheticRun::begin_of(1) + 12 * ms));
        QCOMPARE(shown(bars, 63, BoardModel::WorkerColumn), unknownText());
        QVERIFY(bars.refresh(Nanoseconds{0}));
        QCOMPARE(bars.count(), 0);
    }

    void theLanesTableSaysWhatTheLanesShow() {
        LaneModel lanes;
        QAbstractItemModelTester tester(&lanes, QAbstractItemModelTester::FailureReportingMode::QtTest);
        lanes.setRecording(synthetic());
        const Nanoseconds begin = SyntheticRun::begin_of(1);
        lanes.refresh({begin, begin + SyntheticRun::length});
        QCOMPARE(shown(lanes, 0, LaneModel::BusyColumn), u"100.0 %"_s);
        QCOMPARE(shown(lanes, 1, LaneModel::BusyColumn), u"50.0 %"_s);
        QCOMPARE(shown(lanes, 1, LaneModel::SearchingColumn), u"33.3 %"_s);
        QCOMPARE(shown(lanes, 1, LaneModel::StealsColumn), u"1"_s);
    }

    void theExplanationNamesTheLargestLoss_data() {
        QTest::addColumn<int>("other");
        QTest::addColumn<QString>("word");
        QTest::newRow("nothing") << static_cast<int>(State::busy) << u"busy 100.0 %"_s;
        QTest::newRow("searching") << static_cast<int>(State::searching) << u"look for work 50.0 %"_s;
        QTest::newRow("parked") << static_cast<int>(State::parked) << u"sleep 50.0 %"_s;
        QTest::newRow("blocked") << static_cast<int>(State::blocked_lock) << u"blocked 50.0 %"_s;
    }

    void theExplanationNamesTheLargestLoss() {
        QFETCH(int, other);
        QFETCH(QString, word);
        LaneModel lanes;
        lanes.setRecording(oneWorker({State::busy, static_cast<State>(other)}, ms));
        const QString text = explain(lanes, {0, 2 * ms}).replace(QChar(0xa0), u' ');
        QVERIFY2(text.contains(word), qPrintable(text));
    }

    void whatLiesBetweenRepetitionsIsNoLossOfTheWorkload() {
        using grainscope::trace::Phase;
        using grainscope::trace::PhaseKind;
        LaneModel lanes;
        const auto recording = oneWorker({State::parked, State::busy, State::parked, State::busy}, ms);
        recording->phases = {Phase{.kind = PhaseKind::prepare, .begin = 0, .end = ms},
                             Phase{.kind = PhaseKind::sample, .begin = ms, .end = 2 * ms},
                             Phase{.kind = PhaseKind::check, .begin = 2 * ms, .end = 3 * ms},
                             Phase{.kind = PhaseKind::sample, .begin = 3 * ms}};
        lanes.setRecording(recording);
        QCOMPARE(lanes.shares(-1, {0, 4 * ms}).parked, 0.5);
        QCOMPARE(lanes.shares(-1, lanes.repetitions({0, 4 * ms})).parked, 0.0);
        QCOMPARE(lanes.repetitions({0, ms / 2}), (std::vector<TimeRange>{{0, ms / 2}}));
        const QString text = explain(lanes, {0, 4 * ms}).replace(QChar(0xa0), u' ');
        QVERIFY2(text.startsWith(u"Nearly nothing is lost: workers are busy 100.0 %"_s), qPrintable(text));
        QVERIFY2(text.contains(u"the 50 % between the repetitions"_s), qPrintable(text));
    }

    void theExplanationSaysHowTheWorkWasCut() {
        QJsonObject splitting{{u"grain"_s, 4096},          {u"grain_origin"_s, u"probed"_s},
                              {u"item_ns"_s, 2.1},         {u"pieces"_s, 37},
                              {u"splits_at_start"_s, 1},   {u"splits_on_demand"_s, 35},
                              {u"splits_by_max_len"_s, 0}, {u"migrated"_s, 12}};
        const auto shown = [&] { return explainSplitting(splitting).replace(QChar(0xa0), u' '); };
        QCOMPARE(shown(),
                 u"The grain was found to be 4,096 items: a probe took 2.10 ns an item. The work was cut into 37 "
                 "pieces: 2 at the start, 35 on demand."_s);
        splitting.insert(u"grain_origin"_s, u"given"_s);
        splitting.insert(u"splits_on_demand"_s, 30);
        splitting.insert(u"splits_by_max_len"_s, 5);
        QCOMPARE(shown(),
                 u"The grain was given: 4,096 items. The work was cut into 37 pieces: 2 at the start, 30 on "
                 "demand, 5 for their length."_s);
        QCOMPARE(explainSplitting({}), QString());
    }

    void theOverviewIsTheShareOfBusyWorkers() {
        LaneModel lanes;
        lanes.setRecording(synthetic());
        const Nanoseconds begin = SyntheticRun::begin_of(1);
        const auto overview = lanes.busyOverview({begin, begin + SyntheticRun::length}, 3);
        QCOMPARE(overview, (std::vector<float>{0.5F, 1.0F, 0.75F}));
    }
};

QTEST_GUILESS_MAIN(TimelineModelsTest)
#include "timeline_models_test.moc"
