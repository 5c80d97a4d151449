// What each worker counted.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include <QAbstractTableModel>

#include "ui/models/row_names.h"
#include "ui/models/time_navigator.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// One row a worker (or another thread), and one for all. Counts are since the recording began, or within a range (to
/// the samples nearest to its ends). The edit role has the number; display has it formatted; what is not known is a
/// dash.
class CounterModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        WorkerColumn,
        JobsColumn,
        PopsColumn,
        StealsColumn,
        FailedStealsColumn,
        ParksColumn,
        WakesColumn,
        BusyColumn,
        OnCpuColumn,
        ColumnCount
    };

    explicit CounterModel(QObject* parent = nullptr);

    void setRecording(RecordingPtr recording, const RowNames& names);
    void setRecording(RecordingPtr recording) { setRecording(recording, RowNames(recording)); }
    /// Reads the newest samples; no range: the whole recording.
    void refresh(std::optional<TimeRange> range = std::nullopt);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    using Row = std::array<std::optional<double>, ColumnCount>;  ///< counts; fractions for busy and on CPU
    /// The moment whose names the rows have.
    [[nodiscard]] Nanoseconds namedAt() const { return range_ ? range_->end : RowNames::latest; }

    RecordingPtr recording_;
    RowNames names_;
    std::vector<Row> rows_;  ///< the last one is the total
    std::optional<TimeRange> range_;
    quint64 version_ = 0;
};

}  // namespace grainscope::ui
