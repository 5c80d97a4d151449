#include "ui/models/parameter_model.h"

#include <algorithm>

#include <QThread>
#include <QUndoCommand>

#include "ui/models/format.h"
#include "ui/models/parameter_value.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;
using Kind = ParameterDescription::Kind;

/// One change of one parameter. Those of one drag merge, and one that comes back to its beginning leaves nothing to
/// undo.
class ChangeParameter : public QUndoCommand {
  public:
    ChangeParameter(ParameterModel* model, int row, QVariant before, QVariant after, int drag)
        : model_(model), row_(row), before_(std::move(before)), after_(std::move(after)), drag_(drag) {
        setText(ParameterModel::tr("change of %1").arg(model->parameters()[row].label));
    }
    int id() const override { return 1; }
    void undo() override { model_->assign(row_, before_); }
    void redo() override { model_->assign(row_, after_); }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const ChangeParameter*>(other);
        if (drag_ == 0 || next->drag_ != drag_ || next->row_ != row_) return false;
        after_ = next->after_;
        setObsolete(before_ == after_);
        return true;
    }

  private:
    ParameterModel* model_;
    int row_;
    QVariant before_, after_;
    int drag_;  ///< 0: not part of a drag
};

namespace {

constexpr int mostThreads = 1024;

ParameterDescription threadsDescription(const WorkloadDescription& workload) {
    ParameterDescription threads;
    threads.name = ParameterModel::threadsName();
    threads.label = ParameterModel::tr("Threads");
    threads.help = ParameterModel::tr("How many workers share the work. This computer runs %1 at a time.")
                       .arg(QThread::idealThreadCount());
    threads.kind = Kind::integer;
    if (workload.threadsByDefault)
        threads.help += u' ' + ParameterModel::tr("Unless told, this workload takes as many as its stages need.");
    threads.defaultValue = static_cast<qlonglong>(workload.threadsByDefault.value_or(QThread::idealThreadCount()));
    threads.minimum = 1;
    threads.maximum = mostThreads;
    return threads;
}

/// Each count up to twice the cores: more threads than that can be typed, but are nothing to slide through.
SliderScale threadsScale() {
    const int most = std::clamp(2 * QThread::idealThreadCount(), 4, mostThreads);
    std::vector<double> stops;
    for (int threads = 1; threads <= most; ++threads) stops.push_back(threads);
    return SliderScale(std::move(stops));
}

ParameterDescription backendDescription(const WorkloadDescription& workload) {
    ParameterDescription backend;
    backend.name = ParameterModel::backendName();
    backend.label = ParameterModel::tr("Backend");
    backend.help = ParameterModel::tr("The engine that forks and joins: ours, or one to compare it with.");
    backend.kind = Kind::choice;
    backend.choices = workload.backends;
    const auto usable = std::ranges::find_if(
        workload.backends, [](const ParameterChoice& choice) { return choice.unavailableBecause.isEmpty(); });
    backend.defaultValue = usable == workload.backends.end() ? QString() : usable->name;
    return backend;
}

}  // namespace

QString ParameterModel::threadsName() { return u"threads"_s; }
QString ParameterModel::backendName() { return u"backend"_s; }

ParameterModel::ParameterModel(QObject* parent) : QAbstractTableModel(parent) {}
ParameterModel::~ParameterModel() = default;

void ParameterModel::setWorkload(const WorkloadDescription& workload) {
    if (!workload_.name.isEmpty()) kept_.insert(workload_.name, valuesNow());
    beginResetModel();
    undo_.clear();
    dragged_.clear();
    workload_ = workload;
    parameters_.clear();
    scales_.clear();
    values_.clear();
    if (!workload.backends.isEmpty()) parameters_.append(backendDescription(workload));
    parameters_.append(threadsDescription(workload));
    parameters_.append(workload.parameters);
    for (const ParameterDescription& parameter : parameters_) {
        values_.push_back(parameter.defaultValue);
        scales_.push_back(parameter.name == threadsName() ? threadsScale() : SliderScale::forParameter(parameter));
    }
    const QJsonObject kept = kept_.value(workload.name);
    for (std::size_t row = 0; row < values_.size(); ++row) {
        const ParameterDescription& parameter = parameters_[static_cast<qsizetype>(row)];
        if (!kept.contains(parameter.name)) continue;
        if (const auto checked = checkedValue(parameter, kept[parameter.name].toVariant())) values_[row] = *checked;
    }
    endResetModel();
    Q_EMIT workloadChanged();
}

const ParameterDescription* ParameterModel::description(const QString& name) const {
    const int row = rowOf(name);
    return row < 0 ? nullptr : &parameters_[row];
}

int ParameterModel::rowOf(const QString& name) const {
    const auto found = std::ranges::find(parameters_, name, &ParameterDescription::name);
    return found == parameters_.end() ? -1 : static_cast<int>(found - parameters_.begin());
}

QVariant ParameterModel::value(const QString& name) const {
    const int row = rowOf(name);
    return row < 0 ? QVariant() : values_[static_cast<std::size_t>(row)];
}

QString ParameterModel::valueText(const QString& name) const {
    const ParameterDescription* parameter = description(name);
    return parameter ? ui::valueText(*parameter, value(name)) : unknownText();
}

QString ParameterModel::setValue(const QString& name, const QVariant& value) {
    const int row = rowOf(name);
    if (row < 0) return tr("This workload has no parameter “%1”.").arg(name);
    const auto checked = checkedValue(parameters_[row], value);
    if (!checked) return checked.error();
    push(row, *checked);
    return {};
}

QString ParameterModel::setValueText(const QString& name, const QString& text) {
    const int row = rowOf(name);
    if (row < 0) return tr("This workload has no parameter “%1”.").arg(name);
    const auto value = valueFromText(parameters_[row], text);
    if (!value) return value.error();
    push(row, *value);
    return {};
}

QString ParameterModel::problemWith(const QString& name, const QVariant& value) const {
    const ParameterDescription* parameter = description(name);
    if (!parameter) return tr("This workload has no parameter “%1”.").arg(name);
    const auto checked = checkedValue(*parameter, value);
    return checked ? QString() : checked.error();
}

QString ParameterModel::problem(const QString& name) const { return problemWith(name, value(name)); }

bool ParameterModel::isValid() const {
    return std::ranges::all_of(parameters_,
                               [this](const auto& parameter) { return problem(parameter.name).isEmpty(); });
}

void ParameterModel::reset(const QString& name) {
    const int row = rowOf(name);
    if (row >= 0) push(row, parameters_[row].defaultValue);
}

void ParameterModel::resetAll() {
    undo_.beginMacro(tr("reset of all parameters"));
    for (int row = 0; row < rowCount(); ++row) push(row, parameters_[row].defaultValue);
    undo_.endMacro();
}

void ParameterModel::beginDrag(const QString& name) {
    dragged_ = name;
    ++dragSerial_;
}

void ParameterModel::endDrag() { dragged_.clear(); }

const SliderScale& ParameterModel::scale(const QString& name) const {
    static const SliderScale single(std::vector<double>{0});
    const int row = rowOf(name);
    return row < 0 ? single : scales_[static_cast<std::size_t>(row)];
}

int ParameterModel::position(const QString& name) const { return scale(name).positionOf(value(name).toDouble()); }

QString ParameterModel::setPosition(const QString& name, int position) {
    // A typed value between two stops stays what it is until the slider really moves.
    if (position == this->position(name)) return {};
    return setValue(name, scale(name).valueAt(position));
}

int ParameterModel::threads() const {
    const int threads = value(threadsName()).toInt();
    // How many it needs depends on its parameters: it knows better than the form.
    return workload_.threadsByDefault == threads ? 0 : threads;
}
QString ParameterModel::backend() const { return value(backendName()).toString(); }

QList<std::pair<QString, QString>> ParameterModel::arguments() const {
    QList<std::pair<QString, QString>> list;
    for (const ParameterDescription& parameter : workload_.parameters) {
        const QString text = argumentText(value(parameter.name));
        if (parameter.kind == Kind::file && text.isEmpty()) continue;
        list.append({parameter.name, text});
    }
    return list;
}

QJsonObject ParameterModel::valuesNow() const {
    QJsonObject object;
    for (std::size_t row = 0; row < values_.size(); ++row) {
        object.insert(parameters_[static_cast<qsizetype>(row)].name, QJsonValue::fromVariant(values_[row]));
    }
    return object;
}

QJsonObject ParameterModel::toJson() const {
    QJsonObject values;
    for (auto it = kept_.begin(); it != kept_.end(); ++it) values.insert(it.key(), it.value());
    if (!workload_.name.isEmpty()) values.insert(workload_.name, valuesNow());
    return {{u"workload"_s, workload_.name}, {u"values"_s, values}};
}

void ParameterModel::restore(const QJsonObject& state) {
    const QJsonObject values = state[u"values"].toObject();
    for (auto it = values.begin(); it != values.end(); ++it) kept_.insert(it.key(), it.value().toObject());
    undo_.clear();
    const QJsonObject kept = kept_.value(workload_.name);
    for (int row = 0; row < rowCount(); ++row) {
        const ParameterDescription& parameter = parameters_[row];
        if (!kept.contains(parameter.name)) continue;
        if (const auto checked = checkedValue(parameter, kept[parameter.name].toVariant())) assign(row, *checked);
    }
}

QString ParameterModel::workloadIn(const QJsonObject& state) { return state[u"workload"].toString(); }

void ParameterModel::assign(int row, const QVariant& value) {
    QVariant& present = values_[static_cast<std::size_t>(row)];
    if (present == value) return;
    present = value;
    Q_EMIT dataChanged(index(row, ValueColumn), index(row, ValueColumn));
    Q_EMIT valueChanged(parameters_[row].name, value);
}

void ParameterModel::push(int row, const QVariant& value) {
    const QVariant& present = values_[static_cast<std::size_t>(row)];
    if (present == value) return;
    const int drag = dragged_ == parameters_[row].name ? dragSerial_ : 0;
    undo_.push(new ChangeParameter(this, row, present, value, drag));
}

int ParameterModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(parameters_.size());
}

int ParameterModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant ParameterModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const ParameterDescription& parameter = parameters_[index.row()];
    const QVariant& value = values_[static_cast<std::size_t>(index.row())];
    if (role == Qt::ToolTipRole || role == Qt::AccessibleDescriptionRole) return parameter.help;
    if (role == Qt::TextAlignmentRole && index.column() == ValueColumn && parameter.isNumeric())
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::EditRole && index.column() == ValueColumn) return value;
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    switch (index.column()) {
        case NameColumn:
            return parameter.label;
        case ValueColumn:
            return ui::valueText(parameter, value);
        case UnitColumn:
            return parameter.unit;
        case RangeColumn:
            return rangeText(parameter);
        default:
            return {};
    }
}

bool ParameterModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::EditRole || index.column() != ValueColumn) return false;
    const QString& name = parameters_[index.row()].name;
    const bool isText = value.typeId() == QMetaType::QString;
    return (isText ? setValueText(name, value.toString()) : setValue(name, value)).isEmpty();
}

QVariant ParameterModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
    switch (section) {
        case NameColumn:
            return tr("Parameter");
        case ValueColumn:
            return tr("Value");
        case UnitColumn:
            return tr("Unit");
        case RangeColumn:
            return tr("Range");
        default:
            return {};
    }
}

Qt::ItemFlags ParameterModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags base = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() == ValueColumn ? base | Qt::ItemIsEditable : base;
}

}  // namespace grainscope::ui
