#include "ui/models/counter_model.h"

#include <algorithm>

#include "ui/models/format.h"

namespace grainscope::ui {

using trace::Counters;
using trace::WorkerSample;
using trace::WorkerTrack;

namespace {

bool isFraction(int column) { return column == CounterModel::BusyColumn || column == CounterModel::OnCpuColumn; }

/// The last sample that is not after `time`; null if there is none.
const WorkerSample* sampleAt(const WorkerTrack& track, Nanoseconds time) {
    const auto beyond = std::ranges::upper_bound(track.samples, time, {}, &WorkerSample::at);
    return beyond == track.samples.begin() ? nullptr : &*std::prev(beyond);
}

std::optional<double> counted(const WorkerSample* begin, const WorkerSample& end, std::uint64_t Counters::*field) {
    if (!end.counters || (begin && !begin->counters)) return std::nullopt;
    const std::uint64_t before = begin ? (*begin->counters).*field : 0;
    return static_cast<double>((*end.counters).*field - before);
}

}  // namespace

CounterModel::CounterModel(QObject* parent) : QAbstractTableModel(parent) {}

void CounterModel::setRecording(RecordingPtr recording, const RowNames& names) {
    beginResetModel();
    recording_ = std::move(recording);
    names_ = names;
    rows_.clear();
    version_ = 0;
    endResetModel();
    refresh(range_);
}

void CounterModel::refresh(std::optional<TimeRange> range) {
    if (!recording_ || (version_ == recording_->version && range == range_)) return;
    names_.refresh();
    version_ = recording_->version;
    range_ = range;
    std::vector<Row> rows;
    for (const WorkerTrack& track : recording_->workers) {
        Row& row = rows.emplace_back();
        const WorkerSample* begin = range ? sampleAt(track, range->begin) : nullptr;
        const WorkerSample* end = range                   ? sampleAt(track, range->end)
                                  : track.samples.empty() ? nullptr
                                                          : &track.samples.back();
        if (!end || end == begin) continue;
        row[JobsColumn] = counted(begin, *end, &Counters::jobs);
        row[PopsColumn] = counted(begin, *end, &Counters::pops);
        row[StealsColumn] = counted(begin, *end, &Counters::steals);
        row[FailedStealsColumn] = counted(begin, *end, &Counters::failed_steals);
        row[ParksColumn] = counted(begin, *end, &Counters::parks);
        row[WakesColumn] = counted(begin, *end, &Counters::wakes);
        const auto elapsed = static_cast<double>(end->at - (begin ? begin->at : 0));
        if (elapsed <= 0) continue;
        constexpr auto busy = static_cast<std::size_t>(trace::State::busy);
        if (end->state_ns && (!begin || begin->state_ns)) {
            const Nanoseconds before = begin ? (*begin->state_ns)[busy] : 0;
            row[BusyColumn] = static_cast<double>((*end->state_ns)[busy] - before) / elapsed;
        }
        if (end->on_cpu_ns && (!begin || begin->on_cpu_ns)) {
            const Nanoseconds before = begin ? *begin->on_cpu_ns : 0;
            row[OnCpuColumn] = static_cast<double>(*end->on_cpu_ns - before) / elapsed;
        }
    }
    if (!rows.empty()) {
        Row total;
        for (int column = JobsColumn; column < ColumnCount; ++column) {
            const auto field = static_cast<std::size_t>(column);
            int known = 0;
            for (const Row& row : rows) {
                if (!row[field]) continue;
                total[field] = total[field].value_or(0) + *row[field];
                ++known;
            }
            if (total[field] && isFraction(column)) *total[field] /= known;
        }
        rows.push_back(total);
    }
    if (rows.size() != rows_.size()) {
        beginResetModel();
        rows_ = std::move(rows);
        endResetModel();
    } else if (!rows.empty()) {
        rows_ = std::move(rows);
        Q_EMIT dataChanged(index(0, WorkerColumn), index(rowCount() - 1, ColumnCount - 1),
                           {Qt::DisplayRole, Qt::EditRole});
    }
}

int CounterModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}
int CounterModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant CounterModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole && index.column() != WorkerColumn)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    if (index.column() == WorkerColumn) {
        if (index.row() == rowCount() - 1) return tr("all");
        return display ? QVariant(names_.text(index.row(), namedAt())) : QVariant(index.row());
    }
    const auto& value = rows_[static_cast<std::size_t>(index.row())][static_cast<std::size_t>(index.column())];
    if (!value) return display ? QVariant(unknownText()) : QVariant();
    if (isFraction(index.column())) return display ? QVariant(formatPercent(*value, 1)) : QVariant(*value);
    const auto count = static_cast<qlonglong>(*value);
    return display ? QVariant(formatCount(count)) : QVariant(count);
}

QVariant CounterModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case JobsColumn:
                return tr("Tasks run");
            case PopsColumn:
                return tr("Own tasks taken back from its deque");
            case StealsColumn:
                return tr("Tasks won from another worker");
            case FailedStealsColumn:
                return tr("Searches over all victims that came back with nothing");
            case ParksColumn:
                return tr("How often it went to sleep");
            case WakesColumn:
                return tr("How often it was woken");
            case BusyColumn:
                return tr("Part of the time spent in tasks");
            case OnCpuColumn:
                return tr("Part of the time on a core, as the kernel says");
            default:
                return {};
        }
    }
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case WorkerColumn:
            return names_.heading(namedAt());
        case JobsColumn:
            return tr("Jobs");
        case PopsColumn:
            return tr("Pops");
        case StealsColumn:
            return tr("Steals");
        case FailedStealsColumn:
            return tr("Failed steals");
        case ParksColumn:
            return tr("Parks");
        case WakesColumn:
            return tr("Wakes");
        case BusyColumn:
            return tr("Busy");
        case OnCpuColumn:
            return tr("On CPU");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
