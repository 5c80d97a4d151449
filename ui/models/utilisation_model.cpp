#include "ui/models/utilisation_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/models/format.h"
#include "ui/models/kernel_times.h"

namespace grainscope::ui {

namespace {

/// The nearest of 1, 2, 5, 10, 20 ... that is at least `length`.
Nanoseconds niceLength(double length) {
    Nanoseconds power = 1;
    while (true) {
        for (const Nanoseconds factor : {1, 2, 5}) {
            if (static_cast<double>(factor * power) >= length) return factor * power;
        }
        power *= 10;
    }
}

struct BusyTime {
    double busy = 0, known = 0;
};

/// Busy and known time of one worker between ascending moments, whichever of its states or the kernel tells it.
class BusyWalk {
  public:
    BusyWalk(const StateIndex& index, const trace::WorkerTrack& track, Nanoseconds begin)
        : track_(track), states_(tellsStates(track)), walk_(index, track), edge_(begin) {
        if (states_) before_ = walk_.before(begin);
    }
    BusyTime advance(Nanoseconds end) {
        BusyTime time;
        if (states_) {
            const StateTimes after = walk_.before(end);
            const StateTimes bucket = difference(after, before_);
            before_ = after;
            time = {static_cast<double>(bucket[static_cast<std::size_t>(trace::State::busy)]),
                    static_cast<double>(knownTime(bucket))};
        } else {
            const KernelTimes kernel = kernelTimes(track_, edge_, end);
            const double busy = kernel.onCpu.value_or(0) + kernel.descheduled.value_or(0);
            time = {std::min(kernel.known, busy), kernel.onCpu ? kernel.known : 0};
        }
        edge_ = end;
        return time;
    }

  private:
    const trace::WorkerTrack& track_;
    bool states_;
    StateIndex::Walk walk_;
    StateTimes before_{};
    Nanoseconds edge_;
};

/// By the worker's own totals, so that the number is the one the command line gives.
BusyTime busyIn(const StateIndex& index, const trace::WorkerTrack& track, TimeRange range) {
    if (!tellsStates(track)) return BusyWalk(index, track, range.begin).advance(range.end);
    const StateTimes times = index.exactlyBetween(track, range.begin, range.end);
    return {static_cast<double>(times[static_cast<std::size_t>(trace::State::busy)]),
            static_cast<double>(knownTime(times))};
}

}  // namespace

UtilisationModel::UtilisationModel(QObject* parent) : QAbstractTableModel(parent) {}

void UtilisationModel::setRecording(RecordingPtr recording, const RowNames& names) {
    beginResetModel();
    recording_ = std::move(recording);
    names_ = names;
    indexes_.clear();
    begins_.clear();
    busy_.clear();
    version_ = 0;
    utilisation_ = 0;
    wanted_ = 0;
    endResetModel();
}

bool UtilisationModel::refresh(TimeRange range, int buckets) {
    if (!recording_ || range.isEmpty() || buckets <= 0) return false;
    if (range == range_ && buckets == wanted_ && version_ == recording_->version) return false;
    const std::size_t workers = recording_->workers.size();
    if (version_ != recording_->version) {
        indexes_.resize(workers);
        for (std::size_t worker = 0; worker < workers; ++worker) indexes_[worker].update(recording_->workers[worker]);
    }
    names_.refresh();
    const bool renamed = std::exchange(era_, names_.era(range.end)) != era_;
    version_ = recording_->version;
    range_ = range;
    wanted_ = buckets;

    bucketLength_ = niceLength(static_cast<double>(range.length()) / buckets);
    const Nanoseconds first = std::max<Nanoseconds>(0, range.begin / bucketLength_) * bucketLength_;
    const Nanoseconds last = std::min(range.end, recording_->end);
    const std::size_t count =
        last > first ? static_cast<std::size_t>((last - first + bucketLength_ - 1) / bucketLength_) : 0;

    // Rows and columns of the table change only with the shape; values change in place.
    const bool reshaped = count != begins_.size() || workers != busy_.size();
    if (reshaped) beginResetModel();
    begins_.resize(count);
    for (std::size_t bucket = 0; bucket < count; ++bucket) {
        begins_[bucket] = first + static_cast<Nanoseconds>(bucket) * bucketLength_;
    }
    busy_.resize(workers);
    BusyTime all;
    for (std::size_t worker = 0; worker < workers; ++worker) {
        busy_[worker].resize(count);
        BusyWalk walk(indexes_[worker], recording_->workers[worker], first);
        for (std::size_t bucket = 0; bucket < count; ++bucket) {
            const BusyTime time = walk.advance(begins_[bucket] + bucketLength_);
            busy_[worker][bucket] = time.known > 0 ? static_cast<float>(time.busy / time.known) : 0.0F;
        }
        const BusyTime time = busyIn(indexes_[worker], recording_->workers[worker], range);
        all.busy += time.busy;
        all.known += time.known;
    }
    utilisation_ = all.known > 0 ? all.busy / all.known : 0;
    if (reshaped) {
        endResetModel();
    } else if (count > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1), {Qt::DisplayRole, Qt::EditRole});
    }
    if (renamed && !reshaped) Q_EMIT headerDataChanged(Qt::Horizontal, 1, columnCount() - 1);
    return true;
}

double UtilisationModel::busyWorkers(int bucket) const {
    double sum = 0;
    for (const auto& worker : busy_) sum += static_cast<double>(worker[static_cast<std::size_t>(bucket)]);
    return sum;
}

int UtilisationModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : bucketCount(); }

int UtilisationModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : workerCount() + 2; }

QVariant UtilisationModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const auto bucket = static_cast<std::size_t>(index.row());
    if (index.column() == 0) {
        const auto begin = begins_[bucket];
        return display ? QVariant(formatDuration(static_cast<double>(begin))) : QVariant(static_cast<qlonglong>(begin));
    }
    if (index.column() > workerCount()) {
        const double sum = busyWorkers(index.row());
        return display ? QVariant(formatReal(sum, 3)) : QVariant(sum);
    }
    const auto fraction = static_cast<double>(busy_[static_cast<std::size_t>(index.column() - 1)][bucket]);
    return display ? QVariant(formatPercent(fraction)) : QVariant(fraction);
}

QVariant UtilisationModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    if (section == 0) return tr("From");
    if (section > workerCount()) return areWorkers() ? tr("Busy workers") : tr("Busy threads");
    return names_.text(section - 1, range_.end);
}

}  // namespace grainscope::ui
