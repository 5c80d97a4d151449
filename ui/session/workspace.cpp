#include "ui/session/workspace.h"

#include <algorithm>
#include <utility>

#include <QDateTime>
#include <QJsonArray>
#include <QThread>

#include "ui/models/format.h"

namespace grainscope::ui {
namespace {

/// How much of a live run is seen at once.
constexpr Nanoseconds liveSpan = 5'000'000'000;

}  // namespace

QList<int> sweepThreadCounts(int cores) {
    constexpr int everyCountUpTo = 8;
    const int most = cores <= 4 ? 2 * cores : cores;
    QList<int> counts;
    for (int threads = 1; threads <= most; threads += threads < everyCountUpTo ? 1 : threads) counts << threads;
    if (counts.last() != most) counts << most;
    return counts;
}

QString Workspace::firstWorkload() { return QStringLiteral("quicksort"); }

Workspace::Workspace(Settings& settingsToUse, const QString& runsPath, QObject* parent)
    : QObject(parent),
      settings(settingsToUse),
      tree(&catalog),
      speedup(CurveModel::Kind::speedup),
      threshold(CurveModel::Kind::threshold),
      runs(runsPath) {
    time.setFollowSpan(liveSpan);
    parameters.restore(settings.parameters());

    connect(&catalog, &WorkloadCatalog::changed, this, &Workspace::takeCatalog);
    connect(&parameters, &ParameterModel::valueChanged, this, &Workspace::takeValue);
    connect(&parameters, &ParameterModel::workloadChanged, this, &Workspace::abilitiesChanged);
    connect(&controller, &RunController::stateChanged, this, &Workspace::abilitiesChanged);
    connect(&controller, &RunController::recordingChanged, this,
            [this] { showRecording(controller.recording(), true); });
    connect(&controller, &RunController::resultArrived, this, [this](const QJsonObject& result) {
        // Stopped before its first sample: there is nothing to keep.
        if (result.value(QLatin1StringView("samples_ns")).toArray().isEmpty()) return;
        runs.addResult(result, controller.request().title, QDateTime::currentDateTime());
    });
    connect(&controller, &RunController::ended, this, &Workspace::takeEnd);
    connect(&runs, &RunsModel::warningChanged, this, [this] { Q_EMIT notice(runs.warning(), true); });
}

Workspace::~Workspace() { remember(); }

bool Workspace::isLive() const { return recording_ && controller.isActive() && controller.recording() == recording_; }

void Workspace::chooseWorkload(const QString& name) {
    const WorkloadDescription* workload = catalog.find(name);
    if (!workload || parameters.workload().name == name) return;
    // A loop of the workload that was chosen before would be steered by knobs that are no longer its own.
    if (controller.isActive()) controller.stop();
    parameters.setWorkload(*workload);
    remember();
}

QString Workspace::cannotRun() const {
    if (catalog.state() == WorkloadCatalog::State::loading) return tr("The list of workloads is still being read.");
    if (catalog.state() == WorkloadCatalog::State::failed) return catalog.error();
    if (parameters.workload().name.isEmpty()) return tr("Choose a workload first.");
    for (const ParameterDescription& parameter : parameters.parameters())
        if (const QString problem = parameters.problem(parameter.name); !problem.isEmpty()) return problem;
    return {};
}

QString Workspace::cannotSweepThreads() const {
    if (parameters.backend() == QLatin1StringView("sequential"))
        return tr("The sequential backend has one thread. Choose another backend to sweep threads.");
    return cannotRun();
}

QString Workspace::cannotSweepThreshold() const {
    if (QString why = cannotRun(); !why.isEmpty()) return why;
    if (!parameters.workload().tunableParameter())
        return tr("%1 has no threshold to sweep.").arg(parameters.workload().title);
    return {};
}

void Workspace::run() { controller.start(request()); }

void Workspace::sweepThreads() { controller.sweepThreads(request(), sweepThreadCounts(QThread::idealThreadCount())); }

void Workspace::sweepThreshold() {
    const ParameterDescription* parameter = parameters.workload().tunableParameter();
    if (!parameter) return;
    const auto [low, high] = thresholdRange(*parameter);
    // At most eight points; a short range is told in more detail.
    constexpr double shortRange = 64;
    const double step = high / low <= shortRange ? 2 : 4;
    controller.sweepParameter(request(), parameter->name, low, high, step);
}

void Workspace::tune() {
    const ParameterDescription* parameter = parameters.workload().tunableParameter();
    if (!parameter) return;
    const auto [low, high] = thresholdRange(*parameter);
    controller.tune(request(), parameter->name, low, high);
}

std::pair<double, double> Workspace::thresholdRange(const ParameterDescription& parameter) {
    constexpr double coarsest = 1 << 20;
    // What can never be many is large: rows, blocks, queens on a board. Then even one is a grain to try.
    constexpr double few = 1 << 16;
    const double finest = parameter.maximum <= few ? 1 : 16;
    const double low = std::clamp(finest, parameter.minimum, parameter.maximum);
    return {low, std::clamp(coarsest, low, parameter.maximum)};
}

QString Workspace::open(const QString& path) {
    auto opened = LiveRecording::open(path);
    if (!opened) {
        settings.removeRecentFile(path);
        return opened.error();
    }
    showRecording(*opened, false);
    settings.addRecentFile(path);
    if (const QString warning = recording_->warning(); !warning.isEmpty()) Q_EMIT notice(warning, false);
    return {};
}

void Workspace::adoptParameters() {
    if (!recording_) return;
    const QJsonObject metadata = recording_->metadata();
    chooseWorkload(metadata.value(QLatin1StringView("workload")).toString());
    if (parameters.workload().name != metadata.value(QLatin1StringView("workload")).toString()) return;
    const QJsonObject values = metadata.value(QLatin1StringView("parameters")).toObject();
    for (auto value = values.begin(); value != values.end(); ++value)
        if (parameters.description(value.key()) && !value->isNull())
            parameters.setValue(value.key(), value->toVariant());
    parameters.setValue(ParameterModel::threadsName(), metadata.value(QLatin1StringView("threads")).toVariant());
    parameters.setValue(ParameterModel::backendName(), metadata.value(QLatin1StringView("backend")).toVariant());
}

QString Workspace::save(const QString& path) {
    if (!recording_) return tr("There is no recording to save yet.");
    if (const auto saved = recording_->save(path); !saved) return saved.error();
    settings.addRecentFile(path);
    Q_EMIT abilitiesChanged();
    return {};
}

bool Workspace::pull() {
    if (!recording_) return false;
    const trace::Recording& recording = recording_->recording();
    if (std::exchange(pulledVersion_, recording.version) == recording.version) return false;
    time.setEnd(recording.end);
    speedup.refresh();
    threshold.refresh();
    refreshTimeViews();
    return true;
}

void Workspace::refreshTimeViews() {
    const TimeRange visible = time.visible();
    lanes.refresh(visible);
    utilisation.refresh(visible);
    board.refresh(time.isFollowing() ? std::nullopt : time.cursor());
}

void Workspace::refreshPipeline() { pipeline.refresh(time.isFollowing() ? std::nullopt : time.cursor(), isLive()); }

TimeRange Workspace::inspectedRange() const {
    if (const auto selection = time.selection(); selection && !selection->isEmpty()) return *selection;
    TimeRange range = time.visible();
    range.end = std::min(range.end, time.end());
    return range;
}

void Workspace::showRecording(std::shared_ptr<LiveRecording> recording, bool live) {
    recording_ = std::move(recording);
    const RecordingPtr shared = recording_ ? recording_->share() : nullptr;
    pulledVersion_ = 0;
    const RowNames names(shared);
    lanes.setRecording(shared, names);
    utilisation.setRecording(shared, names);
    board.setRecording(shared, names);
    pipeline.setRecording(shared, names);
    counters.setRecording(shared, names);
    const Nanoseconds end = shared ? shared->end : 0;
    time.restart(live, end);
    // A plain run leaves the curves of the last studies where they are.
    const bool plainRun = live && controller.activity() == RunController::Activity::run;
    if (!plainRun) {
        const bool threads = !live || controller.activity() == RunController::Activity::threadSweep;
        const bool grain = !live || !threads;
        if (threads) speedup.setRecording(shared);
        if (grain) threshold.setRecording(shared);
    }
    pull();
    counters.refresh();
    Q_EMIT recordingReplaced();
    Q_EMIT abilitiesChanged();
}

void Workspace::takeCatalog() {
    if (catalog.state() == WorkloadCatalog::State::ready && parameters.workload().name.isEmpty()) {
        const QString last = ParameterModel::workloadIn(settings.parameters());
        const WorkloadDescription* workload = catalog.find(last);
        if (!workload) workload = catalog.find(firstWorkload());
        if (!workload && !catalog.workloads().isEmpty()) workload = &catalog.workloads().first();
        if (workload) parameters.setWorkload(*workload);
    }
    if (catalog.state() == WorkloadCatalog::State::failed) Q_EMIT notice(catalog.error(), true);
    Q_EMIT abilitiesChanged();
}

void Workspace::takeValue(const QString& name, const QVariant& value) {
    remember();
    Q_EMIT abilitiesChanged();
    if (!controller.isActive() || controller.activity() != RunController::Activity::run) return;
    const ParameterDescription* parameter = parameters.description(name);
    const bool builtIn = name == ParameterModel::threadsName() || name == ParameterModel::backendName();
    if (parameter && parameter->live && !builtIn)
        controller.setParameter(name, value);
    else if (cannotRun().isEmpty())
        run();
}

void Workspace::takeEnd() {
    pull();
    counters.refresh();
    switch (controller.outcome()) {
        case RunController::Outcome::none:
        case RunController::Outcome::finished:
        case RunController::Outcome::stopped:
            break;
        default:
            Q_EMIT notice(controller.sentence(), true);
    }
    Q_EMIT abilitiesChanged();
}

void Workspace::remember() {
    if (!parameters.workload().name.isEmpty()) settings.setParameters(parameters.toJson());
}

RunRequest Workspace::request() const {
    RunRequest request;
    request.workload = parameters.workload().name;
    request.title = parameters.workload().title;
    request.arguments = parameters.arguments();
    request.backend = parameters.backend();
    request.threads = parameters.threads();
    return request;
}

}  // namespace grainscope::ui
