// The followed messages as tables: all of them, and the life of the one that is looked at.
#pragma once

#include <optional>

#include <QAbstractTableModel>

#include "ui/models/pipeline_model.h"

namespace grainscope::ui {

/// One row a followed message, in the order in which their first spans arrived.
class MessageModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { MessageColumn, BeginColumn, HopsColumn, WorkedColumn, WaitedColumn, LatencyColumn, ColumnCount };

    explicit MessageModel(const PipelineModel& pipeline, QObject* parent = nullptr);
    /// The pipeline's model was refreshed.
    void refresh();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    const PipelineModel& pipeline_;
    int rows_ = 0;
};

/// One row a stage that the chosen message went through: who worked on it, how long it had waited before, how long the
/// work took.
class LifeModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { StageColumn, WorkerColumn, BeginColumn, WaitedColumn, WorkedColumn, ColumnCount };

    explicit LifeModel(const PipelineModel& pipeline, QObject* parent = nullptr);

    /// Follows the message of this number in the index; none: no message.
    void choose(std::optional<std::size_t> message);
    /// Follows the next (1) or the one before (-1) among the messages on the way now, by where they are.
    void chooseNeighbour(int step);
    [[nodiscard]] std::optional<std::size_t> chosen() const { return chosen_; }
    /// Null if no message is chosen.
    [[nodiscard]] const FollowedMessage* message() const;
    /// The message may have gone further; after another recording was opened it is gone.
    void refresh();
    /// The life in words: "Message 64: produce 0.1 ms, waited 3.2 ms, parse 0.4 ms ... 9.8 ms in all."
    [[nodiscard]] QString sentence() const;
    /// How long the message had waited before a hop.
    [[nodiscard]] static Nanoseconds waited(const FollowedMessage& message, std::size_t hop);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  Q_SIGNALS:
    void chosenChanged();

  private:
    const PipelineModel& pipeline_;
    std::optional<std::size_t> chosen_;
    int rows_ = 0;
};

}  // namespace grainscope::ui
