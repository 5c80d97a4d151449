// A picture that is also a table: to a screen reader, to the eye that prefers figures, and to a CSV file.
#pragma once

class QAbstractItemModel;

namespace grainscope::ui {

/// Implemented by every widget that paints data. The accessibility bridge sees such a widget as a table with the rows,
/// columns and values of its twin.
class TableTwin {
  public:
    virtual ~TableTwin() = default;
    /// Never null; lives as long as the widget.
    [[nodiscard]] virtual QAbstractItemModel* tableTwin() const = 0;
};

/// Makes Qt's accessibility know TableTwin. Once a program, before the first window; further calls do nothing.
void installTableTwinAccessibility();

}  // namespace grainscope::ui
