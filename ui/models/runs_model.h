// The runs made so far, kept across starts.
#pragma once

#include <optional>
#include <vector>

#include <QAbstractTableModel>
#include <QDateTime>
#include <QJsonObject>

#include "ui/models/run_figures.h"

namespace grainscope::ui {

/// One finished run. Times in nanoseconds.
struct RunRow {
    int number = 0;
    QDateTime when;
    QString workload;  ///< the command line's name
    QString title;     ///< "Quicksort 10 M u64"
    QString backend;
    std::optional<qint64> threshold;
    int threads = 0;
    int samples = 0;
    std::optional<double> median;
    std::optional<std::pair<double, double>> interval;
    std::optional<double> speedup;  ///< against the best run of the table that did the same work on one thread
    std::optional<double> utilisation;
    std::optional<bool> correct;
    QJsonObject parameters;
    std::vector<RunFigure> figures;
};

/// Newest first. Kept in a JSON file that is replaced whole at every change; a file that cannot be read is set aside
/// with the suffix ".damaged", and warning() says so.
class RunsModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        RunColumn,
        WorkloadColumn,
        ThresholdColumn,
        ThreadsColumn,
        MedianColumn,
        IntervalColumn,
        SpeedupColumn,
        UtilisationColumn,
        AnswerColumn,
        ColumnCount
    };
    static constexpr int mostRows = 1000;  ///< the oldest beyond these are forgotten

    /// path: the file; empty: kept in memory only.
    explicit RunsModel(QString path, QObject* parent = nullptr);
    /// The file in the user's data folder.
    [[nodiscard]] static QString defaultPath();

    /// Adds a run from the document of `run --json` (a result note). Anything else is not a run: returns false.
    bool addResult(const QJsonObject& result, const QString& title, const QDateTime& when);
    void remove(int row);
    void clear();
    [[nodiscard]] const std::vector<RunRow>& runs() const { return rows_; }
    /// What went wrong with the file, as a sentence; empty if nothing did.
    [[nodiscard]] QString warning() const { return warning_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  Q_SIGNALS:
    void warningChanged();

  private:
    void load();
    void store();
    void computeSpeedups();
    void warn(const QString& sentence);

    QString path_;
    QString warning_;
    std::vector<RunRow> rows_;  ///< newest first
};

}  // namespace grainscope::ui
