#include "ui/models/pipeline_model.h"

#include <algorithm>
#include <cmath>

#include <QByteArray>

#include <grainscope/trace/analysis.h>

#include "ui/models/format.h"

namespace grainscope::ui {
namespace {

/// How long a followed message may be out of sight before it counts as lost, where nothing tells better.
constexpr Nanoseconds shortestPatience = 1'000'000;
/// More repetitions than this, the latest, tell nothing new.
constexpr std::size_t mostRepetitions = 512;

QVariant countCell(double count, bool display) {
    const auto whole = static_cast<qlonglong>(std::llround(count));
    return display ? QVariant(formatCount(whole)) : QVariant(whole);
}

QVariant shareCell(const std::optional<double>& share, bool display) {
    if (!share) return display ? QVariant(unknownText()) : QVariant();
    return display ? QVariant(formatPercent(*share, 1)) : QVariant(*share);
}

}  // namespace

PipelineModel::PipelineModel(QObject* parent) : QAbstractTableModel(parent) {}

void PipelineModel::setRecording(RecordingPtr recording, const RowNames& names) {
    beginResetModel();
    recording_ = std::move(recording);
    names_ = names;
    eras_.clear();
    notesRead_ = 0;
    diagram_.reset();
    channels_.clear();
    states_.clear();
    messages_.clear();
    figures_ = {};
    figuresOf_ = {};
    moment_ = patience_ = 0;
    atRest_ = true;
    version_ = 0;
    endResetModel();
    Q_EMIT diagramChanged();
}

void PipelineModel::readNotes() {
    for (; notesRead_ < recording_->notes.size(); ++notesRead_) {
        const trace::Note& note = recording_->notes[notesRead_];
        if (note.kind != trace::NoteKind::diagram) continue;
        auto diagram = PipelineDiagram::fromJson(QByteArray::fromStdString(note.text));
        if (eras_.empty() || eras_.back().diagram != diagram) eras_.push_back({note.at, std::move(diagram)});
    }
}

const PipelineModel::Era* PipelineModel::eraAt(Nanoseconds time) const {
    if (eras_.empty()) return nullptr;
    const auto after = std::ranges::upper_bound(eras_, time, {}, &Era::begin);
    return after == eras_.begin() ? &eras_.front() : &*std::prev(after);
}

Nanoseconds PipelineModel::restingMoment() const {
    for (auto phase = recording_->phases.rbegin(); phase != recording_->phases.rend(); ++phase)
        if (phase->kind == trace::PhaseKind::sample && phase->end)
            return phase->begin + (*phase->end - phase->begin) / 2;
    return recording_->end;
}

void PipelineModel::refresh(std::optional<Nanoseconds> at, bool live) {
    if (!recording_) return;
    if (version_ != recording_->version) {
        version_ = recording_->version;
        readNotes();
        names_.refresh();
        if (!eras_.empty()) {
            channels_.resize(recording_->channels.size());
            for (std::size_t i = 0; i < channels_.size(); ++i) channels_[i].update(recording_->channels[i]);
            states_.resize(recording_->workers.size());
            for (std::size_t i = 0; i < states_.size(); ++i) states_[i].update(recording_->workers[i]);
            messages_.update(*recording_);
        }
    }
    atRest_ = !at;
    moment_ = at ? *at : live ? recording_->end : restingMoment();
    const Era* era = eraAt(moment_);
    const auto& diagram = era ? era->diagram : std::nullopt;
    if (diagram == diagram_) return;
    beginResetModel();
    diagram_ = diagram;
    figures_ = {};
    figuresOf_ = {};
    endResetModel();
    Q_EMIT diagramChanged();
}

std::vector<TimeRange> PipelineModel::lookedAt(TimeRange range) const {
    // Of another diagram's time nothing is said.
    const Era* era = eraAt(moment_);
    if (era && era != eras_.data()) range.begin = std::max(range.begin, era->begin);
    if (era && era != &eras_.back()) range.end = std::min(range.end, std::next(era)->begin);
    std::vector<TimeRange> ranges;
    const auto& phases = recording_->phases;
    for (auto phase = phases.rbegin(); phase != phases.rend() && ranges.size() < mostRepetitions; ++phase) {
        if (phase->kind != trace::PhaseKind::sample || phase->discarded) continue;
        const TimeRange part{std::max(range.begin, phase->begin), std::min(range.end, phase->end.value_or(range.end))};
        if (!part.isEmpty()) ranges.push_back(part);
    }
    std::ranges::reverse(ranges);
    if (ranges.empty() && !range.isEmpty()) ranges.push_back(range);
    return ranges;
}

void PipelineModel::takeFigures(TimeRange range) {
    if (!recording_ || !diagram_) return;
    if (figuresOf_ == std::pair(range, version_)) return;
    figuresOf_ = {range, version_};
    range.end = std::min(range.end, recording_->end);
    figures_ = pipelineFigures({*recording_, *diagram_, channels_, states_, messages_}, lookedAt(range));
    const double slowest = figures_.latency.p99.value_or(figures_.latency.p90.value_or(0));
    patience_ = std::max(shortestPatience, static_cast<Nanoseconds>(slowest));
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    Q_EMIT figuresChanged();
}

QString PipelineModel::sentence() const {
    return diagram_ ? pipelineSentence(*diagram_, figures_, names_.areWorkers(moment_)) : QString();
}

const trace::ChannelSample* PipelineModel::channelNow(int channel) const {
    const auto number = static_cast<std::size_t>(channel);
    if (!recording_ || number >= recording_->channels.size()) return nullptr;
    return ChannelIndex::at(recording_->channels[number], moment_);
}

std::optional<LaneState> PipelineModel::stateNow(int row) const {
    const auto number = static_cast<std::size_t>(row);
    if (!recording_ || number >= recording_->workers.size()) return std::nullopt;
    const trace::WorkerTrack& track = recording_->workers[number];
    const auto span = std::ranges::upper_bound(track.states, moment_, {}, &trace::StateSpan::end);
    if (span != track.states.end() && span->begin <= moment_) return laneStateOf(span->state);
    if (const auto open = trace::open_span(track); open && moment_ >= open->begin) return laneStateOf(open->state);
    // Where the last span ends the recording does too.
    if (!track.states.empty() && moment_ >= track.states.back().end && moment_ >= recording_->end)
        return laneStateOf(track.states.back().state);
    return std::nullopt;
}

std::vector<MessagePlace> PipelineModel::placesNow() const {
    return diagram_ ? messages_.placesAt(moment_, *diagram_, patience_) : std::vector<MessagePlace>();
}

quint64 PipelineModel::full(int channel) const {
    if (const auto capacity = diagram_->channel(channel).capacity; capacity && *capacity > 0)
        return static_cast<quint64>(*capacity);
    const auto number = static_cast<std::size_t>(channel);
    return std::max<quint64>(1, number < channels_.size() ? channels_[number].deepestEver() : 0);
}

std::vector<FillColumn> PipelineModel::columns(int channel, TimeRange range, int width) const {
    const auto number = static_cast<std::size_t>(channel);
    if (number >= channels_.size()) return std::vector<FillColumn>(static_cast<std::size_t>(std::max(0, width)));
    return channels_[number].columns(recording_->channels[number], range, width);
}

QString PipelineModel::rowName(int row) const {
    if (diagram_)
        for (const PipelineDiagram::Stage& stage : diagram_->stages)
            if (row >= stage.firstRow && row < stage.firstRow + stage.rows) return stage.name;
    return names_.text(row, moment_);
}

QString PipelineModel::senderName(int channel) const {
    const auto from = diagram_->channel(channel).from;
    return from ? diagram_->stage(*from).name : tr("a clock");
}

int PipelineModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !diagram_ ? 0 : diagram_->channelCount();
}

int PipelineModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant PipelineModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !diagram_) return {};
    if (role == Qt::TextAlignmentRole && index.column() > ToColumn)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const PipelineDiagram::Channel& channel = diagram_->channel(index.row());
    switch (index.column()) {
        case ChannelColumn:
            return channel.name;
        case FromColumn:
            return senderName(index.row());
        case ToColumn:
            return diagram_->stage(channel.to).name;
        case CapacityColumn:
            if (!channel.capacity) return display ? QVariant(tr("unbounded")) : QVariant();
            return countCell(static_cast<double>(*channel.capacity), display);
        default:
            return figure(index.row(), index.column(), display);
    }
}

QVariant PipelineModel::figure(int row, int column, bool display) const {
    const auto number = static_cast<std::size_t>(row);
    if (number >= figures_.channels.size() || !figures_.channels[number].known)
        return display ? QVariant(unknownText()) : QVariant();
    const ChannelFigures& figures = figures_.channels[number];
    switch (column) {
        case SentColumn:
            return countCell(figures.sent, display);
        case ReceivedColumn:
            return countCell(figures.received, display);
        case RateColumn:
            return display ? QVariant(formatRate(figures.perSecond)) : QVariant(figures.perSecond);
        case MeanFillColumn:
            return display ? QVariant(formatReal(figures.meanFill, 3)) : QVariant(figures.meanFill);
        case DeepestColumn:
            return countCell(static_cast<double>(figures.deepest), display);
        case SendersBlockedColumn:
            return shareCell(figures.sendersBlocked, display);
        case ReceiversBlockedColumn:
            return shareCell(figures.receiversBlocked, display);
        default:
            return shareCell(figures.armShare, display);
    }
}

QVariant PipelineModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case ChannelColumn:
            return tr("Channel");
        case FromColumn:
            return tr("From");
        case ToColumn:
            return tr("To");
        case CapacityColumn:
            return tr("Capacity");
        case SentColumn:
            return tr("Sent");
        case ReceivedColumn:
            return tr("Received");
        case RateColumn:
            return tr("Messages/s");
        case MeanFillColumn:
            return tr("Mean fill");
        case DeepestColumn:
            return tr("Greatest fill");
        case SendersBlockedColumn:
            return tr("Senders blocked");
        case ReceiversBlockedColumn:
            return tr("Receivers blocked");
        case ArmColumn:
            return tr("Select arm taken");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
