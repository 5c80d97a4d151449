// The sampled data of the workload at one moment: the bars.
#pragma once

#include <optional>
#include <span>

#include <QAbstractTableModel>

#include "ui/models/time_navigator.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// The frame that was true at a moment, or the latest. One row a sampled position: position, value (0 to 100 %),
/// worker.
class DataBarsModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { PositionColumn, ValueColumn, WorkerColumn, ColumnCount };

    explicit DataBarsModel(QObject* parent = nullptr);

    void setRecording(RecordingPtr recording);
    /// Looks for the frame: the last one not after `at`, or the latest. Returns whether another one is shown now.
    bool refresh(std::optional<Nanoseconds> at = std::nullopt);

    [[nodiscard]] int count() const;
    /// Values in [0, 65535] and who wrote them last (a worker's index, or DataBoard::no_owner); empty without a frame.
    [[nodiscard]] std::span<const std::uint16_t> values() const;
    [[nodiscard]] std::span<const std::uint16_t> owners() const;
    /// When the frame was taken; none without a frame.
    [[nodiscard]] std::optional<Nanoseconds> frameTime() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    [[nodiscard]] const trace::DataFrame* frame() const;

    RecordingPtr recording_;
    std::ptrdiff_t frame_ = -1;  ///< an index, not a pointer: frames move when the recording grows
    int rows_ = 0;
};

}  // namespace grainscope::ui
