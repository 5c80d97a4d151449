// The knobs of the chosen workload and their values: the form's model, with undo.
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QHash>
#include <QJsonObject>
#include <QUndoStack>

#include "ui/models/slider_scale.h"
#include "ui/session/workload_description.h"

namespace grainscope::ui {

/// One row a parameter. The two built-in ones, `backend` and `threads`, come first; then the workload's own, in its
/// order. Every workload keeps its values while another is chosen. Changes go through the undo stack; changes of one
/// parameter within one drag, or typed in a row without a pause between drags, are one step.
class ParameterModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { NameColumn, ValueColumn, UnitColumn, RangeColumn, ColumnCount };

    /// The names of the built-in parameters.
    static QString threadsName();
    static QString backendName();

    explicit ParameterModel(QObject* parent = nullptr);
    ~ParameterModel() override;

    /// Chooses a workload: its values of last time, or the defaults. Clears the undo stack.
    void setWorkload(const WorkloadDescription& workload);
    [[nodiscard]] const WorkloadDescription& workload() const { return workload_; }

    [[nodiscard]] const QList<ParameterDescription>& parameters() const { return parameters_; }
    /// Null if there is none of that name.
    [[nodiscard]] const ParameterDescription* description(const QString& name) const;
    /// The row of a parameter, -1 if there is none.
    [[nodiscard]] int rowOf(const QString& name) const;

    /// The present value; invalid for an unknown name.
    [[nodiscard]] QVariant value(const QString& name) const;
    /// As the form shows it: "10,000,000", "median of 3".
    [[nodiscard]] QString valueText(const QString& name) const;
    /// Sets a value as one undoable step. Returns an empty string, or the sentence that says what is wrong with it, and
    /// then nothing changes.
    QString setValue(const QString& name, const QVariant& value);
    /// The same from what a person typed ("10M", "1e7").
    QString setValueText(const QString& name, const QString& text);
    /// What would be wrong with a value; empty if nothing is.
    [[nodiscard]] QString problemWith(const QString& name, const QVariant& value) const;
    /// What is wrong with the value as it stands; empty if nothing is. A file that has gone missing, for example.
    [[nodiscard]] QString problem(const QString& name) const;
    /// Whether every value is fit to run with.
    [[nodiscard]] bool isValid() const;
    /// Puts one parameter, or all of them, back to the default; one undoable step.
    void reset(const QString& name);
    void resetAll();

    /// Between the two, changes of one parameter merge into one undoable step: a slider was pressed, and released.
    void beginDrag(const QString& name);
    void endDrag();

    /// Slider positions.
    [[nodiscard]] const SliderScale& scale(const QString& name) const;
    [[nodiscard]] int position(const QString& name) const;
    QString setPosition(const QString& name, int position);

    /// 0: nobody chose another number than the workload's own.
    [[nodiscard]] int threads() const;
    [[nodiscard]] QString backend() const;
    /// The workload's own parameters (not the built-in ones), as the command line takes them.
    [[nodiscard]] QList<std::pair<QString, QString>> arguments() const;

    [[nodiscard]] QUndoStack* undoStack() { return &undo_; }

    /// The values of every workload that was shown, and which one is chosen: {"workload": "...", "values":
    /// {"quicksort": {...}}}.
    [[nodiscard]] QJsonObject toJson() const;
    /// Takes what toJson gave. Unknown names and values out of range are left out; the rest is used. The values of the
    /// workload shown now change at once; the undo stack is cleared.
    void restore(const QJsonObject& state);
    /// The workload named in a state of toJson, empty if none.
    [[nodiscard]] static QString workloadIn(const QJsonObject& state);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  Q_SIGNALS:
    /// A value changed, by the user, by undo or by restore().
    void valueChanged(const QString& name, const QVariant& value);
    /// Another workload was chosen: the rows are new.
    void workloadChanged();

  private:
    friend class ChangeParameter;
    void assign(int row, const QVariant& value);
    void push(int row, const QVariant& value);
    [[nodiscard]] QJsonObject valuesNow() const;

    WorkloadDescription workload_;
    QList<ParameterDescription> parameters_;
    std::vector<QVariant> values_;
    std::vector<SliderScale> scales_;
    QHash<QString, QJsonObject> kept_;  ///< values of workloads that are not shown, by workload
    QUndoStack undo_;
    QString dragged_;
    int dragSerial_ = 0;  ///< changes of one drag carry one serial and merge
};

}  // namespace grainscope::ui
