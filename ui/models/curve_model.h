// The points of a study and what was concluded from them: SCALE and TUNE.
#pragma once

#include <optional>
#include <vector>

#include <QAbstractTableModel>
#include <QJsonObject>
#include <QPointF>

#include "ui/models/run_figures.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// One setting that was measured. Times in nanoseconds; intervals are 95 % and need three samples.
struct CurvePoint {
    double x = 0;  ///< threads, or the swept parameter's value
    int threads = 0;
    QString backend;
    QJsonObject parameters;
    int samples = 0;
    double median = 0;
    std::optional<std::pair<double, double>> medianInterval;
    std::optional<double> speedup;
    std::optional<std::pair<double, double>> speedupInterval;
    std::optional<double> efficiency;
    std::vector<RunFigure> figures;  ///< what its runs told besides: the median of each
};

/// Fills from the point notes and the result note of a sweep or a tuning, while it runs or from a saved one. Points are
/// in order of x; one that is measured again replaces itself. As a table: the plot's twin, with a column for each
/// figure of the points behind the others.
class CurveModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum class Kind { speedup, threshold };
    Q_ENUM(Kind)
    enum Column {
        XColumn,
        MedianColumn,
        MedianIntervalColumn,
        SpeedupColumn,
        SpeedupIntervalColumn,
        EfficiencyColumn,
        SamplesColumn,
        ColumnCount
    };

    explicit CurveModel(Kind kind, QObject* parent = nullptr);

    /// Forgets the points and reads those of another recording. A recording of the other kind of study leaves it empty.
    void setRecording(RecordingPtr recording);
    /// Takes in new notes. Returns whether anything changed.
    bool refresh();

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] const std::vector<CurvePoint>& points() const { return points_; }
    /// The figures that any of the points tells, in the order in which they are first told; the values are no point's.
    [[nodiscard]] const std::vector<RunFigure>& figures() const { return figures_; }
    /// What the x axis stands for: "threads", or the parameter's name.
    [[nodiscard]] QString xName() const { return xName_; }
    /// The index of the best point (highest speedup, or lowest median); -1 without points.
    [[nodiscard]] int bestPoint() const;
    /// Whether the study came to its end and said its result.
    [[nodiscard]] bool hasResult() const { return hasResult_; }
    /// What the speedup is relative to, in words; empty if the study has not said.
    [[nodiscard]] QString baseText() const;

    /// The models that were fitted, if they could be.
    [[nodiscard]] std::optional<double> serialFraction() const { return serialFraction_; }
    struct Usl {
        double sigma = 0, kappa = 0, lambda = 1;
        std::optional<double> peakThreads;
    };
    [[nodiscard]] std::optional<Usl> usl() const { return usl_; }
    /// Lines for x in [1, maximum]: empty if the model is not known.
    [[nodiscard]] static QList<QPointF> idealLine(double maximum);
    [[nodiscard]] QList<QPointF> amdahlLine(double maximum) const;
    [[nodiscard]] QList<QPointF> uslLine(double maximum) const;

    /// Threshold studies: the settings that are statistically the same as the best, and one inside.
    [[nodiscard]] std::optional<std::pair<double, double>> plateau() const { return plateau_; }
    [[nodiscard]] std::optional<double> recommended() const { return recommended_; }
    [[nodiscard]] std::optional<double> gainOverDefault() const { return gain_; }
    [[nodiscard]] std::optional<std::pair<double, double>> gainInterval() const { return gainInterval_; }
    /// The conclusion as a person would say it: "256 to 2,048 are statistically the same; 1,024 is recommended." Empty
    /// before it is known.
    [[nodiscard]] QString conclusion() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  Q_SIGNALS:
    void changed();

  private:
    void clear();
    void takePoint(const QJsonObject& point);
    void takeResult(const QJsonObject& result);
    void arrange();

    Kind kind_;
    RecordingPtr recording_;
    std::vector<CurvePoint> all_;     ///< every point of the study, in order of arrival
    std::vector<CurvePoint> points_;  ///< those of this kind, by x
    std::vector<RunFigure> figures_;
    QString xName_;
    QString backend_;  ///< the backend under study
    QString over_;     ///< the parameter under study, once the result has named it
    QJsonObject base_;
    std::optional<double> serialFraction_;
    std::optional<Usl> usl_;
    std::optional<std::pair<double, double>> plateau_, gainInterval_;
    std::optional<double> recommended_, gain_;
    std::size_t notesTaken_ = 0;
    bool hasResult_ = false;
};

}  // namespace grainscope::ui
