#include <ui/views/parameter_form.h>

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QStandardItemModel>
#include <QStyle>
#include <QThread>
#include <QVBoxLayout>

#include <ui/models/parameter_model.h>
#include <ui/theme/theme.h>
#include <ui/views/path_dialog.h>

namespace grainscope::ui {
namespace {

QLabel* makeLabel(const ParameterDescription& parameter, QWidget* buddy) {
    auto* label = new QLabel(parameter.label);
    label->setToolTip(parameter.help);
    label->setBuddy(buddy);
    return label;
}

QString tooltip(const ParameterDescription& parameter) {
    return parameter.live ? parameter.help
                          : QObject::tr("%1 A change starts the run anew.").arg(parameter.help).trimmed();
}

void setInvalid(QWidget& editor, bool invalid) {
    if (editor.property("invalid").toBool() == invalid) return;
    editor.setProperty("invalid", invalid);
    editor.style()->unpolish(&editor);
    editor.style()->polish(&editor);
}

/// The number of cores beside the number of threads is what makes it mean something.
QString shownValue(const ParameterModel& model, const ParameterDescription& parameter) {
    QString text = model.valueText(parameter.name);
    if (!parameter.unit.isEmpty()) text += u' ' + parameter.unit;
    return text;
}

}  // namespace

ParameterForm::ParameterForm(ParameterModel& model, QWidget* parent)
    : QWidget(parent), model_(model), rows_(new QVBoxLayout(this)) {
    setObjectName(QStringLiteral("parameterForm"));
    setAccessibleName(tr("Parameters"));
    rows_->setContentsMargins(0, 0, 0, 0);
    connect(&model_, &ParameterModel::workloadChanged, this, &ParameterForm::rebuild);
    connect(&model_, &ParameterModel::valueChanged, this, [this](const QString& name) {
        if (const auto follow = followers_.value(name)) follow();
    });
    connect(&Theme::instance(), &Theme::changed, this, &ParameterForm::rebuild);
    rebuild();
}

void ParameterForm::rebuild() {
    followers_.clear();
    delete content_;
    content_ = new QWidget;
    rows_->addWidget(content_);
    auto* column = new QVBoxLayout(content_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::half);

    // Numbers first, with their sliders, then everything that is chosen.
    std::vector<QWidget*> numbers, others;
    for (const ParameterDescription& parameter : model_.parameters()) {
        switch (parameter.kind) {
            case ParameterDescription::Kind::integer:
            case ParameterDescription::Kind::real:
                numbers.push_back(makeNumber(parameter));
                break;
            case ParameterDescription::Kind::choice:
                others.push_back(makeChoice(parameter));
                break;
            case ParameterDescription::Kind::boolean:
                others.push_back(makeSwitch(parameter));
                break;
            case ParameterDescription::Kind::file:
                others.push_back(makeFile(parameter));
                break;
        }
    }
    for (QWidget* row : numbers) column->addWidget(row);
    column->addSpacing(space::unit);
    for (QWidget* row : others) column->addWidget(row);
    column->addStretch(1);
    for (const auto& follow : std::as_const(followers_)) follow();
}

void ParameterForm::leaveTheWheelAlone(QWidget& knob) {
    knob.setFocusPolicy(Qt::StrongFocus);
    knob.installEventFilter(this);
}

bool ParameterForm::eventFilter(QObject* watched, QEvent* event) {
    const auto* knob = qobject_cast<QWidget*>(watched);
    if (event->type() != QEvent::Wheel || knob == nullptr || knob->hasFocus())
        return QWidget::eventFilter(watched, event);
    event->ignore();
    return true;
}

QWidget* ParameterForm::makeNumber(const ParameterDescription& parameter) {
    const QString name = parameter.name;
    auto* slider = new QSlider(Qt::Horizontal);
    auto* edit = new QLineEdit;
    auto* row = new QWidget;
    auto* column = new QVBoxLayout(row);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = new QHBoxLayout;
    head->addWidget(makeLabel(parameter, edit));
    head->addWidget(edit, 1);
    column->addLayout(head);
    column->addWidget(slider);

    edit->setObjectName(name + QStringLiteral("Edit"));
    edit->setProperty("inline", true);
    edit->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    edit->setFont(Theme::instance().font(Type::figures));
    edit->setAccessibleName(parameter.label);
    edit->setAccessibleDescription(parameter.help);
    edit->setToolTip(tooltip(parameter));
    slider->setObjectName(name + QStringLiteral("Slider"));
    slider->setRange(0, model_.scale(name).count() - 1);
    slider->setPageStep(qMax(1, slider->maximum() / 8));
    slider->setAccessibleName(tr("%1, slider").arg(parameter.label));
    slider->setToolTip(tooltip(parameter));
    leaveTheWheelAlone(*slider);

    connect(slider, &QSlider::sliderPressed, this, [this, name] { model_.beginDrag(name); });
    connect(slider, &QSlider::sliderReleased, this, [this] { model_.endDrag(); });
    connect(slider, &QSlider::valueChanged, this,
            [this, name, edit](int position) { take(name, model_.setPosition(name, position), edit); });
    connect(edit, &QLineEdit::editingFinished, this, [this, name, edit] {
        if (!edit->isModified()) return;
        take(name, model_.setValueText(name, edit->text()), edit);
    });
    followers_[name] = [this, parameter, slider, edit] {
        const QSignalBlocker quiet(slider);
        slider->setValue(model_.position(parameter.name));
        edit->setText(shownValue(model_, parameter));
        setInvalid(*edit, false);
    };
    return row;
}

QWidget* ParameterForm::makeChoice(const ParameterDescription& parameter) {
    const QString name = parameter.name;
    auto* box = new QComboBox;
    box->setObjectName(name + QStringLiteral("Box"));
    box->setAccessibleName(parameter.label);
    box->setAccessibleDescription(parameter.help);
    box->setToolTip(tooltip(parameter));
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    leaveTheWheelAlone(*box);
    for (const ParameterChoice& choice : parameter.choices) {
        box->addItem(choice.label, choice.name);
        if (choice.unavailableBecause.isEmpty()) continue;
        auto* item = static_cast<QStandardItemModel*>(box->model())->item(box->count() - 1);
        item->setEnabled(false);
        item->setToolTip(choice.unavailableBecause);
    }
    connect(box, &QComboBox::activated, this,
            [this, name, box] { take(name, model_.setValue(name, box->currentData()), box); });
    followers_[name] = [this, name, box] { box->setCurrentIndex(box->findData(model_.value(name))); };

    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(makeLabel(parameter, box), 4);
    line->addWidget(box, 7);
    return row;
}

QWidget* ParameterForm::makeSwitch(const ParameterDescription& parameter) {
    const QString name = parameter.name;
    auto* box = new QCheckBox(parameter.label);
    box->setObjectName(name + QStringLiteral("Check"));
    box->setAccessibleName(parameter.label);
    box->setToolTip(tooltip(parameter));
    connect(box, &QCheckBox::clicked, this, [this, name, box](bool on) { take(name, model_.setValue(name, on), box); });
    followers_[name] = [this, name, box] { box->setChecked(model_.value(name).toBool()); };
    return box;
}

QWidget* ParameterForm::makeFile(const ParameterDescription& parameter) {
    const QString name = parameter.name;
    const QString label = parameter.label;
    auto* edit = new QLineEdit;
    auto* browse = new QPushButton(tr("Choose…"));
    edit->setObjectName(name + QStringLiteral("Edit"));
    edit->setAccessibleName(label);
    edit->setAccessibleDescription(parameter.help);
    edit->setToolTip(tooltip(parameter));
    edit->setPlaceholderText(tr("none"));
    edit->setClearButtonEnabled(true);
    browse->setObjectName(name + QStringLiteral("Browse"));
    const auto apply = [this, name, edit] { take(name, model_.setValue(name, edit->text()), edit); };
    connect(edit, &QLineEdit::editingFinished, this, [edit, apply] {
        if (edit->isModified()) apply();
    });
    const auto ask = [this, edit, apply, label](ParameterDescription::Path path) {
        const QString chosen = askForPath(this, label, edit->text(), path);
        if (chosen.isEmpty()) return;
        edit->setText(chosen);
        apply();
    };
    using Path = ParameterDescription::Path;
    const Path path = parameter.path;
    const bool folder = path == Path::openFolder || path == Path::saveFolder;
    browse->setAccessibleName(folder ? tr("Choose a folder for %1").arg(label) : tr("Choose a file for %1").arg(label));
    if (path == Path::openFileOrFolder) {
        browse->setAccessibleName(tr("Choose a file or folder for %1").arg(label));
        auto* menu = new QMenu(browse);
        menu->addAction(tr("A file…"), this, [ask] { ask(Path::openFile); });
        menu->addAction(tr("A folder…"), this, [ask] { ask(Path::openFolder); });
        browse->setMenu(menu);
    } else {
        connect(browse, &QPushButton::clicked, this, [ask, path] { ask(path); });
    }
    followers_[name] = [this, name, edit] {
        edit->setText(model_.value(name).toString());
        setInvalid(*edit, !model_.problem(name).isEmpty());
    };

    auto* row = new QWidget;
    auto* column = new QVBoxLayout(row);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::unit);
    column->addWidget(makeLabel(parameter, edit));
    auto* line = new QHBoxLayout;
    line->addWidget(edit, 1);
    line->addWidget(browse);
    column->addLayout(line);
    return row;
}

void ParameterForm::take(const QString& name, const QString& problemText, QWidget* editor) {
    setInvalid(*editor, !problemText.isEmpty());
    // A refused value leaves no trace in the model: what stands in a box or at a slider goes back to what is true.
    if (!problemText.isEmpty() && !qobject_cast<QLineEdit*>(editor))
        if (const auto follow = followers_.value(name)) follow();
    if (problemText.isEmpty())
        if (const auto follow = followers_.value(name)) follow();
    Q_EMIT problem(problemText);
}

}  // namespace grainscope::ui
