#include "ui/models/runs_model.h"

#include <algorithm>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <QStandardPaths>

#include "ui/models/format.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int fileSchema = 1;

std::optional<double> number(const QJsonValue& json) {
    return json.isDouble() ? std::optional(json.toDouble()) : std::nullopt;
}

std::optional<std::pair<double, double>> interval(const QJsonValue& json) {
    const QJsonArray ends = json.toArray();
    if (ends.size() != 2 || !ends[0].isDouble() || !ends[1].isDouble()) return std::nullopt;
    return std::pair(ends[0].toDouble(), ends[1].toDouble());
}

QJsonValue json(const std::optional<double>& value) { return value ? QJsonValue(*value) : QJsonValue(); }

/// "Quicksort 10 M u64": what was run, and on what.
QString titleOf(const QString& workload, const QJsonObject& parameters) {
    QString title = workload;
    if (const auto n = number(parameters[u"n"])) title += u' ' + formatCompact(*n);
    if (const QString type = parameters[u"type"].toString(); !type.isEmpty()) title += u' ' + type;
    return title;
}

QJsonObject rowToJson(const RunRow& row) {
    QJsonObject object{{u"number"_s, row.number},
                       {u"when"_s, row.when.toString(Qt::ISODateWithMs)},
                       {u"workload"_s, row.workload},
                       {u"title"_s, row.title},
                       {u"backend"_s, row.backend},
                       {u"threads"_s, row.threads},
                       {u"samples"_s, row.samples},
                       {u"median_ns"_s, json(row.median)},
                       {u"utilisation"_s, json(row.utilisation)},
                       {u"correct"_s, row.correct ? QJsonValue(*row.correct) : QJsonValue()},
                       {u"parameters"_s, row.parameters}};
    if (!row.figures.empty()) object.insert(u"figures"_s, runFiguresToJson(row.figures));
    object.insert(u"ci95_ns"_s,
                  row.interval ? QJsonValue(QJsonArray{row.interval->first, row.interval->second}) : QJsonValue());
    return object;
}

RunRow rowFromJson(const QJsonObject& object) {
    RunRow row;
    row.number = object[u"number"].toInt();
    row.when = QDateTime::fromString(object[u"when"].toString(), Qt::ISODateWithMs);
    row.workload = object[u"workload"].toString();
    row.title = object[u"title"].toString();
    row.backend = object[u"backend"].toString();
    row.threads = object[u"threads"].toInt();
    row.samples = object[u"samples"].toInt();
    row.median = number(object[u"median_ns"]);
    row.interval = interval(object[u"ci95_ns"]);
    row.utilisation = number(object[u"utilisation"]);
    if (object[u"correct"].isBool()) row.correct = object[u"correct"].toBool();
    row.parameters = object[u"parameters"].toObject();
    row.figures = runFigures(object);
    if (const auto threshold = number(row.parameters[u"threshold"])) row.threshold = static_cast<qint64>(*threshold);
    return row;
}

/// Runs with the same key did the same work; only where they cut it, and on how many threads, may differ.
QByteArray workKey(const RunRow& row) {
    QJsonObject parameters = row.parameters;
    for (const QString& name : parameters.keys()) {
        if (name.endsWith(u"threshold")) parameters.remove(name);
    }
    return row.workload.toUtf8() + QJsonDocument(parameters).toJson(QJsonDocument::Compact);
}

}  // namespace

RunsModel::RunsModel(QString path, QObject* parent) : QAbstractTableModel(parent), path_(std::move(path)) {
    load();
    computeSpeedups();
}

QString RunsModel::defaultPath() {
    return QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)).filePath(u"runs.json"_s);
}

bool RunsModel::addResult(const QJsonObject& result, const QString& title, const QDateTime& when) {
    if (!result[u"samples_ns"].isArray() || result[u"workload"].toString().isEmpty()) return false;
    RunRow row = rowFromJson(result);
    row.number = rows_.empty() ? 1 : rows_.front().number + 1;
    row.when = when;
    row.samples = static_cast<int>(result[u"samples_ns"].toArray().size());
    row.title = titleOf(title.isEmpty() ? row.workload : title, row.parameters);
    beginInsertRows({}, 0, 0);
    rows_.insert(rows_.begin(), std::move(row));
    endInsertRows();
    if (rowCount() > mostRows) {
        beginRemoveRows({}, mostRows, rowCount() - 1);
        rows_.resize(mostRows);
        endRemoveRows();
    }
    computeSpeedups();
    store();
    return true;
}

void RunsModel::remove(int row) {
    if (row < 0 || row >= rowCount()) return;
    beginRemoveRows({}, row, row);
    rows_.erase(rows_.begin() + row);
    endRemoveRows();
    computeSpeedups();
    store();
}

void RunsModel::clear() {
    beginResetModel();
    rows_.clear();
    endResetModel();
    store();
}

void RunsModel::computeSpeedups() {
    QHash<QByteArray, double> bases;
    const auto isBase = [](const RunRow& row) { return row.threads == 1 && row.median && row.correct != false; };
    for (const RunRow& row : rows_) {
        if (!isBase(row)) continue;
        const QByteArray key = workKey(row);
        const auto known = bases.constFind(key);
        if (known == bases.constEnd() || *row.median < *known) bases.insert(key, *row.median);
    }
    for (RunRow& row : rows_) {
        row.speedup.reset();
        if (!row.median || *row.median <= 0 || row.correct == false) continue;
        const auto base = bases.constFind(workKey(row));
        if (base != bases.constEnd()) row.speedup = *base / *row.median;
    }
    if (!rows_.empty()) {
        Q_EMIT dataChanged(index(0, SpeedupColumn), index(rowCount() - 1, SpeedupColumn),
                           {Qt::DisplayRole, Qt::EditRole});
    }
}

void RunsModel::load() {
    if (path_.isEmpty()) return;
    QFile file(path_);
    if (!file.exists()) return;
    if (!file.open(QIODevice::ReadOnly)) {
        warn(tr("The runs made so far cannot be read from “%1”: %2.").arg(path_, file.errorString()));
        path_.clear();  // what cannot be read is not written over
        return;
    }
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
    file.close();
    const QJsonObject root = document.object();
    if (!root[u"runs"].isArray() || root[u"schema"].toInt() != fileSchema) {
        const QString aside = path_ + u".damaged"_s;
        QFile::remove(aside);
        if (QFile::rename(path_, aside)) {
            warn(tr("The list of runs was damaged; it was set aside as “%1” and a new one begun.").arg(aside));
        } else {
            warn(tr("The list of runs in “%1” is damaged and cannot be set aside; new runs are not kept.").arg(path_));
            path_.clear();
        }
        return;
    }
    const QJsonArray runs = root[u"runs"].toArray();
    for (const QJsonValue& run : runs) {
        RunRow row = rowFromJson(run.toObject());
        if (row.number > 0 && !row.workload.isEmpty() && rowCount() < mostRows) rows_.push_back(std::move(row));
    }
    std::ranges::stable_sort(rows_, std::greater{}, &RunRow::number);
}

void RunsModel::store() {
    if (path_.isEmpty()) return;
    QJsonArray runs;
    for (const RunRow& row : rows_) runs.append(rowToJson(row));
    const QByteArray text =
        QJsonDocument(QJsonObject{{u"schema"_s, fileSchema}, {u"runs"_s, runs}}).toJson(QJsonDocument::Compact);
    QDir().mkpath(QFileInfo(path_).absolutePath());
    QSaveFile file(path_);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit()) {
        warn(tr("The list of runs cannot be written to “%1”: %2.").arg(path_, file.errorString()));
    } else if (!warning_.isEmpty()) {
        warn({});
    }
}

void RunsModel::warn(const QString& sentence) {
    warning_ = sentence;
    Q_EMIT warningChanged();
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}
int RunsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const RunRow& row = rows_[static_cast<std::size_t>(index.row())];
    const bool isText = index.column() == WorkloadColumn || index.column() == AnswerColumn;
    if (role == Qt::TextAlignmentRole && !isText) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        const QString run =
            tr("%1 on %2, %3, samples: %4")
                .arg(row.workload, row.backend, row.when.toLocalTime().toString(Qt::ISODate).replace(u'T', u' '))
                .arg(row.samples);
        return row.figures.empty() ? run : run + u'\n' + runFigureLines(row.figures);
    }
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const auto unknown = display ? QVariant(unknownText()) : QVariant();
    switch (index.column()) {
        case RunColumn:
            return row.number;
        case WorkloadColumn:
            return row.title;
        case ThresholdColumn:
            if (!row.threshold) return unknown;
            return display ? QVariant(formatCount(*row.threshold)) : QVariant(*row.threshold);
        case ThreadsColumn:
            return row.threads;
        case MedianColumn:
            if (!row.median) return unknown;
            return display ? QVariant(formatDuration(*row.median)) : QVariant(*row.median);
        case IntervalColumn:
            if (!row.interval) return unknown;
            if (display) return formatDurationInterval(row.interval->first, row.interval->second);
            return QStringLiteral("%1 %2").arg(row.interval->first, 0, 'g', 17).arg(row.interval->second, 0, 'g', 17);
        case SpeedupColumn:
            if (!row.speedup) return unknown;
            return display ? QVariant(formatSpeedup(*row.speedup)) : QVariant(*row.speedup);
        case UtilisationColumn:
            if (!row.utilisation) return unknown;
            return display ? QVariant(formatPercent(*row.utilisation)) : QVariant(*row.utilisation);
        case AnswerColumn:
            if (!row.correct) return unknown;
            return *row.correct ? tr("✓ right") : tr("✗ wrong");
        default:
            return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::ToolTipRole && section == SpeedupColumn)
        return tr("Against the fastest run in this table that did the same work on one thread");
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case RunColumn:
            return tr("Run");
        case WorkloadColumn:
            return tr("Workload");
        case ThresholdColumn:
            return tr("Threshold");
        case ThreadsColumn:
            return tr("Threads");
        case MedianColumn:
            return tr("Median");
        case IntervalColumn:
            return tr("95 % interval");
        case SpeedupColumn:
            return tr("Speedup");
        case UtilisationColumn:
            return tr("Utilisation");
        case AnswerColumn:
            return tr("Answer");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
