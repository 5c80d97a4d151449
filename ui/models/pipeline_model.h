// What the PIPELINE view shows: stages, channels and followed messages of one recording.
#pragma once

#include <optional>
#include <vector>

#include <QAbstractTableModel>

#include "ui/models/lane_model.h"
#include "ui/models/pipeline_figures.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// Parses the diagram, keeps the indexes as the recording grows, and answers what was where at a moment. As a table:
/// one row a channel with its figures in the inspected time.
class PipelineModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        ChannelColumn,
        FromColumn,
        ToColumn,
        CapacityColumn,
        SentColumn,
        ReceivedColumn,
        RateColumn,
        MeanFillColumn,
        DeepestColumn,
        SendersBlockedColumn,
        ReceiversBlockedColumn,
        ArmColumn,
        ColumnCount
    };

    explicit PipelineModel(QObject* parent = nullptr);

    void setRecording(RecordingPtr recording, const RowNames& names);
    void setRecording(RecordingPtr recording) { setRecording(recording, RowNames(recording)); }
    /// Takes in what the recording has gained; cheap if nothing came. What is shown from now on is the moment `at`;
    /// with none the recording's end while it grows, else the middle of its last timed repetition, where workers work.
    /// A recording may have one diagram after another: the moment's is shown.
    void refresh(std::optional<Nanoseconds> at, bool live = false);
    /// Computes the figures of a range: of the timed repetitions in it, where there are any. A few times a second.
    void takeFigures(TimeRange range);

    /// Null if the recording has none (or one that makes no sense).
    [[nodiscard]] const PipelineDiagram* diagram() const { return diagram_ ? &*diagram_ : nullptr; }
    [[nodiscard]] const PipelineFigures& figures() const { return figures_; }
    [[nodiscard]] const MessageIndex& messages() const { return messages_; }
    /// The sentence that names the bottleneck; empty without a diagram.
    [[nodiscard]] QString sentence() const;
    /// The moment on show.
    [[nodiscard]] Nanoseconds moment() const { return moment_; }
    /// Whether nobody chose it.
    [[nodiscard]] bool isAtRest() const { return atRest_; }

    /// A channel at the moment on show; null if nothing is known of it then.
    [[nodiscard]] const trace::ChannelSample* channelNow(int channel) const;
    /// What a row did at the moment on show.
    [[nodiscard]] std::optional<LaneState> stateNow(int row) const;
    /// The followed messages that are on the way at the moment on show.
    [[nodiscard]] std::vector<MessagePlace> placesNow() const;
    /// What a full channel holds: its capacity, or where it has none the most that it ever held (at least 1).
    [[nodiscard]] quint64 full(int channel) const;
    /// A channel's fill level and who waited for it, px by px.
    [[nodiscard]] std::vector<FillColumn> columns(int channel, TimeRange range, int width) const;
    /// Grows with every change of what the recording says: a key for caches.
    [[nodiscard]] quint64 version() const { return version_; }

    /// The stage whose worker a row is; "worker 3" where it is none's.
    [[nodiscard]] QString rowName(int row) const;
    /// What the rows are at a moment.
    [[nodiscard]] const RowNames& names() const { return names_; }
    /// "compress", "a clock"
    [[nodiscard]] QString senderName(int channel) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  Q_SIGNALS:
    /// Another diagram is on show, or none.
    void diagramChanged();
    void figuresChanged();

  private:
    struct Era {
        Nanoseconds begin;
        std::optional<PipelineDiagram> diagram;
    };
    void readNotes();
    [[nodiscard]] Nanoseconds restingMoment() const;
    [[nodiscard]] const Era* eraAt(Nanoseconds time) const;
    [[nodiscard]] std::vector<TimeRange> lookedAt(TimeRange range) const;
    [[nodiscard]] QVariant figure(int row, int column, bool display) const;

    RecordingPtr recording_;
    RowNames names_;
    std::vector<Era> eras_;
    std::size_t notesRead_ = 0;
    std::optional<PipelineDiagram> diagram_;
    std::vector<ChannelIndex> channels_;
    std::vector<StateIndex> states_;
    MessageIndex messages_;
    PipelineFigures figures_;
    std::pair<TimeRange, quint64> figuresOf_;  ///< the range and version that they were made for
    Nanoseconds moment_ = 0;
    Nanoseconds patience_ = 0;
    bool atRest_ = true;
    quint64 version_ = 0;
};

}  // namespace grainscope::ui
