// One parameter's value: checked, read from text, and written as text.
#pragma once

#include <expected>

#include <QJsonValue>
#include <QString>
#include <QVariant>

#include "ui/session/workload_description.h"

namespace grainscope::ui {

/// The value in the parameter's own type and within its range, or the sentence that says what is wrong and what would
/// be right.
[[nodiscard]] std::expected<QVariant, QString> checkedValue(const ParameterDescription& parameter,
                                                            const QVariant& value);
/// The same from what a person typed: "10M", "1e7", a choice's name or label, "on".
[[nodiscard]] std::expected<QVariant, QString> valueFromText(const ParameterDescription& parameter,
                                                             const QString& text);
/// As the form shows it: "10,000,000", "median of 3", "on".
[[nodiscard]] QString valueText(const ParameterDescription& parameter, const QVariant& value);
/// As the command line takes it: "10000000", "median3", "true".
[[nodiscard]] QString argumentText(const QVariant& value);
/// What may be chosen, in words: "16 – 1,048,576", "first, random, median of 3".
[[nodiscard]] QString rangeText(const ParameterDescription& parameter);

}  // namespace grainscope::ui
