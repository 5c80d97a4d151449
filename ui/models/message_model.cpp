#include "ui/models/message_model.h"

#include <algorithm>
#include <tuple>

#include "ui/models/format.h"

namespace grainscope::ui {
namespace {

QVariant timeCell(Nanoseconds time, bool display) {
    return display ? QVariant(formatDuration(static_cast<double>(time))) : QVariant(static_cast<qlonglong>(time));
}

QVariant idCell(quint64 id, bool display) {
    return display ? QVariant(formatCount(static_cast<qint64>(id))) : QVariant(id);
}

}  // namespace

MessageModel::MessageModel(const PipelineModel& pipeline, QObject* parent)
    : QAbstractTableModel(parent), pipeline_(pipeline) {
    connect(&pipeline, &QAbstractItemModel::modelReset, this, [this] {
        beginResetModel();
        rows_ = static_cast<int>(pipeline_.messages().messages().size());
        endResetModel();
    });
}

void MessageModel::refresh() {
    const auto now = static_cast<int>(pipeline_.messages().messages().size());
    if (now == rows_) return;
    if (now > rows_) {
        beginInsertRows({}, rows_, now - 1);
        rows_ = now;
        endInsertRows();
    } else {
        beginResetModel();
        rows_ = now;
        endResetModel();
    }
}

int MessageModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : rows_; }
int MessageModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant MessageModel::data(const QModelIndex& index, int role) const {
    const auto& messages = pipeline_.messages().messages();
    if (!index.isValid() || static_cast<std::size_t>(index.row()) >= messages.size()) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const FollowedMessage& message = messages[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
        case MessageColumn:
            return idCell(message.id, display);
        case BeginColumn:
            return timeCell(message.begin(), display);
        case HopsColumn:
            return static_cast<int>(message.hops.size());
        case WorkedColumn:
            return timeCell(message.worked(), display);
        case WaitedColumn:
            return timeCell(message.latency() - message.worked(), display);
        default:
            return timeCell(message.latency(), display);
    }
}

QVariant MessageModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case MessageColumn:
            return tr("Message");
        case BeginColumn:
            return tr("From");
        case HopsColumn:
            return tr("Stages");
        case WorkedColumn:
            return tr("Worked on");
        case WaitedColumn:
            return tr("Waited");
        case LatencyColumn:
            return tr("In all");
        default:
            return {};
    }
}

LifeModel::LifeModel(const PipelineModel& pipeline, QObject* parent)
    : QAbstractTableModel(parent), pipeline_(pipeline) {
    connect(&pipeline, &PipelineModel::diagramChanged, this, [this] { choose(std::nullopt); });
}

void LifeModel::choose(std::optional<std::size_t> message) {
    if (message == chosen_) return;
    beginResetModel();
    chosen_ = message;
    const FollowedMessage* followed = this->message();
    rows_ = followed ? static_cast<int>(followed->hops.size()) : 0;
    endResetModel();
    Q_EMIT chosenChanged();
}

void LifeModel::chooseNeighbour(int step) {
    auto places = pipeline_.placesNow();
    if (places.empty()) return;
    const auto& messages = pipeline_.messages().messages();
    const auto where = [&](const MessagePlace& place) {
        return std::tuple(messages[place.message].hops[place.hop].stage, place.channel.value_or(-1), -place.done);
    };
    std::ranges::sort(places, {}, where);
    const auto at =
        std::ranges::find_if(places, [this](const MessagePlace& place) { return place.message == chosen_; });
    const auto count = std::ssize(places);
    const std::ptrdiff_t now = at == places.end() ? (step > 0 ? -1 : 0) : at - places.begin();
    choose(places[static_cast<std::size_t>((now + step + count) % count)].message);
}

const FollowedMessage* LifeModel::message() const {
    const auto& messages = pipeline_.messages().messages();
    return chosen_ && *chosen_ < messages.size() && pipeline_.diagram() ? &messages[*chosen_] : nullptr;
}

void LifeModel::refresh() {
    const FollowedMessage* followed = message();
    const int now = followed ? static_cast<int>(followed->hops.size()) : 0;
    if (now == rows_) return;
    beginResetModel();
    rows_ = now;
    endResetModel();
}

Nanoseconds LifeModel::waited(const FollowedMessage& message, std::size_t hop) {
    return hop == 0 ? 0 : std::max<Nanoseconds>(0, message.hops[hop].begin - message.hops[hop - 1].end);
}

QString LifeModel::sentence() const {
    const FollowedMessage* followed = message();
    if (!followed) return {};
    QStringList parts;
    for (std::size_t i = 0; i < followed->hops.size(); ++i) {
        const MessageHop& hop = followed->hops[i];
        if (hop.stage >= pipeline_.diagram()->stageCount()) continue;
        if (const Nanoseconds wait = waited(*followed, i); wait > 0)
            parts << tr("waited %1").arg(formatDuration(static_cast<double>(wait)));
        parts << tr("%1 %2").arg(pipeline_.diagram()->stage(hop.stage).name,
                                 formatDuration(static_cast<double>(hop.end - hop.begin)));
    }
    return tr("%1 %2: %3. %4 in all.")
        .arg(pipeline_.diagram()->message, formatCount(static_cast<qint64>(followed->id)),
             parts.join(QStringLiteral(", ")), formatDuration(static_cast<double>(followed->latency())));
}

int LifeModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : rows_; }
int LifeModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant LifeModel::data(const QModelIndex& index, int role) const {
    const FollowedMessage* followed = message();
    if (!index.isValid() || !followed || index.row() >= std::ssize(followed->hops)) return {};
    if (role == Qt::TextAlignmentRole && index.column() > WorkerColumn)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const auto number = static_cast<std::size_t>(index.row());
    const MessageHop& hop = followed->hops[number];
    switch (index.column()) {
        case StageColumn:
            return hop.stage < pipeline_.diagram()->stageCount() ? pipeline_.diagram()->stage(hop.stage).name
                                                                 : unknownText();
        case WorkerColumn:
            return display ? QVariant(pipeline_.names().text(hop.worker, hop.begin)) : QVariant(hop.worker);
        case BeginColumn:
            return timeCell(hop.begin, display);
        case WaitedColumn:
            return timeCell(waited(*followed, number), display);
        default:
            return timeCell(hop.end - hop.begin, display);
    }
}

QVariant LifeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case StageColumn:
            return tr("Stage");
        case WorkerColumn:
            return pipeline_.names().heading(pipeline_.moment());
        case BeginColumn:
            return tr("From");
        case WaitedColumn:
            return tr("Waited");
        case WorkedColumn:
            return tr("Worked on");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
