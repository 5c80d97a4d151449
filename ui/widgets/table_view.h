// Tables of figures, as all of the window's are.
#pragma once

class QAbstractItemModel;
class QString;
class QTableView;

namespace grainscope::ui {

/// A flat table with rows to select, figures in their face, copyable with Ctrl+C. `name` is what a screen reader calls
/// it.
[[nodiscard]] QTableView* makeTableView(QAbstractItemModel& model, const QString& name);

}  // namespace grainscope::ui
