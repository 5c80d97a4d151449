// Icons of the program, drawn in a colour of the theme.
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace grainscope::ui {

/// The icon `:/icons/NAME.svg` in `colour`; greyed with the theme's disabled colour where its action is disabled. The
/// SVGs are black on nothing: their alpha is what counts.
[[nodiscard]] QIcon themedIcon(const QString& name, const QColor& colour);

}  // namespace grainscope::ui
