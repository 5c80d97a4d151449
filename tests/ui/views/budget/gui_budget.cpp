// What the window costs while a workload runs: its share of a core, its frames, and what it does to the workload's
// times.
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
    window.findChild<QWidget*>(QStringLiteral("lanes"))->installEventFilter(&frames);
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
                                                  {QStringLiteral("samples_hidden"), alone}})
                            .toJson()
                            .constData());
    return 0;
}
