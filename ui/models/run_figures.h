// What a run tells besides its time: memory, threads, latencies.
#pragma once

#include <optional>
#include <vector>

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

namespace grainscope::ui {

struct RunFigure {
    QString name;   ///< for scripts: "peak_memory_bytes"
    QString label;  ///< for people: "Peak memory"
    QString unit;   ///< "bytes", "ns", "" for a number
    double value = 0;
    /// "12.3 MB"
    [[nodiscard]] QString text() const;
    friend bool operator==(const RunFigure&, const RunFigure&) = default;
};

/// The key `figures` of a run's document or of a point of a sweep. What makes no sense is left out.
[[nodiscard]] std::vector<RunFigure> runFigures(const QJsonObject& document);
/// The same key again.
[[nodiscard]] QJsonArray runFiguresToJson(const std::vector<RunFigure>& figures);
/// None where it is not told.
[[nodiscard]] std::optional<double> valueOf(const std::vector<RunFigure>& figures, const QString& name);
/// A line each: "Peak memory: 12.3 MB".
[[nodiscard]] QString runFigureLines(const std::vector<RunFigure>& figures);

}  // namespace grainscope::ui
