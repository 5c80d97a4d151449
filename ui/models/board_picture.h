// What the slots of a recording's frames stand for, and in what shape they lie.
#pragma once

#include <QString>

class QByteArray;

namespace grainscope::ui {

struct BoardPicture {
    enum class Shape { bars, grid };
    Shape shape = Shape::bars;
    int columns = 0, rows = 1;  ///< of a grid, whose slots lie row by row
    QString remark;             ///< one line for beside the picture
    QString position;           ///< "pixel": what a slot is
    QString value;              ///< "iterations": what its height or brightness says
    bool operator==(const BoardPicture&) const = default;

    /// Bars in the words of a sort: what a recording that says nothing about it shows.
    [[nodiscard]] static BoardPicture plainBars();
    /// From a note of kind `picture`; what it does not say, or says badly, is as in plainBars.
    [[nodiscard]] static BoardPicture fromJson(const QByteArray& json);

    /// A frame of another number of slots than the grid has cannot be laid out as one.
    [[nodiscard]] bool isGridOf(int slotCount) const {
        return shape == Shape::grid && static_cast<qint64>(columns) * rows == slotCount && slotCount > 0;
    }
};

}  // namespace grainscope::ui
