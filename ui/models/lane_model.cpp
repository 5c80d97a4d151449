#include "ui/models/lane_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/models/format.h"

namespace grainscope::ui {

using trace::State;
using trace::StateSpan;
using trace::StealMark;
using trace::WorkerTrack;

namespace {

Nanoseconds in(const StateTimes& times, State state) { return times[static_cast<std::size_t>(state)]; }

/// Whether a column stands for so many blocks of the index that an edge off by part of one block cannot be seen.
bool isDense(const WorkerTrack& track, TimeRange range, int columns) {
    constexpr std::size_t manyBlocks = 8;
    return trace::states_in(track, range).size() >=
           manyBlocks * StateIndex::blockSize * static_cast<std::size_t>(columns);
}

/// Joins a column to the run at its left if they are in the same state.
void appendColumn(std::vector<LaneRun>& runs, int x, LaneState state) {
    if (!runs.empty() && runs.back().x1 == x && runs.back().state == state) {
        runs.back().x1 = x + 1;
    } else {
        runs.push_back({x, x + 1, state});
    }
}

}  // namespace

LaneState laneStateOf(State state) {
    switch (state) {
        case State::busy:
            return LaneState::busy;
        case State::searching:
            return LaneState::searching;
        case State::parked:
            return LaneState::parked;
        case State::blocked_channel:
            return LaneState::blockedChannel;
        case State::blocked_lock:
            return LaneState::blockedLock;
        case State::blocked_io:
            return LaneState::blockedIo;
    }
    return LaneState::parked;
}

QString laneStateText(LaneState state) {
    switch (state) {
        case LaneState::busy:
            return LaneModel::tr("busy");
        case LaneState::searching:
            return LaneModel::tr("searching");
        case LaneState::parked:
            return LaneModel::tr("parked");
        case LaneState::blockedChannel:
            return LaneModel::tr("blocked on a channel");
        case LaneState::blockedLock:
            return LaneModel::tr("blocked on a lock");
        case LaneState::blockedIo:
            return LaneModel::tr("waiting for IO");
        case LaneState::descheduled:
            return LaneModel::tr("descheduled");
    }
    return {};
}

LaneModel::LaneModel(QObject* parent) : QAbstractTableModel(parent) {}

void LaneModel::setRecording(RecordingPtr recording, const RowNames& names) {
    beginResetModel();
    recording_ = std::move(recording);
    names_ = names;
    indexes_.clear();
    rasters_.clear();
    version_ = 0;
    rows_ = 0;
    endResetModel();
    refresh(visible_);
}

void LaneModel::refresh(TimeRange visible) {
    if (!recording_) return;
    const bool grew = version_ != recording_->version;
    if (!grew && visible == visible_) return;
    names_.refresh();
    const bool renamed = std::exchange(era_, names_.era(visible.end)) != era_;
    version_ = recording_->version;
    visible_ = visible;
    const std::size_t lanes = recording_->workers.size();
    if (grew) {
        indexes_.resize(lanes);
        rasters_.resize(lanes);
        for (std::size_t lane = 0; lane < lanes; ++lane) indexes_[lane].update(recording_->workers[lane]);
    }
    if (rows_ < static_cast<int>(lanes)) {
        beginInsertRows({}, rows_, static_cast<int>(lanes) - 1);
        rows_ = static_cast<int>(lanes);
        endInsertRows();
    }
    if (rows_ > 0) Q_EMIT dataChanged(index(0, 0), index(rows_ - 1, ColumnCount - 1), {Qt::DisplayRole, Qt::EditRole});
    if (renamed) Q_EMIT headerDataChanged(Qt::Horizontal, WorkerColumn, WorkerColumn);
}

int LaneModel::laneCount() const { return rows_; }

const WorkerTrack& LaneModel::track(int worker) const { return recording_->workers[static_cast<std::size_t>(worker)]; }

double LaneModel::timeToX(Nanoseconds time, TimeRange range, int width) {
    return static_cast<double>(time - range.begin) * width /
           static_cast<double>(std::max<Nanoseconds>(1, range.length()));
}

Nanoseconds LaneModel::xToTime(double x, TimeRange range, int width) {
    return range.begin +
           static_cast<Nanoseconds>(std::llround(x * static_cast<double>(range.length()) / std::max(1, width)));
}

std::span<const LaneRun> LaneModel::runs(int worker, TimeRange range, int width) {
    if (worker < 0 || worker >= rows_ || width <= 0 || range.isEmpty()) return {};
    Raster& raster = rasters_[static_cast<std::size_t>(worker)];
    if (raster.range != range || raster.width != width || raster.version != version_) {
        raster.range = range;
        raster.width = width;
        raster.version = version_;
        raster.runs.clear();
        if (tellsStates(track(worker))) {
            computeRuns(worker, raster);
        } else {
            computeKernelRuns(worker, raster);
        }
    }
    return raster.runs;
}

void LaneModel::computeRuns(int worker, Raster& raster) const {
    const WorkerTrack& lane = track(worker);
    StateIndex::Walk walk(indexes_[static_cast<std::size_t>(worker)], lane);
    const bool dense = isDense(lane, raster.range, raster.width);
    const auto at = [&](Nanoseconds time) { return dense ? walk.nearlyBefore(time) : walk.before(time); };
    StateTimes before = at(raster.range.begin);
    SampleHull hull;
    double descheduled = 0;
    for (int x = 0; x < raster.width; ++x) {
        const Nanoseconds begin = xToTime(x, raster.range, raster.width);
        const Nanoseconds end = xToTime(x + 1, raster.range, raster.width);
        const StateTimes after = at(end);
        const StateTimes column = difference(after, before);
        before = after;
        const auto dominant = std::ranges::max_element(column);
        if (*dominant <= 0) continue;
        LaneState state = laneStateOf(static_cast<State>(dominant - column.begin()));
        if (state == LaneState::busy) {
            // Neighbouring columns mostly lie between the same samples.
            if (const SampleHull around = sampleHull(lane, begin, end); around != hull) {
                hull = around;
                descheduled = descheduledPartOfBusy(hull);
            }
            if (descheduled >= 0.5) state = LaneState::descheduled;
        }
        appendColumn(raster.runs, x, state);
    }
}

void LaneModel::computeKernelRuns(int worker, Raster& raster) const {
    const WorkerTrack& lane = track(worker);
    for (int x = 0; x < raster.width; ++x) {
        const KernelTimes times =
            kernelTimes(lane, xToTime(x, raster.range, raster.width), xToTime(x + 1, raster.range, raster.width));
        if (times.known <= 0) continue;
        if (times.onCpu.value_or(0) >= times.known / 2) {
            appendColumn(raster.runs, x, LaneState::busy);
        } else if (times.descheduled.value_or(0) >= times.known / 2) {
            appendColumn(raster.runs, x, LaneState::descheduled);
        }
    }
}

std::vector<LaneSteal> LaneModel::steals(TimeRange range, int width, std::size_t limit) const {
    std::vector<LaneSteal> marks;
    if (!recording_ || width <= 0 || range.isEmpty()) return marks;
    const bool fold = static_cast<std::size_t>(stealCount(range)) > limit;
    for (int thief = 0; thief < rows_; ++thief) {
        const WorkerTrack& lane = track(thief);
        for (auto rest = trace::steals_in(lane, range); !rest.empty();) {
            const StealMark& steal = rest.front();
            const int x = static_cast<int>(timeToX(steal.at, range, width));
            std::size_t taken = 1;
            if (fold) {
                const auto beyond = std::ranges::lower_bound(rest, xToTime(x + 1, range, width), {}, &StealMark::at);
                taken = std::max<std::size_t>(1, static_cast<std::size_t>(beyond - rest.begin()));
            }
            // A hostile note may put the workers behind the last row.
            const int victim = std::min(rows_ - 1, names_.rowOfWorker(static_cast<int>(steal.victim), steal.at));
            marks.push_back({x, thief, victim, steal.at, static_cast<int>(taken)});
            rest = rest.subspan(taken);
        }
    }
    std::ranges::stable_sort(marks, {}, &LaneSteal::at);
    return marks;
}

qint64 LaneModel::stealCount(TimeRange range) const {
    qint64 count = 0;
    for (int worker = 0; worker < rows_; ++worker) {
        count += static_cast<qint64>(trace::steals_in(track(worker), range).size());
    }
    return count;
}

std::optional<LaneHit> LaneModel::hit(int worker, Nanoseconds time, Nanoseconds tolerance) const {
    if (!recording_ || worker < 0 || worker >= rows_) return std::nullopt;
    const WorkerTrack& lane = track(worker);
    LaneHit result;
    result.worker = worker;
    const auto span = std::ranges::upper_bound(lane.states, time, {}, &StateSpan::end);
    if (span != lane.states.end() && span->begin <= time) {
        result.span = *span;
    } else if (const auto open = trace::open_span(lane); open && time >= open->begin && time <= open->end) {
        result.span = *open;
        result.open = true;
    } else {
        return std::nullopt;
    }
    if (result.span.state == State::busy) {
        result.descheduledFraction = descheduledPartOfBusy(sampleHull(lane, time, time + 1));
    }
    const auto after = std::ranges::lower_bound(lane.steals, time, {}, &StealMark::at);
    const auto consider = [&](const StealMark& steal) {
        const Nanoseconds distance = std::abs(steal.at - time);
        if (distance <= tolerance && (!result.steal || distance < std::abs(result.steal->at - time)))
            result.steal = steal;
    };
    if (after != lane.steals.end()) consider(*after);
    if (after != lane.steals.begin()) consider(*std::prev(after));
    return result;
}

QString LaneModel::describe(const LaneHit& hit) const {
    const QString state = laneStateText(laneStateOf(hit.span.state));
    const QString length = formatDuration(static_cast<double>(hit.span.end - hit.span.begin));
    QString text = (hit.open ? tr("%1 · %2 %3 so far, since %4") : tr("%1 · %2 %3, from %4"))
                       .arg(names_.text(hit.worker, std::max(hit.span.begin, hit.span.end - 1)), state, length,
                            formatDuration(static_cast<double>(hit.span.begin)));
    if (hit.descheduledFraction >= 0.005) text += tr(" · descheduled %1").arg(formatPercent(hit.descheduledFraction));
    if (hit.steal) text += tr(" · stole from %1").arg(RowNames::worker(static_cast<int>(hit.steal->victim)));
    return text;
}

LaneModel::Shares LaneModel::shares(int worker, TimeRange range) const { return shares(worker, std::span(&range, 1)); }

std::vector<TimeRange> LaneModel::repetitions(TimeRange range) const {
    constexpr std::size_t most = 4096;
    std::vector<TimeRange> ranges;
    if (!recording_) return {range};
    const auto& phases = recording_->phases;
    for (auto phase = phases.rbegin(); phase != phases.rend() && ranges.size() < most; ++phase) {
        if (phase->kind != trace::PhaseKind::sample && phase->kind != trace::PhaseKind::warmup) continue;
        if (phase->end && *phase->end <= range.begin) break;
        const TimeRange part{std::max(range.begin, phase->begin), std::min(range.end, phase->end.value_or(range.end))};
        if (!part.isEmpty()) ranges.push_back(part);
    }
    if (ranges.empty()) ranges.push_back(range);
    return ranges;
}

LaneModel::Shares LaneModel::shares(int worker, std::span<const TimeRange> ranges) const {
    Shares shares;
    StateTimes times{};
    double descheduled = 0, known = 0, whole = 0;
    const int first = worker < 0 ? 0 : worker, last = worker < 0 ? rows_ : std::min(worker + 1, rows_);
    const auto add = [&](int lane, TimeRange range) {
        const KernelTimes kernel = kernelTimes(track(lane), range.begin, range.end);
        if (tellsStates(track(lane))) {
            const StateTimes own =
                indexes_[static_cast<std::size_t>(lane)].exactlyBetween(track(lane), range.begin, range.end);
            descheduled += withoutCore(static_cast<double>(in(own, State::busy) + in(own, State::searching)),
                                       kernel.onCpu, kernel.descheduled.value_or(0));
            std::ranges::transform(times, own, times.begin(), std::plus{});
            known += static_cast<double>(knownTime(own));
        } else if (kernel.onCpu) {
            // A thread that is ready to run has work to do, with or without a core.
            descheduled += kernel.descheduled.value_or(0);
            const auto busy = std::min(kernel.known, *kernel.onCpu + kernel.descheduled.value_or(0));
            times[static_cast<std::size_t>(State::busy)] += static_cast<Nanoseconds>(busy);
            times[static_cast<std::size_t>(State::parked)] += static_cast<Nanoseconds>(kernel.known - busy);
            known += kernel.known;
        }
    };
    for (const TimeRange& range : ranges) {
        if (range.isEmpty()) continue;
        whole += static_cast<double>(range.length());
        for (int lane = first; lane < last; ++lane) add(lane, range);
    }
    if (known <= 0) return shares;
    const auto share = [&](State state) { return static_cast<double>(in(times, state)) / known; };
    shares.busy = share(State::busy);
    shares.searching = share(State::searching);
    shares.parked = share(State::parked);
    shares.blocked = share(State::blocked_channel) + share(State::blocked_lock) + share(State::blocked_io);
    shares.descheduled = std::min(1.0, descheduled / known);
    shares.known = known / (whole * std::max(1, last - first));
    return shares;
}

std::vector<float> LaneModel::busyOverview(TimeRange range, int columns) const {
    std::vector<float> overview(static_cast<std::size_t>(std::max(0, columns)), 0.0F);
    if (range.isEmpty() || rows_ == 0) return overview;
    const double perLane = 1.0 / rows_;
    for (int lane = 0; lane < rows_; ++lane) {
        StateIndex::Walk walk(indexes_[static_cast<std::size_t>(lane)], track(lane));
        const bool dense = isDense(track(lane), range, columns);
        const auto busyBefore = [&](Nanoseconds time) {
            return in(dense ? walk.nearlyBefore(time) : walk.before(time), State::busy);
        };
        Nanoseconds edge = range.begin;
        Nanoseconds before = busyBefore(edge);
        for (int x = 0; x < columns; ++x) {
            const Nanoseconds next = xToTime(x + 1, range, columns);
            const Nanoseconds after = busyBefore(next);
            if (next > edge) {
                // An edge that is off may put more than its own time into a column.
                const double busy = static_cast<double>(after - before) / static_cast<double>(next - edge);
                overview[static_cast<std::size_t>(x)] += static_cast<float>(perLane * std::min(1.0, busy));
            }
            before = after;
            edge = next;
        }
    }
    return overview;
}

int LaneModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : rows_; }
int LaneModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant LaneModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole && index.column() != WorkerColumn)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    if (index.column() == WorkerColumn) return display ? QVariant(laneName(index.row()).text()) : QVariant(index.row());
    if (index.column() == StealsColumn) {
        const auto count = static_cast<qlonglong>(trace::steals_in(track(index.row()), visible_).size());
        return display ? QVariant(formatCount(count)) : QVariant(count);
    }
    const Shares lane = shares(index.row(), visible_);
    if (lane.known <= 0) return display ? QVariant(unknownText()) : QVariant();
    const auto value = [&]() -> double {
        switch (index.column()) {
            case BusyColumn:
                return lane.busy;
            case SearchingColumn:
                return lane.searching;
            case ParkedColumn:
                return lane.parked;
            case BlockedColumn:
                return lane.blocked;
            default:
                return lane.descheduled;
        }
    }();
    return display ? QVariant(formatPercent(value, 1)) : QVariant(value);
}

QVariant LaneModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case WorkerColumn:
            return names_.heading(visible_.end);
        case BusyColumn:
            return tr("Busy");
        case SearchingColumn:
            return tr("Searching");
        case ParkedColumn:
            return tr("Parked");
        case BlockedColumn:
            return tr("Blocked");
        case DescheduledColumn:
            return tr("Descheduled");
        case StealsColumn:
            return tr("Steals");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
