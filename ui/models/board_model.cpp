#include "ui/models/board_model.h"

#include <algorithm>

#include <grainscope/trace/data_board.h>

#include "ui/models/format.h"

namespace grainscope::ui {

namespace {

constexpr double fullScale = 65535;

QString capitalised(QString word) {
    if (!word.isEmpty()) word[0] = word[0].toUpper();
    return word;
}

}  // namespace

BoardModel::BoardModel(QObject* parent) : QAbstractTableModel(parent) {}

void BoardModel::setRecording(RecordingPtr recording, const RowNames& names) {
    beginResetModel();
    recording_ = std::move(recording);
    names_ = names;
    values_.clear();
    owners_.clear();
    frameTime_.reset();
    frame_ = -1;
    pictures_.clear();
    notesRead_ = 0;
    const bool changed = picture_ != BoardPicture::plainBars();
    picture_ = BoardPicture::plainBars();
    endResetModel();
    if (changed) Q_EMIT pictureChanged();
}

bool BoardModel::refresh(std::optional<Nanoseconds> at) {
    if (!recording_) return false;
    readPictures();
    names_.refresh();
    const auto& frames = recording_->frames;
    const auto beyond = at ? std::ranges::upper_bound(frames, *at, {}, &trace::DataFrame::at) : frames.end();
    const std::ptrdiff_t found = (beyond - frames.begin()) - 1;
    const trace::DataFrame* const frame = found < 0 ? nullptr : &frames[static_cast<std::size_t>(found)];
    const std::optional<Nanoseconds> time = frame ? std::optional(frame->at) : std::nullopt;
    // The place alone does not tell: a reader that is short of memory gives up older frames.
    if (found == frame_ && time == frameTime_) return false;
    const std::size_t slots = frame ? frame->values.size() : 0;
    BoardPicture picture = pictureAt(time);
    const bool relaid = picture != picture_;
    const bool reset = relaid || slots != values_.size();
    if (reset) beginResetModel();
    frame_ = found;
    frameTime_ = time;
    if (frame) {
        values_.assign(frame->values.begin(), frame->values.end());
        owners_.assign(frame->owners.begin(), frame->owners.end());
    } else {
        values_.clear();
        owners_.clear();
    }
    picture_ = std::move(picture);
    if (reset)
        endResetModel();
    else if (count() > 0)
        Q_EMIT dataChanged(index(0, ValueColumn), index(count() - 1, WorkerColumn), {Qt::DisplayRole, Qt::EditRole});
    if (relaid) Q_EMIT pictureChanged();
    return true;
}

void BoardModel::readPictures() {
    const auto& notes = recording_->notes;
    for (; notesRead_ < notes.size(); ++notesRead_) {
        const trace::Note& note = notes[notesRead_];
        if (note.kind == trace::NoteKind::picture)
            pictures_.emplace_back(note.at, BoardPicture::fromJson(QByteArray::fromStdString(note.text)));
    }
}

BoardPicture BoardModel::pictureAt(std::optional<Nanoseconds> at) const {
    if (pictures_.empty()) return BoardPicture::plainBars();
    // Before the first frame: what it will be.
    if (!at) return pictures_.front().second;
    const auto beyond = std::ranges::upper_bound(pictures_, *at, {}, &std::pair<Nanoseconds, BoardPicture>::first);
    return beyond == pictures_.begin() ? BoardPicture::plainBars() : std::prev(beyond)->second;
}

QString BoardModel::ownerName(int owner) const { return names_.text(owner, frameTime_.value_or(RowNames::latest)); }

QString BoardModel::sentence(int slot) const {
    if (slot < 0 || slot >= count()) return {};
    const auto at = static_cast<std::size_t>(slot);
    const bool untouched = owners_[at] == trace::DataBoard::no_owner;
    const QString value = formatPercent(values_[at] / fullScale, 1);
    const QString who = untouched ? tr("not written yet") : tr("last written by %1").arg(ownerName(owners_[at]));
    if (isGrid()) {
        return tr("%1 in column %2 of %3, row %4 of %5 · %6: %7 · %8")
            .arg(picture_.position, formatCount(slot % picture_.columns + 1), formatCount(picture_.columns),
                 formatCount(slot / picture_.columns + 1), formatCount(picture_.rows), picture_.value, value, who);
    }
    return tr("%1 %2 of %3 · %4: %5 of the largest · %6")
        .arg(picture_.position, formatCount(slot + 1), formatCount(count()), picture_.value, value, who);
}

BoardModel::Shares BoardModel::shares() const {
    Shares shares;
    for (const std::uint16_t owner : owners_) {
        if (owner == trace::DataBoard::no_owner) {
            ++shares.nobody;
            continue;
        }
        if (owner >= shares.byWorker.size()) shares.byWorker.resize(owner + std::size_t{1});
        ++shares.byWorker[owner];
    }
    return shares;
}

int BoardModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

int BoardModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid()) return 0;
    return isGrid() ? GridRowColumn + 1 : WorkerColumn + 1;
}

QVariant BoardModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const auto slot = static_cast<std::size_t>(index.row());
    const auto whole = [display](int number) { return display ? QVariant(formatCount(number)) : QVariant(number); };
    switch (index.column()) {
        case PositionColumn:
            return whole(index.row() + 1);
        case ValueColumn: {
            const double fraction = values_[slot] / fullScale;
            return display ? QVariant(formatPercent(fraction, 1)) : QVariant(fraction);
        }
        case WorkerColumn: {
            if (owners_[slot] == trace::DataBoard::no_owner) return display ? QVariant(unknownText()) : QVariant();
            return display ? QVariant(ownerName(owners_[slot])) : QVariant(static_cast<int>(owners_[slot]));
        }
        case GridColumnColumn:
            return whole(index.row() % picture_.columns + 1);
        case GridRowColumn:
            return whole(index.row() / picture_.columns + 1);
        default:
            return {};
    }
}

QVariant BoardModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case PositionColumn:
            return capitalised(picture_.position);
        case ValueColumn:
            return capitalised(picture_.value);
        case WorkerColumn:
            return tr("Last touched by");
        case GridColumnColumn:
            return tr("Column");
        case GridRowColumn:
            return tr("Row");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
