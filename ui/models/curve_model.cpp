#include "ui/models/curve_model.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <QJsonArray>
#include <QJsonDocument>

#include <grainscope/study/models.h>

#include "ui/models/format.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;
using trace::NoteKind;

namespace {

using Interval = std::optional<std::pair<double, double>>;

std::optional<double> number(const QJsonValue& json) {
    return json.isDouble() ? std::optional(json.toDouble()) : std::nullopt;
}

Interval interval(const QJsonValue& json) {
    const QJsonArray ends = json.toArray();
    if (ends.size() != 2 || !ends[0].isDouble() || !ends[1].isDouble()) return std::nullopt;
    return std::pair(ends[0].toDouble(), ends[1].toDouble());
}

CurvePoint pointFrom(const QJsonObject& json) {
    CurvePoint point;
    point.threads = json[u"threads"].toInt();
    point.backend = json[u"backend"].toString();
    point.parameters = json[u"parameters"].toObject();
    point.samples = static_cast<int>(json[u"samples_ns"].toArray().size());
    point.median = json[u"median_ns"].toDouble();
    point.medianInterval = interval(json[u"ci95_ns"]);
    point.speedup = number(json[u"speedup"]);
    point.speedupInterval = interval(json[u"speedup_ci95"]);
    point.efficiency = number(json[u"efficiency"]);
    point.figures = runFigures(json);
    return point;
}

bool isSameSetting(const CurvePoint& a, const CurvePoint& b) {
    return a.threads == b.threads && a.backend == b.backend && a.parameters == b.parameters;
}

/// The numeric parameter whose value differs between points; empty if none does.
QString variedParameter(const std::vector<CurvePoint>& points) {
    for (const QString& name : points.front().parameters.keys()) {
        const QJsonValue first = points.front().parameters[name];
        if (!first.isDouble()) continue;
        if (std::ranges::any_of(points, [&](const CurvePoint& point) { return point.parameters[name] != first; }))
            return name;
    }
    return {};
}

std::vector<RunFigure> figuresOf(const std::vector<CurvePoint>& points) {
    std::vector<RunFigure> figures;
    for (const CurvePoint& point : points)
        for (const RunFigure& figure : point.figures)
            if (std::ranges::find(figures, figure.name, &RunFigure::name) == figures.end())
                figures.push_back({figure.name, figure.label, figure.unit, 0});
    return figures;
}

constexpr int lineSteps = 200;

template <class Law>
QList<QPointF> line(double maximum, const Law& law) {
    QList<QPointF> points;
    if (!(maximum >= 1)) return points;
    points.reserve(lineSteps + 1);
    for (int step = 0; step <= lineSteps; ++step) {
        const double x = 1 + (maximum - 1) * step / lineSteps;
        points.append({x, law(x)});
    }
    return points;
}

QVariant shown(bool display, const std::optional<double>& value, QString (*format)(double)) {
    if (!value) return display ? QVariant(unknownText()) : QVariant();
    return display ? QVariant(format(*value)) : QVariant(*value);
}

}  // namespace

CurveModel::CurveModel(Kind kind, QObject* parent) : QAbstractTableModel(parent), kind_(kind) {}

void CurveModel::setRecording(RecordingPtr recording) {
    clear();
    recording_ = std::move(recording);
    if (!refresh()) Q_EMIT changed();
}

void CurveModel::clear() {
    beginResetModel();
    recording_.reset();
    all_.clear();
    points_.clear();
    figures_.clear();
    xName_.clear();
    backend_.clear();
    over_.clear();
    base_ = {};
    serialFraction_.reset();
    usl_.reset();
    plateau_.reset();
    recommended_.reset();
    gain_.reset();
    gainInterval_.reset();
    notesTaken_ = 0;
    hasResult_ = false;
    endResetModel();
}

bool CurveModel::refresh() {
    if (!recording_) return false;
    if (backend_.isEmpty() && !recording_->metadata.empty()) {
        const QByteArray metadata = QByteArray::fromStdString(recording_->metadata);
        backend_ = QJsonDocument::fromJson(metadata)[u"backend"].toString();
    }
    bool any = false;
    const auto& notes = recording_->notes;
    for (; notesTaken_ < notes.size(); ++notesTaken_) {
        const trace::Note& note = notes[notesTaken_];
        if (note.kind != NoteKind::point && note.kind != NoteKind::result) continue;
        const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(note.text)).object();
        if (note.kind == NoteKind::point) {
            takePoint(json);
        } else {
            takeResult(json);
        }
        any = true;
    }
    if (!any) return false;
    arrange();
    Q_EMIT changed();
    return true;
}

void CurveModel::takePoint(const QJsonObject& json) {
    CurvePoint point = pointFrom(json);
    const auto known = std::ranges::find_if(all_, [&](const CurvePoint& other) { return isSameSetting(point, other); });
    if (known != all_.end()) {
        *known = std::move(point);
    } else {
        all_.push_back(std::move(point));
    }
}

void CurveModel::takeResult(const QJsonObject& result) {
    // The result of an ordinary run has no points, and says nothing about a curve.
    if (!result[u"points"].isArray()) return;
    hasResult_ = true;
    const QJsonArray points = result[u"points"].toArray();
    for (const QJsonValue& point : points) takePoint(point.toObject());
    base_ = result[u"base"].toObject();
    over_ = result[u"over"].toString();
    const QJsonObject models = result[u"models"].toObject();
    serialFraction_ = number(models[u"amdahl"][u"serial_fraction"]);
    const QJsonObject usl = models[u"usl"].toObject();
    if (const auto lambda = number(usl[u"lambda"])) {
        usl_ = Usl{usl[u"sigma"].toDouble(), usl[u"kappa"].toDouble(), *lambda, number(usl[u"peak_threads"])};
    }
    plateau_ = interval(result[u"plateau"]);
    recommended_ = number(result[u"recommended"]);
    gain_ = number(result[u"gain_over_default"]);
    gainInterval_ = interval(result[u"gain_ci95"]);
}

/// Decides whether the study is of this kind, and puts its points in order.
void CurveModel::arrange() {
    std::vector<CurvePoint> arranged;
    QString name;
    if (!all_.empty()) {
        // The sequential run that speedups relate to is a measurement of its own, not a point of the curve.
        std::vector<CurvePoint> own;
        std::ranges::copy_if(all_, std::back_inserter(own),
                             [&](const CurvePoint& point) { return point.backend == backend_; });
        if (own.empty()) own = all_;
        const QString varied = over_.isEmpty() ? variedParameter(own) : over_;
        const bool ofThreads = varied.isEmpty();
        if (ofThreads == (kind_ == Kind::speedup)) {
            arranged = std::move(own);
            name = ofThreads ? u"threads"_s : varied;
            for (CurvePoint& point : arranged) {
                point.x = ofThreads ? point.threads : point.parameters[varied].toDouble();
            }
            std::ranges::stable_sort(arranged, {}, &CurvePoint::x);
        }
    }
    std::vector<RunFigure> figures = figuresOf(arranged);
    if (arranged.size() == points_.size() && figures == figures_) {
        points_ = std::move(arranged);
        xName_ = name;
        if (!points_.empty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1), {Qt::DisplayRole, Qt::EditRole});
            Q_EMIT headerDataChanged(Qt::Horizontal, XColumn, XColumn);
        }
        return;
    }
    beginResetModel();
    points_ = std::move(arranged);
    figures_ = std::move(figures);
    xName_ = name;
    endResetModel();
}

int CurveModel::bestPoint() const {
    if (points_.empty()) return -1;
    const auto best =
        kind_ == Kind::speedup
            ? std::ranges::max_element(points_, {}, [](const CurvePoint& p) { return p.speedup.value_or(0); })
            : std::ranges::min_element(points_, {}, [](const CurvePoint& p) {
                  return p.median > 0 ? p.median : std::numeric_limits<double>::infinity();
              });
    return static_cast<int>(best - points_.begin());
}

QString CurveModel::baseText() const {
    if (base_.isEmpty()) return {};
    const int threads = base_[u"threads"].toInt();
    const QString where = threads == 1 ? tr("one thread") : tr("%1 threads").arg(threads);
    return tr("relative to %1 on %2, %3")
        .arg(base_[u"backend"].toString(), where, formatDuration(base_[u"median_ns"].toDouble()));
}

QList<QPointF> CurveModel::idealLine(double maximum) {
    if (!(maximum >= 1)) return {};
    return {{1, 1}, {maximum, maximum}};
}

QList<QPointF> CurveModel::amdahlLine(double maximum) const {
    if (!serialFraction_) return {};
    const study::Amdahl law{*serialFraction_};
    return line(maximum, [&](double threads) { return law.speedup(threads); });
}

QList<QPointF> CurveModel::uslLine(double maximum) const {
    if (!usl_) return {};
    const study::UniversalScalability law{.sigma = usl_->sigma, .kappa = usl_->kappa, .lambda = usl_->lambda};
    return line(maximum, [&](double threads) { return law.speedup(threads); });
}

QString CurveModel::conclusion() const {
    if (points_.empty()) return {};
    if (kind_ == Kind::speedup) {
        const CurvePoint& best = points_[static_cast<std::size_t>(bestPoint())];
        if (!hasResult_ || !best.speedup) return {};
        const QString speedup = best.speedupInterval
                                    ? tr("%1 (%2 – %3)")
                                          .arg(formatSpeedup(*best.speedup), formatSpeedup(best.speedupInterval->first),
                                               formatSpeedup(best.speedupInterval->second))
                                    : formatSpeedup(*best.speedup);
        QString text = best.threads == 1 ? tr("Fastest on one thread, %1.").arg(speedup)
                                         : tr("Fastest on %1 threads, %2.").arg(formatCount(best.threads), speedup);
        if (serialFraction_)
            text += u' ' + tr("By Amdahl's law %1 of the work is serial.").arg(formatPercent(*serialFraction_, 1));
        return text;
    }
    if (!plateau_ || !recommended_) return {};
    const auto text = [](double value) { return formatCount(std::llround(value)); };
    QString sentence = plateau_->first == plateau_->second
                           ? tr("%1 is the best.").arg(text(plateau_->first))
                           : tr("%1 to %2 are statistically the same; %3 is recommended.")
                                 .arg(text(plateau_->first), text(plateau_->second), text(*recommended_));
    if (gain_ && gainInterval_) {
        const bool clear = gainInterval_->first > 1;
        sentence += u' ' + (clear ? tr("It is %1 as fast as the default (%2 – %3).")
                                        .arg(formatSpeedup(*gain_), formatSpeedup(gainInterval_->first),
                                             formatSpeedup(gainInterval_->second))
                                  : tr("It is not measurably faster than the default."));
    }
    return sentence;
}

int CurveModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(points_.size());
}
int CurveModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount + static_cast<int>(figures_.size());
}

QVariant CurveModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    const bool display = role == Qt::DisplayRole;
    const CurvePoint& point = points_[static_cast<std::size_t>(index.row())];
    if (index.column() >= ColumnCount) {
        const RunFigure& figure = figures_[static_cast<std::size_t>(index.column() - ColumnCount)];
        const auto value = valueOf(point.figures, figure.name);
        if (!value) return display ? QVariant(unknownText()) : QVariant();
        return display ? QVariant(formatQuantity(*value, figure.unit)) : QVariant(*value);
    }
    const auto range = [&](const Interval& ends, QString (*format)(double, double)) -> QVariant {
        if (!ends) return display ? QVariant(unknownText()) : QVariant();
        if (display) return format(ends->first, ends->second);
        return QStringLiteral("%1 %2").arg(ends->first, 0, 'g', 17).arg(ends->second, 0, 'g', 17);
    };
    switch (index.column()) {
        case XColumn:
            return display ? QVariant(formatReal(point.x, 12)) : QVariant(point.x);
        case MedianColumn:
            return shown(display, point.median > 0 ? std::optional(point.median) : std::nullopt, &formatDuration);
        case MedianIntervalColumn:
            return range(point.medianInterval, &formatDurationInterval);
        case SpeedupColumn:
            return shown(display, point.speedup, &formatSpeedup);
        case SpeedupIntervalColumn:
            return range(point.speedupInterval, [](double low, double high) {
                return tr("%1 – %2").arg(formatSpeedup(low), formatSpeedup(high));
            });
        case EfficiencyColumn:
            return shown(display, point.efficiency, [](double value) { return formatPercent(value, 1); });
        case SamplesColumn:
            return display ? QVariant(formatCount(point.samples)) : QVariant(point.samples);
        default:
            return {};
    }
}

QVariant CurveModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    if (section >= ColumnCount && section < columnCount())
        return figures_[static_cast<std::size_t>(section - ColumnCount)].label;
    switch (section) {
        case XColumn:
            if (kind_ == Kind::speedup) return tr("Threads");
            return xName_.isEmpty() ? tr("Threshold") : xName_;
        case MedianColumn:
            return tr("Median");
        case MedianIntervalColumn:
            return tr("95 % interval");
        case SpeedupColumn:
            return tr("Speedup");
        case SpeedupIntervalColumn:
            return tr("Speedup, 95 % interval");
        case EfficiencyColumn:
            return tr("Efficiency");
        case SamplesColumn:
            return tr("Samples");
        default:
            return {};
    }
}

}  // namespace grainscope::ui
