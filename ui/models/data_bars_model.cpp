#include "ui/models/data_bars_model.h"

#include <algorithm>

#include <grainscope/trace/data_board.h>

#include "ui/models/format.h"
#include "ui/models/lane_model.h"

namespace grainscope::ui {

DataBarsModel::DataBarsModel(QObject* parent) : QAbstractTableModel(parent) {}

void DataBarsModel::setRecording(RecordingPtr recording) {
    beginResetModel();
    recording_ = std::move(recording);
    frame_ = -1;
    rows_ = 0;
    endResetModel();
}

bool DataBarsModel::refresh(std::optional<Nanoseconds> at) {
    if (!recording_) return false;
    const auto& frames = recording_->frames;
    const auto beyond = at ? std::ranges::upper_bound(frames, *at, {}, &trace::DataFrame::at) : frames.end();
    const std::ptrdiff_t found = (beyond - frames.begin()) - 1;
    if (found == frame_) return false;
    const int rows = found < 0 ? 0 : static_cast<int>(frames[static_cast<std::size_t>(found)].values.size());
    if (rows != rows_) {
        beginResetModel();
        frame_ = found;
        rows_ = rows;
        endResetModel();
    } else {
        frame_ = found;
        if (rows_ > 0)
            Q_EMIT dataChanged(index(0, ValueColumn), index(rows_ - 1, WorkerColumn), {Qt::DisplayRole, Qt::EditRole});
    }
    return true;
}

const trace::DataFrame* DataBarsModel::frame() const {
    return frame_ < 0 ? nullptr : &recording_->frames[static_cast<std::size_t>(frame_)];
}

int DataBarsModel::count() const { return rows_; }

std::span<const std::uint16_t> DataBarsModel::values() const {
    return frame() ? std::span(frame()->values) : std::span<const std::uint16_t>();
}

std::span<const std::uint16_t> DataBarsModel::owners() const {
    return frame() ? std::span(frame()->owners) : std::span<const std::uint16_t>();
}

std::optional<Nanoseconds> DataBarsModel::frameTime() const {
    return frame() ? std::optional(frame()->at) : std::nullopt;
}

int DataBarsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : rows_; }
int DataBarsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant DataBarsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const auto slot = static_cast<std::size_t>(index.row());
    switch (index.column()) {
        case PositionColumn:
            return display ? QVariant(formatCount(index.row() + 1)) : QVariant(index.row() + 1);
        case ValueColumn: {
            const double fraction = values()[slot] / 65535.0;
            return display ? QVariant(formatPercent(fraction, 1)) : QVariant(fraction);
        }
        case WorkerColumn: {
            const auto owner = slot < owners().size() ? owners()[slot] : trace::DataBoard::no_owner;
            if (owner == trace::DataBoard::no_owner) return display ? QVariant(unknownText()) : QVariant();
            return display ? QVariant(LaneModel::laneName(owner)) : QVariant(static_cast<int>(owner));
        }
        default:
            return {};
    }
}

QVariant DataBarsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case PositionColumn:
            return tr("Position");
        case ValueColumn:
            return tr("Value");
        case WorkerColumn:
            return tr("Last touched by");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
