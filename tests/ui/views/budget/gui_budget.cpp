// What the window costs while a workload runs: its share of a core, its frames, what it does to the workload's times,
// and how long a picture takes after a key or a new threshold.
//
//   QT_QPA_PLATFORM=offscreen ui_gui_budget [SECONDS]
//
// Starts the measuring program (GRAINSCOPE_CLI, or the one beside this program), watches it for SECONDS (10 unless
// told), then lets the same run go on for as long without a window that draws. Prints one JSON object. A measurement,
// no test: what it says depends on what else the computer does.
#include <ctime>

#include <QApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QKeyEvent>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <vector>

#include <ui/session/settings.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/live_view.h>
#include <ui/views/main_window.h>

using namespace grainscope::ui;

namespace {

double seconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void spin(double duration) {
    QEventLoop loop;
    QTimer::singleShot(static_cast<int>(duration * 1000), &loop, &QEventLoop::quit);
    loop.exec();
}

/// Counts the paint events of the timeline.
class FrameCounter : public QObject {
  public:
    int frames = 0;

  protected:
    bool eventFilter(QObject*, QEvent* event) override {
        frames += event->type() == QEvent::Paint;
        return false;
    }
};

/// Passes the event loop until `reached`, at most two seconds; returns how long it took.
template <class Predicate>
double millisecondsUntil(Predicate reached) {
    const double from = seconds(CLOCK_MONOTONIC);
    while (!reached() && seconds(CLOCK_MONOTONIC) - from < 2)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return (seconds(CLOCK_MONOTONIC) - from) * 1e3;
}

double median(std::vector<double> values) {
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

struct Delays {
    double median, worst;
};

Delays delays(const std::vector<double>& values) { return {median(values), std::ranges::max(values)}; }

/// From a key that moves the visible range to the next picture of the timeline.
Delays inputToPicture(QWidget& lanes, const FrameCounter& frames) {
    std::vector<double> times;
    for (int i = 0; i < 41; ++i) {
        spin(0.05 + 0.001 * i);  // at no fixed place between two frames
        const int before = frames.frames;
        QCoreApplication::postEvent(&lanes, new QKeyEvent(QEvent::KeyPress, i % 2 ? Qt::Key_D : Qt::Key_A, {}));
        times.push_back(millisecondsUntil([&] { return frames.frames > before; }));
    }
    return delays(times);
}

/// From a new threshold to the first picture of a repetition that ran with it.
Delays thresholdToPicture(Workspace& workspace, const FrameCounter& frames) {
    const auto notes = [&] { return workspace.recording()->recording().notes.size(); };
    std::vector<double> times;
    for (int i = 0; i < 21; ++i) {
        spin(0.3 + 0.01 * i);
        const std::size_t before = notes();
        int framesThen = -1;
        workspace.parameters.setValue(QStringLiteral("threshold"), i % 2 ? 32 : 64);
        times.push_back(millisecondsUntil([&] {
            if (framesThen < 0 && notes() > before) framesThen = frames.frames;
            return framesThen >= 0 && frames.frames > framesThen;
        }));
    }
    return delays(times);
}

/// Median length of the timed repetitions that began and ended in [from, to).
double medianMs(const grainscope::trace::Recording& recording, Nanoseconds from, Nanoseconds to, int& count) {
    std::vector<Nanoseconds> lengths;
    for (const auto& phase : recording.phases)
        if (phase.kind == grainscope::trace::PhaseKind::sample && phase.end && phase.begin >= from && *phase.end < to)
            lengths.push_back(*phase.end - phase.begin);
    count = static_cast<int>(lengths.size());
    if (lengths.empty()) return 0;
    std::ranges::nth_element(lengths, lengths.begin() + count / 2);
    return static_cast<double>(lengths[lengths.size() / 2]) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    Theme theme(application);
    const double duration = argc > 1 ? std::max(1.0, std::atof(argv[1])) : 10;
    QTemporaryDir home;
    Settings settings(home.filePath(QStringLiteral("settings.ini")));
    Workspace workspace(settings, QString());
    MainWindow window(workspace);
    window.resize(1600, 980);
    window.show();
    QEventLoop listed;
    QObject::connect(&workspace.catalog, &WorkloadCatalog::changed, &listed, &QEventLoop::quit);
    workspace.catalog.load();
    if (workspace.catalog.state() == WorkloadCatalog::State::loading) listed.exec();
    if (const QString problem = workspace.cannotRun(); !problem.isEmpty()) {
        std::fprintf(stderr, "ui_gui_budget: %s\n", qUtf8Printable(problem));
        return 1;
    }
    FrameCounter frames;
    auto* const lanes = window.findChild<QWidget*>(QStringLiteral("lanes"));
    lanes->installEventFilter(&frames);
    workspace.run();
    constexpr double settling = 6;  // the data is made, the visible range is full
    spin(settling);

    const Nanoseconds watchedFrom = workspace.recording()->recording().end;
    frames.frames = 0;
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    const double wall = seconds(CLOCK_MONOTONIC);
    spin(duration);
    const double share = (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (seconds(CLOCK_MONOTONIC) - wall);
    const double rate = frames.frames / (seconds(CLOCK_MONOTONIC) - wall);
    const Nanoseconds watchedTo = workspace.recording()->recording().end;

    window.hide();
    spin(duration);
    const Nanoseconds end = workspace.recording()->recording().end;
    window.show();
    spin(1);
    const Delays threshold = thresholdToPicture(workspace, frames);
    const Delays input = inputToPicture(*lanes, frames);
    int watched = 0;
    int alone = 0;
    const double watchedMs = medianMs(workspace.recording()->recording(), watchedFrom, watchedTo, watched);
    const double aloneMs = medianMs(workspace.recording()->recording(), watchedTo, end, alone);
    workspace.controller.stop();
    QEventLoop ended;
    QObject::connect(&workspace.controller, &RunController::ended, &ended, &QEventLoop::quit);
    if (workspace.controller.isActive()) ended.exec();
    std::printf("%s\n", QJsonDocument(QJsonObject{{QStringLiteral("schema"), 1},
                                                  {QStringLiteral("window_share_of_a_core"), share},
                                                  {QStringLiteral("frames_per_second"), rate},
                                                  {QStringLiteral("median_ms_watched"), watchedMs},
                                                  {QStringLiteral("samples_watched"), watched},
                                                  {QStringLiteral("median_ms_hidden"), aloneMs},
                                                  {QStringLiteral("samples_hidden"), alone},
                                                  {QStringLiteral("input_to_picture_ms_median"), input.median},
                                                  {QStringLiteral("input_to_picture_ms_worst"), input.worst},
                                                  {QStringLiteral("threshold_to_picture_ms_median"), threshold.median},
                                                  {QStringLiteral("threshold_to_picture_ms_worst"), threshold.worst}})
                            .toJson()
                            .constData());
    return 0;
}
