// The knobs of the chosen workload, made from what it describes.
#pragma once

#include <functional>
#include <vector>

#include <QHash>
#include <QWidget>

class QVBoxLayout;

namespace grainscope::ui {

class ParameterModel;
struct ParameterDescription;

/// One row a parameter: numbers with a slider and an editable value, choices with a box, files with a button. Built
/// anew when another workload is chosen; follows the model otherwise.
class ParameterForm : public QWidget {
    Q_OBJECT

  public:
    explicit ParameterForm(ParameterModel& model, QWidget* parent = nullptr);

  Q_SIGNALS:
    /// What was typed is no value of its parameter; the sentence says why. Empty when all is well again.
    void problem(const QString& sentence);

  protected:
    /// The wheel scrolls the form: it turns a knob only once that was chosen.
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void rebuild();
    void leaveTheWheelAlone(QWidget& knob);
    [[nodiscard]] QWidget* makeNumber(const ParameterDescription& parameter);
    [[nodiscard]] QWidget* makeChoice(const ParameterDescription& parameter);
    [[nodiscard]] QWidget* makeSwitch(const ParameterDescription& parameter);
    [[nodiscard]] QWidget* makeFile(const ParameterDescription& parameter);
    void take(const QString& name, const QString& problem, QWidget* editor);

    ParameterModel& model_;
    QVBoxLayout* rows_;
    QWidget* content_ = nullptr;
    QHash<QString, std::function<void()>> followers_;  ///< by parameter: shows the model's value
};

}  // namespace grainscope::ui
