// The timeline's geometry: which pixels of a worker's lane are in which state. No painter in here.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <QAbstractTableModel>

#include "ui/models/kernel_times.h"
#include "ui/models/row_names.h"
#include "ui/models/state_index.h"
#include "ui/models/time_navigator.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// What a lane shows: the program's states, and what the kernel adds.
enum class LaneState : quint8 { busy, searching, parked, blockedChannel, blockedLock, blockedIo, descheduled };

/// What a lane shows for a state of the program's own.
[[nodiscard]] LaneState laneStateOf(trace::State state);
/// The state in words: "busy", "searching", ...
[[nodiscard]] QString laneStateText(LaneState state);

/// Pixels [x0, x1) of a lane in one state. Where the recording knows nothing there is no run.
struct LaneRun {
    int x0 = 0, x1 = 0;
    LaneState state = LaneState::parked;
    friend bool operator==(const LaneRun&, const LaneRun&) = default;
};

/// A steal as it is drawn: from the victim's lane to the thief's.
struct LaneSteal {
    int x = 0;
    int thief = 0, victim = 0;  ///< lanes
    Nanoseconds at = 0;
    int count = 1;  ///< steals that share this pixel column, thief and victim
};

/// What lies under a point of a lane.
struct LaneHit {
    int worker = 0;
    trace::StateSpan span;
    bool open = false;                      ///< still going on when the recording ends
    double descheduledFraction = 0;         ///< of the samples' interval around the point, while busy
    std::optional<trace::StealMark> steal;  ///< the steal this worker made nearest to the point, within the tolerance
};

/// Lanes of one recording. A pixel column shows the state that took most of its time; busy columns that the kernel says
/// were without a core for at least half of that time are `descheduled`. The runs of the last (range, width, version)
/// are kept. As a table: one row a worker with its share of each state in the visible range, the lanes' twin for screen
/// readers.
class LaneModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        WorkerColumn,
        BusyColumn,
        SearchingColumn,
        ParkedColumn,
        BlockedColumn,
        DescheduledColumn,
        StealsColumn,
        ColumnCount
    };

    explicit LaneModel(QObject* parent = nullptr);

    /// Null: no recording, no lanes. With names that other models read as well.
    void setRecording(RecordingPtr recording, const RowNames& names);
    void setRecording(RecordingPtr recording) { setRecording(recording, RowNames(recording)); }
    [[nodiscard]] const RecordingPtr& recording() const { return recording_; }
    /// Takes in what the recording has gained. Cheap if nothing came. The table's rows are for `visible`.
    void refresh(TimeRange visible);

    [[nodiscard]] int laneCount() const;
    /// What its row is at the end of the visible range: "worker 3", "IO thread 0".
    [[nodiscard]] RowName laneName(int lane) const { return names_.of(lane, visible_.end); }
    /// Whether there is none but workers then.
    [[nodiscard]] bool areWorkers() const { return names_.areWorkers(visible_.end); }

    /// The runs of one lane, left to right, for `range` over `width` pixels. Valid until the next call of any function
    /// that is not const, or with another range or width.
    [[nodiscard]] std::span<const LaneRun> runs(int worker, TimeRange range, int width);
    /// The steals in range, by time. With more than `limit`, those that share a pixel are one; none is lost from the
    /// counts.
    [[nodiscard]] std::vector<LaneSteal> steals(TimeRange range, int width, std::size_t limit = 4000) const;
    /// Number of steals in range.
    [[nodiscard]] qint64 stealCount(TimeRange range) const;
    /// What is at `time` in a lane; `tolerance` for steals. None where nothing is known.
    [[nodiscard]] std::optional<LaneHit> hit(int worker, Nanoseconds time, Nanoseconds tolerance) const;
    /// The hit in words, for the readout: "worker 1 · busy 1.24 ms, from 812 ms · descheduled 12 %".
    [[nodiscard]] QString describe(const LaneHit& hit) const;

    /// Shares of the states of one worker, or all (-1), in the known time of a range: all but `descheduled` add up
    /// to 1.
    struct Shares {
        double busy = 0, searching = 0, parked = 0, blocked = 0, descheduled = 0;  ///< descheduled is part of busy
        double known = 0;  ///< the part of the range that the recording knows
    };
    [[nodiscard]] Shares shares(int worker, TimeRange range) const;
    /// The same over several ranges together.
    [[nodiscard]] Shares shares(int worker, std::span<const TimeRange> ranges) const;
    /// The parts of range in which the workload ran: its repetitions, without what lies between them (fresh data, the
    /// check of the answer). Range itself where the recording tells no repetitions. At most some thousand, the latest.
    [[nodiscard]] std::vector<TimeRange> repetitions(TimeRange range) const;

    /// The overview strip: for each of `columns` columns of range, the busy fraction of all workers (0 to 1).
    [[nodiscard]] std::vector<float> busyOverview(TimeRange range, int columns) const;

    static double timeToX(Nanoseconds time, TimeRange range, int width);
    static Nanoseconds xToTime(double x, TimeRange range, int width);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    struct Raster {
        TimeRange range;
        int width = -1;
        quint64 version = 0;
        std::vector<LaneRun> runs;
    };
    [[nodiscard]] const trace::WorkerTrack& track(int worker) const;
    void computeRuns(int worker, Raster& raster) const;
    void computeKernelRuns(int worker, Raster& raster) const;

    RecordingPtr recording_;
    RowNames names_;
    int era_ = 0;  ///< of the names that were told last
    std::vector<StateIndex> indexes_;
    std::vector<Raster> rasters_;
    TimeRange visible_;
    quint64 version_ = 0;
    int rows_ = 0;
};

}  // namespace grainscope::ui
