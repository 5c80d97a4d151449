// Everything the window shows, without the window: the models, the child process, the recording on show, and how they
// hang together.
#pragma once

#include <memory>
#include <optional>

#include <QObject>
#include <QStringList>

#include "ui/models/board_model.h"
#include "ui/models/counter_model.h"
#include "ui/models/curve_model.h"
#include "ui/models/lane_model.h"
#include "ui/models/parameter_model.h"
#include "ui/models/pipeline_model.h"
#include "ui/models/runs_model.h"
#include "ui/models/time_navigator.h"
#include "ui/models/utilisation_model.h"
#include "ui/models/workload_tree_model.h"
#include "ui/session/live_recording.h"
#include "ui/session/run_controller.h"
#include "ui/session/settings.h"
#include "ui/session/workload_catalog.h"

namespace grainscope::ui {

class Workspace : public QObject {
    Q_OBJECT

  public:
    /// The workload of the first start.
    static QString firstWorkload();

    /// `runsPath`: where the runs table is kept; empty keeps it in memory only. `settings` must live longer.
    Workspace(Settings& settings, const QString& runsPath, QObject* parent = nullptr);
    ~Workspace() override;

    Settings& settings;
    WorkloadCatalog catalog;
    WorkloadTreeModel tree;
    ParameterModel parameters;
    RunController controller;
    TimeNavigator time;
    LaneModel lanes;
    UtilisationModel utilisation;
    BoardModel board;
    PipelineModel pipeline;
    CounterModel counters;
    CurveModel speedup;
    CurveModel threshold;
    RunsModel runs;

    /// What the views show: the present run's recording, the last one's, or a file's. Null at first.
    [[nodiscard]] const std::shared_ptr<LiveRecording>& recording() const { return recording_; }
    /// Whether the recording on show is the one that grows now.
    [[nodiscard]] bool isLive() const;

    /// Chooses a workload of the catalog by name; an unknown one changes nothing.
    void chooseWorkload(const QString& name);

    /// Why a run or a study cannot be started now, as a sentence; empty if it can.
    [[nodiscard]] QString cannotRun() const;
    [[nodiscard]] QString cannotSweepThreads() const;
    [[nodiscard]] QString cannotSweepThreshold() const;
    void run();
    void sweepThreads();
    void sweepThreshold();
    /// Searches the threshold's plateau instead of measuring a fixed grid.
    void tune();

    /// Opens a recording instead of the one on show. Returns an empty string, or what went wrong.
    QString open(const QString& path);
    /// Sets the form to what the recording on show was made with, as far as the catalog knows its workload.
    void adoptParameters();
    /// Saves the one on show.
    QString save(const QString& path);

    /// Takes in what has arrived since the last call. Returns whether anything did. The views call it once a frame.
    bool pull();
    /// Recomputes what depends on the visible range, the cursor or the selection.
    void refreshTimeViews();
    /// Brings the pipeline's model to the moment on show. Only the view that shows it asks: it costs.
    void refreshPipeline();
    /// The selection, or else everything that is visible.
    [[nodiscard]] TimeRange inspectedRange() const;

  Q_SIGNALS:
    /// Another recording is on show.
    void recordingReplaced();
    /// cannotRun() and its like may answer differently now.
    void abilitiesChanged();
    /// A file was opened, or a run ended, with something the user should know.
    void notice(const QString& sentence, bool failed);

  private:
    void showRecording(std::shared_ptr<LiveRecording> recording, bool live);
    void takeCatalog();
    void takeValue(const QString& name, const QVariant& value);
    void takeEnd();
    void remember();
    [[nodiscard]] RunRequest request() const;
    /// Between what is surely too fine and what is surely too coarse.
    [[nodiscard]] static std::pair<double, double> thresholdRange(const ParameterDescription& parameter);

    std::shared_ptr<LiveRecording> recording_;
    quint64 pulledVersion_ = 0;
};

/// The thread counts of a speedup study on a computer with so many cores: every count on a small one, then powers of
/// two; a little beyond the cores, where the curve must stop rising.
[[nodiscard]] QList<int> sweepThreadCounts(int cores);

}  // namespace grainscope::ui
