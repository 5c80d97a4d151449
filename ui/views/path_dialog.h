// The dialog that asks for a file or a folder, whichever a parameter is for.
#pragma once

#include <QString>

#include <ui/session/workload_description.h>

class QWidget;

namespace grainscope::ui {

/// Opens at what stands there now. An empty string if the user changed their mind. openFileOrFolder asks for a file.
[[nodiscard]] QString askForPath(QWidget* parent, const QString& title, const QString& now,
                                 ParameterDescription::Path path);

}  // namespace grainscope::ui
