// How busy the workers are over time: the stacked plot.
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "ui/models/row_names.h"
#include "ui/models/state_index.h"
#include "ui/models/time_navigator.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// Busy fraction of each worker in buckets of equal length. Buckets lie on a grid that does not move with the range
/// (their length is 1, 2 or 5 times a power of ten, their edges multiples of it), so that nothing flickers while the
/// range scrolls. As a table: one row a bucket, its begin and a column a worker, then their sum.
class UtilisationModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    explicit UtilisationModel(QObject* parent = nullptr);

    void setRecording(RecordingPtr recording, const RowNames& names);
    void setRecording(RecordingPtr recording) { setRecording(recording, RowNames(recording)); }
    /// Computes the buckets of `range`, about `buckets` of them, up to what the recording knows. Returns whether
    /// anything changed.
    bool refresh(TimeRange range, int buckets = 240);

    [[nodiscard]] int workerCount() const { return static_cast<int>(busy_.size()); }
    [[nodiscard]] int bucketCount() const { return static_cast<int>(begins_.size()); }
    [[nodiscard]] Nanoseconds bucketLength() const { return bucketLength_; }
    /// Begin of each bucket. The last one may reach beyond the recording's end: its fractions speak of its known part.
    [[nodiscard]] const std::vector<Nanoseconds>& begins() const { return begins_; }
    /// Busy fractions of one worker, 0 to 1, one a bucket.
    [[nodiscard]] const std::vector<float>& busy(int worker) const { return busy_[static_cast<std::size_t>(worker)]; }
    /// Busy workers in a bucket: the sum over all.
    [[nodiscard]] double busyWorkers(int bucket) const;
    /// Whether there are none but workers at the end of the range.
    [[nodiscard]] bool areWorkers() const { return names_.areWorkers(range_.end); }
    /// Mean over the range: busy time of all workers by their known time; 0 if nothing is known.
    [[nodiscard]] double utilisation() const { return utilisation_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    RecordingPtr recording_;
    RowNames names_;
    int era_ = 0;  ///< of the names that were told last
    std::vector<StateIndex> indexes_;
    std::vector<Nanoseconds> begins_;
    std::vector<std::vector<float>> busy_;
    Nanoseconds bucketLength_ = 1;
    TimeRange range_;
    int wanted_ = 0;
    quint64 version_ = 0;
    double utilisation_ = 0;
};

}  // namespace grainscope::ui
