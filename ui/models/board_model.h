// The sampled data of the workload at one moment: what the bars and the grid show.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <QAbstractTableModel>

#include "ui/models/board_picture.h"
#include "ui/models/row_names.h"
#include "ui/models/time_navigator.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// The frame that was true at a moment, or the latest. One row a slot: position, value (0 to 100 %), worker; in a grid
/// also its column and row.
class BoardModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { PositionColumn, ValueColumn, WorkerColumn, GridColumnColumn, GridRowColumn };

    explicit BoardModel(QObject* parent = nullptr);

    void setRecording(RecordingPtr recording, const RowNames& names);
    void setRecording(RecordingPtr recording) { setRecording(recording, RowNames(recording)); }
    /// Looks for the frame: the last one not after `at`, or the latest. Returns whether another one is shown now.
    bool refresh(std::optional<Nanoseconds> at = std::nullopt);

    [[nodiscard]] int count() const { return static_cast<int>(values_.size()); }
    /// Values in [0, 65535] and who wrote them last (a worker's index, or DataBoard::no_owner); empty without a frame.
    [[nodiscard]] std::span<const std::uint16_t> values() const { return values_; }
    [[nodiscard]] std::span<const std::uint16_t> owners() const { return owners_; }
    /// When the frame was taken; none without a frame.
    [[nodiscard]] std::optional<Nanoseconds> frameTime() const { return frameTime_; }
    /// What the row is called that an owner stands for.
    [[nodiscard]] QString ownerName(int owner) const;
    /// How the frame is to be looked at.
    [[nodiscard]] const BoardPicture& picture() const { return picture_; }
    [[nodiscard]] bool isGrid() const { return picture_.isGridOf(count()); }
    /// What a slot holds, as a tooltip says it.
    [[nodiscard]] QString sentence(int slot) const;
    /// How many slots each worker wrote last, from worker 0 on; then those that nobody has written yet.
    struct Shares {
        std::vector<int> byWorker;
        int nobody = 0;
    };
    [[nodiscard]] Shares shares() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  Q_SIGNALS:
    void pictureChanged();

  private:
    void readPictures();
    [[nodiscard]] BoardPicture pictureAt(std::optional<Nanoseconds> at) const;

    RecordingPtr recording_;
    RowNames names_;
    // Of the frame on show. A copy: a reader that is short of memory gives up older frames while the recording grows.
    std::vector<std::uint16_t> values_;
    std::vector<std::uint16_t> owners_;
    std::optional<Nanoseconds> frameTime_;
    std::ptrdiff_t frame_ = -1;
    std::vector<std::pair<Nanoseconds, BoardPicture>> pictures_;
    std::size_t notesRead_ = 0;
    BoardPicture picture_ = BoardPicture::plainBars();
};

}  // namespace grainscope::ui
